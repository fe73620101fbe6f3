"""Finding an entry: by plate or reference, or its driver by a number, for a purpose on record."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.same_site import ensure_same_site
from app.core.ids import read_reference
from app.domain.personal import Purpose
from app.web.asking import RefusedError
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome
from app.web.forms import document_of
from app.web.visits import UNAUTHENTICATED, Visit, add

PATH: Final = "/console/search"
SOUGHT: Final = "q"
LONGEST: Final = 40


def install(app: FastAPI) -> None:
    """Let `app` answer searches; a driver's number comes in a form, so that no address has it."""
    add(app, PATH, _by_vehicle)
    add(app, PATH, _by_driver, "POST")


async def _by_vehicle(visit: Visit) -> Response:
    text = visit.query.get(SOUGHT, "").strip()[:LONGEST]
    found = await _of(visit, text) if text else None
    if found and len(found) == 1:
        return visit.go(f"/console/entries/{found[0]['id']}")
    return shown(visit, "search", await desk_of(visit), text=text, found=found, purposes=PURPOSES)


async def _of(visit: Visit, text: str) -> list[Mapping[str, Any]]:
    """Return the entries of a reference, else of a plate, the newest first."""
    for field, value in (("reference", read_reference(text)), ("plate", text)):
        found: list[Mapping[str, Any]] = (await visit.api.get("/v1/entries", {field: value}))[
            "items"
        ]
        if found:
            return found
    return []


async def _by_driver(visit: Visit) -> Response:
    """Show whom a number of a driver finds; the API records it as a reading."""
    ensure_same_site(visit.request, visit.request.app.state.settings)
    fields = await visit.fields()
    outcome, found = None, None
    try:
        found = (await visit.api.post("/v1/entries/searches", document_of(fields)))["items"]
    except RefusedError as error:
        if error.status == UNAUTHENTICATED:
            raise
        outcome = Outcome("driver", problem=error.problem, fields=fields)
    desk = await desk_of(visit)
    return shown(visit, "search", desk, outcome, text="", found=found, purposes=PURPOSES)


PURPOSES: Final = (Purpose.CONTACT_DRIVER, Purpose.CORRECTION)
"""What officers look for drivers for."""
