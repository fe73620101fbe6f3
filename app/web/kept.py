"""Pages that are the same for everybody: drawn once for all readers of a language and a theme.

A page lives as long as the boards that it shows, and is sent by the front meanwhile, as boards are.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from app.api.credentials import count_stranger
from app.api.front import Shelved, answer_of, shelved_of
from app.api.middleware import first_of_each
from app.api.same_site import cookie_name
from app.api.state import Process
from app.web.pages import HTML, drawn, headers_of
from app.web.preferences import Look, look_in
from app.web.visits import Visit, add

UTF_8: Final = f"{HTML}; charset=utf-8"

Show = Callable[[Visit], Awaitable[Mapping[str, object]]]
"""Asks the API for what a page shows, whoever looks at it."""


def add_kept(app: FastAPI, path: str, template: str, show: Show) -> None:
    """Let `app` answer visits of `path` with a template of what `show` finds, kept for all."""

    async def answer(visit: Visit) -> Response:
        request = visit.request
        count_stranger(request)
        process: Process = request.app.state.process
        key = (request.scope["path"], look := _look(request))
        kept = process.shelf.get(key)
        if kept is None:
            async with process.shelf.turn:
                kept = process.shelf.get(key) or await _drawn(visit, template, show, look)
                process.shelf.put(key, kept, process.boards_until)
        return answer_of(request, kept)

    answer.__name__ = template
    add(app, path, answer)


async def _drawn(visit: Visit, template: str, show: Show, look: Look) -> Shelved:
    """Return a page; it goes by its path alone, as it is sent whatever the query is."""
    request = visit.request
    facts = {"here": request.url.path, "viewer": look.has_session, **await show(visit)}
    headers = {**headers_of(look.language), "Cache-Control": "no-cache"}
    return shelved_of(request, drawn(request, template, **facts).encode(), UTF_8, headers)


def _look(request: Request) -> Look:
    return look_in(first_of_each(request.scope), cookie_name(request.app.state.settings))
