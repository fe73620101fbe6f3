"""Desks: the work of agencies, yards, cashiers and the board, each with its own list first."""

from fastapi import FastAPI

from app.web.desks import holds, vehicles, work


def install(app: FastAPI) -> None:
    """Let `app` answer the desks."""
    for pages in (work, vehicles, holds):
        pages.install(app)
