"""A cashier's till: opened with change, money taken by the code of an order, counted, closed."""

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.tills import NOTES
from app.web.desks.desk import A_PAGE, Session, shown
from app.web.doing import Acts, Fields, Outcome, add_page, document
from app.web.looking import further, names, together
from app.web.visits import Visit

PATH: Final = "/desk/till"
ACTS: Final[Acts] = {
    "open": "/v1/shifts",
    "take": "/v1/shifts/{shift}/payments",
    "count": "/v1/shifts/{shift}/close",
}
NUMBER: Final = re.compile(r"[0-9]{1,6}")


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS, shape=_document)


async def tills(visit: Visit, viewer: Session) -> Mapping[str, Any]:
    """Return the till of whoever looks, if one is open, and those of colleagues.

    Raises:
        RefusedError
    """
    listed = (await visit.api.get("/v1/shifts", {"open": True}))["items"]
    mine = next((one for one in listed if one["cashier"] == viewer["name"]), None)
    return {"mine": mine, "others": [one for one in listed if one is not mine]}


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await visit.viewer()
    asked = {"open": False, "limit": A_PAGE, "cursor": visit.query.get("cursor")}
    facts = await together(
        tills=tills(visit, viewer),
        closed=visit.api.get("/v1/shifts", asked),
        gates=names(visit, "/v1/gates"),
    )
    closed = facts.pop("closed")
    return await shown(
        visit, "till", viewer, outcome, notes=NOTES, closed=closed["items"], gates=facts["gates"],
        further=further(visit, closed["next_cursor"]), **facts["tills"],
    )  # fmt: skip


def _document(act: str, fields: Fields) -> Mapping[str, Any]:
    """Return what a form says; of notes that are counted only those of which there are some."""
    said = {**document(act, fields)}
    counts = {note: fields.get(f"note-{note}", "") for note in NOTES}
    piles = [
        {"note": note, "count": int(text) if NUMBER.fullmatch(text) else text}
        for note, text in counts.items()
        if text
    ]
    if "amount" not in said.get("counted", {}):
        said.pop("counted", None)
    return {**said, "denominations": piles} if piles else said
