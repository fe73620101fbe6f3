"""The company's pages: its entries from registering to the receipt, and what it manages itself."""

from fastapi import FastAPI

from app.web.company import acts, amending, entries, entry, paying, registering, settings, uploading


def install(app: FastAPI) -> None:
    """Let `app` answer the pages of companies; what comes first here is matched first."""
    for pages in (entries, registering, amending, acts, entry, uploading, paying, settings):
        pages.install(app)
