"""What pages of several desks look at: the feed, parts that may be refused, names, codes, pages."""

import asyncio
from base64 import b64encode
from collections.abc import Awaitable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Final
from urllib.parse import urlencode

from app.api.pictures import Written, draw
from app.domain.gates import HANOI
from app.web.asking import Json, Query, RefusedError
from app.web.visits import Visit

UNTOLD: Final = frozenset({403, 404, 409})
"""Refusals for which a part of a page is left out: it is not this reader's, or not there yet."""


MOST: Final = 100
"""So many of a list are counted."""


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


def tally(listed: Mapping[str, Json]) -> str:
    """Return how many a list has: more than a page of it are not counted."""
    count = len(listed["items"])
    return f"{count}+" if listed["next_cursor"] else str(count)


async def names(visit: Visit, path: str) -> Mapping[str, str]:
    """Return the names of what a public list has by their codes, in the reader's language."""
    answer = await visit.api.get(path)
    return {one["code"]: one["label"] for one in answer["items"]}


async def fee_names(visit: Visit, tariff: str) -> Mapping[str, str]:
    """Return the names of an edition's classes of vehicles and groups of goods by their codes."""
    edition = await visit.api.get(f"/v1/tariffs/{tariff}")
    named = (*edition["vehicle_classes"], *edition["goods_groups"])
    return {one["code"]: one["label"] for one in named}


async def scanned(link: str) -> str:
    """Return the QR code of a link as a picture that stands in the page itself."""
    picture = b64encode(await draw(link, Written.SVG)).decode()
    return f"data:image/svg+xml;base64,{picture}"


def within_day(what: str, text: str) -> Mapping[str, str]:
    """Return the bounds of a day in Hanoi for a list; of what is no day the API says so."""
    try:
        begins = datetime.combine(date.fromisoformat(text), time(), HANOI)
        ends = begins + timedelta(days=1)
    except (ValueError, OverflowError):
        return {f"{what}_from": text}
    return {f"{what}_from": begins.isoformat(), f"{what}_before": ends.isoformat()}


def further(visit: Visit, cursor: str | None) -> str | None:
    """Return the address of the next page of a list, None on the last."""
    if cursor is None:
        return None
    kept = {name: value for name, value in visit.query.items() if value and name != "cursor"}
    root = visit.request.scope.get("root_path", "").rstrip("/")
    return f"{root}{visit.request.url.path}?{urlencode({**kept, 'cursor': cursor})}"
