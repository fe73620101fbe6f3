"""A company's entries: counted at a glance, narrowed, a page at a time."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.vocabulary import State
from app.web.asking import RefusedError
from app.web.company.desk import show
from app.web.looking import further, names, within_day
from app.web.visits import Visit, add

A_PAGE: Final = 25
PAGE: Final = ("limit", "cursor")
AT_ONCE: Final = 4
UNPROCESSABLE: Final = 422
WAITING: Final = frozenset({"queued", "called"})
PASSED_ON: Final = ("gate", "state", "plate", "reference", "client_reference", "cursor")
WANTED: Final[Mapping[str, Mapping[str, str]]] = {
    "open": {"ended": "false"},
    "unready": {"ended": "false", "ready": "false"},
    "due": {"ended": "false", "due": "true"},
    "held": {"ended": "false", "held": "true"},
    "over": {"ended": "true"},
    "all": {},
}
"""What a list is narrowed to with one tap."""


def install(app: FastAPI) -> None:
    """Let `app` answer the list."""
    add(app, "/company", _show)


async def _show(visit: Visit) -> Response:
    question = _question(visit.query)
    (listed, error), counts, gates = await asyncio.gather(
        _listed(visit, question),
        visit.api.get("/v1/entries/counts"),
        names(visit, "/v1/gates"),
    )
    return await show(
        visit,
        "entries",
        error.status if error else 200,
        renewed=True,
        problem=error.problem if error else None,
        faults=error.errors if error else {},
        entries=listed["items"],
        places=await _places(visit, listed["items"]),
        further=further(visit, listed["next_cursor"]),
        exported=_exported(question),
        counts=counts,
        gates=gates,
        states=list(State),
        asked=visit.query,
        wanted=_wanted(visit.query),
    )


async def _listed(
    visit: Visit, question: Mapping[str, str | int]
) -> tuple[Mapping[str, Any], RefusedError | None]:
    """Return a page of the list; where a filter makes no sense an empty one, and what is wrong."""
    try:
        return await visit.api.get("/v1/entries", question), None
    except RefusedError as error:
        if error.status != UNPROCESSABLE:
            raise
        return {"items": (), "next_cursor": None}, error


def _wanted(query: Mapping[str, str]) -> str:
    """Return the tap that is chosen: what is open, unless something is looked for by its name."""
    named = any(query.get(name) for name in ("plate", "reference", "client_reference", "state"))
    asked = query.get("show", "")
    return asked if asked in WANTED else "all" if named else "open"


def _question(query: Mapping[str, str]) -> Mapping[str, str | int]:
    passed = {name: query.get(name, "") for name in PASSED_ON}
    day = within_day("registered", query.get("day", ""))
    return {**passed, **WANTED[_wanted(query)], **day, "limit": A_PAGE}


def _exported(question: Mapping[str, str | int]) -> str:
    """Return the query by which the same vehicles are downloaded, all pages of them."""
    narrowed = {name: value for name, value in question.items() if value and name not in PAGE}
    return urlencode({"format": "csv", **narrowed})


async def _places(visit: Visit, entries: Sequence[Any]) -> Mapping[str, Any]:
    """Return where those of a page stand that wait, by their ids."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def place(entry: str) -> Any:  # noqa: ANN401 - JSON
        async with turns:
            return await visit.api.get(f"/v1/entries/{entry}/place")

    ids = [one["id"] for one in entries if one["state"] in WAITING]
    return dict(zip(ids, await asyncio.gather(*map(place, ids)), strict=True))
