"""Desks: the work of agencies, yards, cashiers and the board, each with its own list first."""

from fastapi import FastAPI

from app.web.desks import (
    books,
    drafting,
    holds,
    payments,
    receipts,
    refunds,
    statement,
    till,
    treasury,
    vehicles,
    work,
)


def install(app: FastAPI) -> None:
    """Let `app` answer the desks."""
    for pages in (
        work,
        drafting,
        vehicles,
        holds,
        till,
        payments,
        refunds,
        receipts,
        books,
        treasury,
        statement,
    ):
        pages.install(app)
