"""A vehicle that somebody at a desk looks for, and what they may say of it."""

import re
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.core.ids import read_reference
from app.domain.required_checks import CheckKind
from app.web.acts import ENTRY, some
from app.web.desks.desk import at_desk, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import found, names, together
from app.web.visits import Visit, add

PATH: Final = "/desk/vehicles"
SOUGHT: Final = "q"
LONGEST: Final = 40
REFERENCE: Final = re.compile(r"E[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{6}")
ACTS: Final[Acts] = {
    "check": f"{ENTRY}/checks",
    "ask": f"{ENTRY}/check-requests",
    **some("waive", "hold", "lift"),
}


def install(app: FastAPI) -> None:
    """Let `app` answer the search and the page of one vehicle."""
    add(app, PATH, _search)
    add_page(app, f"{PATH}/{{entry}}", _show, ACTS)


def sought(text: str) -> Mapping[str, str]:
    """Return what a text names: an entry by its reference, else a vehicle by its plate."""
    reference = read_reference(text)
    return {"reference": reference} if REFERENCE.fullmatch(reference) else {"plate": text}


async def _search(visit: Visit) -> Response:
    text = visit.query.get(SOUGHT, "").strip()[:LONGEST]
    listed = (await visit.api.get("/v1/entries", sought(text)))["items"] if text else None
    if listed and len(listed) == 1:
        return visit.go(f"{PATH}/{listed[0]['id']}")
    viewer, gates = await at_desk(visit), await names(visit, "/v1/gates")
    return shown(visit, "vehicles", viewer, text=text, listed=listed, gates=gates)


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
