"""Finding an entry: by plate or reference, or its driver by a number, for a purpose on record."""

from collections.abc import Sequence
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.same_site import ensure_same_site
from app.domain.personal import Purpose
from app.web.asking import RefusedError
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome
from app.web.forms import document_of
from app.web.looking import names
from app.web.seeking import search
from app.web.visits import UNAUTHENTICATED, Visit, add

PATH: Final = "/console/search"


def install(app: FastAPI) -> None:
    """Let `app` answer searches; a driver's number comes in a form, so that no address has it."""
    add(app, PATH, _by_vehicle)
    add(app, PATH, _by_driver, "POST")


async def _by_vehicle(visit: Visit) -> Response:
    text, found, outcome = sought = await search(visit)
    if sought.only:
        return visit.go(f"/console/entries/{sought.only}")
    return await _answer(visit, outcome, text, found)


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
    return await _answer(visit, outcome, "", found)


async def _answer(
    visit: Visit, outcome: Outcome | None, text: str, found: Sequence[Any] | None
) -> Response:
    desk, yards = await desk_of(visit), await names(visit, "/v1/yards")
    facts = {"text": text, "found": found, "names": yards, "purposes": PURPOSES}
    return shown(visit, "search", desk, outcome, **facts)


PURPOSES: Final = (Purpose.CONTACT_DRIVER, Purpose.CORRECTION)
"""What officers look for drivers for."""
