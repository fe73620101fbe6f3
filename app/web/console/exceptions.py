"""What contradicts the rules: whose turn each is, and how it was settled."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome, add_page
from app.web.looking import together
from app.web.visits import Visit

PATH: Final = "/console/exceptions"
ACTS: Final = some("take", "settle")


def install(app: FastAPI) -> None:
    """Let `app` answer the list of exceptions."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    is_mine, is_settled = "mine" in visit.query, "settled" in visit.query
    asked = {
        "gate": None if is_mine else desk.gate,
        "assigned_to": desk.viewer["name"] if is_mine else None,
        "settled": is_settled,
        "cursor": visit.query.get("cursor"),
    }
    facts = await together(found=visit.api.get("/v1/exceptions", asked))
    return shown(visit, "exceptions", desk, outcome, mine=is_mine, settled=is_settled, **facts)
