"""The controller's console: the queue, its calls and everything that is decided at the gate."""

from fastapi import FastAPI

from app.web.console import (
    appeals,
    difficulties,
    entry,
    exceptions,
    gate,
    notices,
    overrides,
    queue,
    search,
)


def install(app: FastAPI) -> None:
    """Let `app` answer the console."""
    for pages in (
        queue, gate, exceptions, notices, overrides, difficulties, appeals, search, entry,
    ):  # fmt: skip
        pages.install(app)
