"""The document as the code writes it now, and what the code says of who may call what."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.deps import Anyone, May
from app.api.openapi import document
from app.core.config import Settings
from app.main import create_app
from app.services.upkeep.keys import SANDBOX

APP: Final = create_app(Settings())
DOCUMENT: Final[Mapping[str, Any]] = document(APP)


def routes(app: FastAPI = APP) -> Iterator[APIRoute]:
    """Yield the operations of the service."""
    for context in iter_route_contexts(app.routes):
        if isinstance(context.original_route, APIRoute):
            yield context.original_route


def _guard(route: APIRoute) -> May | Anyone:
    """Return the one word of a route on who may call it."""
    found = [one.dependency for one in route.dependencies]
    (guard,) = (one for one in found if isinstance(one, May | Anyone))
    return guard


GUARDS: Final = {route.name: _guard(route) for route in routes()}
NAMES: Final = (None, *(member.name for member in SANDBOX))
"""Everybody who may ask: without a key, and each of the sandbox with theirs."""


def welcome(operation: str) -> tuple[str | None, ...]:
    """Return those who may call an operation."""
    guard = GUARDS[operation]
    if isinstance(guard, Anyone):
        return NAMES
    return tuple(one.name for one in SANDBOX if guard.allowed & {one.role, one.agency})
