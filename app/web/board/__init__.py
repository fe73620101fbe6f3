"""What anybody may look at: all gates, one gate and how fair it was, walls, fees and rules."""

from fastapi import FastAPI

from app.web.board import fairness, fees, gate, overview, rules, verifier, walls


def install(app: FastAPI) -> None:
    """Let `app` answer the public pages."""
    for pages in (overview, gate, fairness, walls, fees, rules, verifier):
        pages.install(app)
