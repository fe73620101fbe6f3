"""A vehicle that somebody at a desk looks for, and what they may say of it."""

from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.required_checks import CheckKind
from app.web.acts import ENTRY, some
from app.web.desks.desk import at_desk, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import found, names, together
from app.web.seeking import search
from app.web.visits import Visit, add

PATH: Final = "/desk/vehicles"
ACTS: Final[Acts] = {
    "check": f"{ENTRY}/checks",
    "ask": f"{ENTRY}/check-requests",
    **some("waive", "hold", "lift"),
}


def install(app: FastAPI) -> None:
    """Let `app` answer the search and the page of one vehicle."""
    add(app, PATH, _search)
    add_page(app, f"{PATH}/{{entry}}", _show, ACTS)


async def _search(visit: Visit) -> Response:
    text, listed, outcome = sought = await search(visit)
    if sought.only:
        return visit.go(f"{PATH}/{sought.only}")
    viewer, gates = await at_desk(visit), await names(visit, "/v1/gates")
    return shown(visit, "vehicles", viewer, outcome, text=text, listed=listed, gates=gates)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    path = f"/v1/entries/{visit.path['entry']}"
    facts: dict[str, Any] = await together(
        entry=visit.api.get(path),
        standing=visit.api.get(f"{path}/place"),
        observations=found(visit, f"{path}/observations"),
        gates=names(visit, "/v1/gates"),
        yards=names(visit, "/v1/yards"),
    )
    return shown(visit, "vehicle", viewer, outcome, kinds=list(CheckKind), **facts)
