"""Where people who are signed in begin: the page of what they do."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.visits import Visit, add

BEGINS: Final[Mapping[str, str]] = {
    "company": "/company",
    "app": "/company",
    "officer": "/console",
    "agency": "/desk",
    "yard": "/desk",
    "collector": "/desk",
    "board": "/desk",
    "auditor": "/reports",
}
"""The first page of a role; the public board for whoever has none of their own."""


def install(app: FastAPI) -> None:
    """Let `app` answer the way to one's work."""
    add(app, "/work", _go)


async def _go(visit: Visit) -> Response:
    viewer = await visit.viewer()
    return visit.go(BEGINS.get(viewer["role"], "/"))
