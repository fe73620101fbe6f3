"""The company's pages: its entries from registering to the receipt, and what it manages itself."""

from typing import Final

from fastapi import FastAPI

from app.web.company import (
    acts,
    amending,
    entries,
    entry,
    history,
    paying,
    receipts,
    registering,
    settings,
    strikes,
    uploading,
)

PAGES: Final = (
    entries, registering, amending, acts, history, entry, uploading, paying, receipts,
    settings, strikes,
)  # fmt: skip


def install(app: FastAPI) -> None:
    """Let `app` answer the pages of companies; what comes first here is matched first."""
    for pages in PAGES:
        pages.install(app)
