"""A queue: who is next and why, who is called and awaited, and the calls themselves."""

import re
from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.core.ids import read_reference
from app.domain.call_numbers import read_call
from app.web.acts import some
from app.web.asking import Query
from app.web.console.desk import desk_of, shown
from app.web.doing import Fields, Outcome, add_page, path_of
from app.web.looking import found, names, together
from app.web.visits import Visit

PATH: Final = "/console"
ACTS: Final = some("call", "withdraw", "arrive")
SHOWN: Final = 50
AWAITED: Final = 100
LATEST: Final = 40
ENDED: Final = 12
WAITING_CASES: Final = 5
MOST_CALLS: Final = 50
PLACE_DIGITS: Final = 6
KINDS: Final = (
    "waiting.started", "waiting.stopped", "waiting.moved", "lane.changed", "rates.changed",
    "call.made", "call.missed", "call.excused", "call.withdrawn", "entry.arrived",
    "entry.admitted", "entry.deferred", "entry.diverted", "entry.joined", "entry.revoked",
    "entry.cancelled", "entry.expired", "hold.placed", "hold.lifted", "exception.opened",
    "exception.settled", "notice.posted", "notice.lifted", "override.proposed",
    "override.confirmed", "override.approved", "override.made",
)  # fmt: skip
"""What a queue's page is drawn anew for; registrations and payments, of which there are most,
are seen with the next of these, or within half a minute."""
NAMED: Final = "vehicle"
"""The field of whoever has come: a plate, a reference or the number that was called."""
REFERENCE: Final = re.compile(r"E[0-9A-Z]{3}-?[0-9A-Z]{6}")
NUMBER: Final = re.compile(r"(?:[A-Z]{1,4}-?)?\d{1,4}")


def install(app: FastAPI) -> None:
    """Let `app` answer the console's first page."""
    add_page(app, PATH, _show, ACTS, find=_whom)


async def _whom(visit: Visit, fields: Fields) -> Fields:
    """Return the fields of an arrival: who has come is said in any of three ways."""
    if NAMED not in fields:
        return fields
    compact = "".join(fields[NAMED].upper().split())
    if REFERENCE.fullmatch(compact):
        return {**fields, "/reference": read_reference(compact)}
    if NUMBER.fullmatch(compact) and (found := await _called(visit, fields, compact)):
        return {**fields, "/reference": found}
    return {**fields, "/plate": fields[NAMED], "/direction": fields.get("direction", "")}


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    place = _place(visit.query.get("place", ""))
    of_gate: Query = {"gate": desk.gate, "limit": WAITING_CASES}
    facts = await together(
        names=names(visit, "/v1/yards"),
        line=visit.api.get(f"{desk.path}/waiting", {"place": place, "limit": SHOWN}),
        awaited=visit.api.get(f"{desk.path}/calls", {"awaited": True, "limit": AWAITED}),
        calls=visit.api.get(f"{desk.path}/calls", {"limit": LATEST}),
        exceptions=found(visit, "/v1/exceptions", of_gate),
        proposals=found(visit, f"{desk.path}/override-proposals", {"limit": WAITING_CASES}),
    )
    ended = [one for one in facts.pop("calls")["items"] if one["outcome"]][:ENDED]
    return shown(
        visit, "queue", desk, outcome, place=place, size=SHOWN, most=MOST_CALLS, ended=ended,
        told_kinds=[("kinds", one) for one in KINDS], **facts,
    )  # fmt: skip


async def _called(visit: Visit, fields: Fields, number: str) -> str | None:
    """Return the reference of whom a number calls, written whole or by its digits alone."""
    path = path_of(ACTS["call"], fields)
    calls = await visit.api.get(path, {"awaited": True, "limit": AWAITED})
    return next((one["reference"] for one in calls["items"] if _is(one, number)), None)


def _is(call: Mapping[str, str], number: str) -> bool:
    here = {"": call["call_number"].rpartition("-")[0]}
    return read_call(number, here, "") == ("", call["call_number"])


def _place(text: str) -> int:
    is_one = text.isascii() and text.isdigit() and len(text) < PLACE_DIGITS
    return max(1, int(text)) if is_one else 1
