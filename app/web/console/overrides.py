"""Vehicles called out of their turn: proposed by one, confirmed by another, counted in public."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.core.ids import read_reference
from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Fields, Outcome, add_page
from app.web.looking import together
from app.web.visits import Visit

PATH: Final = "/console/overrides"
ACTS: Final = some("propose", "confirm", "approve")
NAMED: Final = "reference"


def install(app: FastAPI) -> None:
    """Let `app` answer the overrides of a queue."""
    add_page(app, PATH, _show, ACTS, find=_whom)


async def _whom(visit: Visit, fields: Fields) -> Fields:
    return {**fields, **await _named(visit, fields[NAMED])} if fields.get(NAMED) else fields


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    facts = await together(
        proposals=visit.api.get(f"{desk.path}/override-proposals"),
        made=visit.api.get(f"{desk.path}/overrides"),
    )
    return shown(visit, "overrides", desk, outcome, **facts)


async def _named(visit: Visit, text: str) -> Fields:
    """Return whose entry a reference is, as the API asks for it; nobody's is left to it to say."""
    found = await visit.api.get("/v1/entries", {"reference": read_reference(text), "limit": 1})
    return {"/entry": next((one["id"] for one in found["items"]), text)}
