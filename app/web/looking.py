"""What pages of several desks look at: the feed's end, parts that may be refused, names, pages."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Final
from urllib.parse import urlencode

from app.web.asking import Json, Query, RefusedError
from app.web.visits import Visit

UNTOLD: Final = frozenset({403, 404, 409})
"""Refusals for which a part of a page is left out: it is not this reader's, or not there yet."""


async def newest(visit: Visit) -> int:
    """Return where the feed of events ends, from which on a page waits for news."""
    feed = await visit.api.get("/v1/events", {"latest": True})
    return int(feed["after"])


async def found(visit: Visit, path: str, query: Query | None = None) -> Json:
    """Return what `path` answers, None where that is not for this reader.

    Raises:
        RefusedError: for any other reason.
    """
    try:
        return await visit.api.get(path, query)
    except RefusedError as error:
        if error.status not in UNTOLD:
            raise
        return None


async def together(**asked: Awaitable[Json]) -> dict[str, Json]:
    """Return what was asked for at one time, by its names.

    Raises:
        RefusedError
    """
    answers = await asyncio.gather(*asked.values(), return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException):
            raise answer
    return dict(zip(asked, answers, strict=True))


async def names(visit: Visit, path: str) -> Mapping[str, str]:
    """Return the names of what a public list has by their codes, in the reader's language."""
    answer = await visit.api.get(path)
    return {one["code"]: one["label"] for one in answer["items"]}


def further(visit: Visit, cursor: str | None) -> str | None:
    """Return the address of the next page of a list, None on the last."""
    if cursor is None:
        return None
    kept = {name: value for name, value in visit.query.items() if value and name != "cursor"}
    root = visit.request.scope.get("root_path", "").rstrip("/")
    return f"{root}{visit.request.url.path}?{urlencode({**kept, 'cursor': cursor})}"
