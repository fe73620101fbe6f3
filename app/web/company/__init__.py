"""The company's pages: its entries from registering to the receipt, and what it manages itself."""

from fastapi import FastAPI

from app.web.company import acts, amending, entries, entry, registering


def install(app: FastAPI) -> None:
    """Let `app` answer the pages of companies; what comes first here is matched first."""
    for pages in (entries, registering, amending, acts, entry):
        pages.install(app)
