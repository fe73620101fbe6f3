"""All pages of the service."""

from typing import Final

from fastapi import FastAPI

from app.core.config import Settings
from app.web import (
    assets,
    board,
    certificates,
    company,
    console,
    desks,
    driver,
    home,
    preferences,
    receipts,
    reports,
    sign_in,
)

PAGES: Final = (
    assets, preferences, home, board, certificates, receipts, driver, company, console, desks,
    reports,
)  # fmt: skip


def install(app: FastAPI, settings: Settings) -> None:
    """Let `app` answer every page."""
    sign_in.install(app, settings)
    for pages in PAGES:
        pages.install(app)
