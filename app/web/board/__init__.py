"""What anybody may look at: the board of all gates, one gate, boards on walls, fees and rules."""

from fastapi import FastAPI

from app.web.board import fees, gate, overview, rules, walls


def install(app: FastAPI) -> None:
    """Let `app` answer the public pages."""
    for pages in (overview, gate, walls, fees, rules):
        pages.install(app)
