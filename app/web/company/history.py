"""All that happened to an entry, the last first, a page at a time."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.company.desk import show
from app.web.company.entry import PATH, happened
from app.web.looking import further, names
from app.web.visits import Visit, add
from app.web.words import HAPPENED

A_PAGE: Final = 30


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add(app, f"{PATH}/history", _show)


async def _show(visit: Visit) -> Response:
    entry = await visit.api.get(f"/v1/entries/{visit.path['entry']}")
    events = await happened(visit, A_PAGE, visit.query.get("cursor"))
    return await show(
        visit,
        "history",
        renewed=True,
        entry=entry,
        events=events,
        happened=HAPPENED,
        gates=await names(visit, "/v1/gates"),
        yards=await names(visit, "/v1/yards"),
        further=further(visit, events["next_cursor"]),
    )
