"""A cashier's till: opened with change, filled by what drivers at a window owe, counted, closed."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.tills import NOTES
from app.web.asking import Json
from app.web.desks.desk import A_PAGE, Session, at_desk, shown
from app.web.doing import Acts, Fields, Outcome, add_page, document
from app.web.forms import ungrouped
from app.web.looking import further, names, together
from app.web.visits import Visit

PATH: Final = "/desk/till"
ACTS: Final[Acts] = {
    "open": "/v1/shifts",
    "take": "/v1/shifts/{shift}/payments",
    "count": "/v1/shifts/{shift}/close",
}
NUMBER: Final = re.compile(r"[0-9]{1,12}")
SOUGHT: Final = "q"
LONGEST: Final = 40
FOUND: Final = 20
MOST_RECEIPTS: Final = 5
"""Of a bundle with more orders than that the receipts are in their list."""
DUE, GIVEN, AMOUNT = "due", "given", "/amount/amount"
"""The fields of what an order asks for, of what the payer hands over, and of what is taken."""


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
    viewer = await at_desk(visit)
    asked = {"open": False, "limit": A_PAGE, "cursor": visit.query.get("cursor")}
    facts = await together(
        tills=tills(visit, viewer),
        closed=visit.api.get("/v1/shifts", asked),
        gates=names(visit, "/v1/gates"),
        receipts=_receipts(visit, outcome),
    )
    closed, of_tills = facts.pop("closed"), facts.pop("tills")
    text = visit.query.get(SOUGHT, "").strip()[:LONGEST]
    found = await _found(visit, text, of_tills["mine"]) if text else None
    return shown(
        visit, "till", viewer, outcome, notes=NOTES, closed=closed["items"], text=text,
        found=found, chosen=_chosen(visit, found or ()), change=_change(outcome),
        further=further(visit, closed["next_cursor"]), **of_tills, **facts,
    )  # fmt: skip


async def _found(visit: Visit, text: str, till: Json) -> Sequence[Json] | None:
    """Return the orders of what a driver says at the gate of a till, those that are due first."""
    if till is None:
        return None
    asked = {"named": text, "gate": till["gate"], "limit": FOUND}
    found = (await visit.api.get("/v1/orders", asked))["items"]
    return sorted(found, key=lambda one: one["state"] != DUE)


def _chosen(visit: Visit, found: Sequence[Json]) -> Json:
    """Return the order that is to be paid: the one of the address, else the only one."""
    due = [one for one in found if one["state"] == DUE]
    named = [one for one in due if one["code"] == visit.query.get("order")] or due
    return named[0] if len(named) == 1 else None


async def _receipts(visit: Visit, outcome: Outcome | None) -> Sequence[Json]:
    """Return the receipts of what was just taken."""
    if outcome is None or outcome.act != "take" or outcome.problem:
        return ()
    orders = outcome.answer["orders"][:MOST_RECEIPTS]
    asked = {one["id"]: {"order": one["id"], "state": "issued"} for one in orders}
    listed = await together(
        **{name: visit.api.get("/v1/receipts", query) for name, query in asked.items()}
    )
    return [one for found in listed.values() for one in found["items"]]


def _change(outcome: Outcome | None) -> int:
    """Return what of the cash that was handed over goes back."""
    given = ungrouped(outcome.fields.get(GIVEN, "")) if outcome else ""
    if outcome is None or outcome.problem or not NUMBER.fullmatch(given):
        return 0
    return max(0, int(given) - int(outcome.fields.get(DUE, "0")))


def _document(act: str, fields: Fields) -> Mapping[str, Any]:
    """Return what a form says; of notes that are counted only those of which there are some."""
    said = {**document(act, {**fields, **_handed(fields)})}
    counts = {note: fields.get(f"note-{note}", "") for note in NOTES}
    piles = [
        {"note": note, "count": int(text) if NUMBER.fullmatch(text) else text}
        for note, text in counts.items()
        if text
    ]
    if "amount" not in said.get("counted", {}):
        said.pop("counted", None)
    return {**said, "denominations": piles} if piles else said


def _handed(fields: Fields) -> Fields:
    """Return the amount that is taken: what is due, or all that was given where that is less.

    That is refused, as is what is no number.
    """
    due, given = fields.get(DUE, ""), ungrouped(fields.get(GIVEN, ""))
    if not NUMBER.fullmatch(due):
        return {}
    if fields.get("/channel") != "cash" or not given:
        return {AMOUNT: due}
    return {AMOUNT: str(min(int(given), int(due))) if NUMBER.fullmatch(given) else given}
