"""Appeals against strikes: which wait, what the company says, and the decision with its reason."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome, add_page
from app.web.visits import Visit, add

PATH: Final = "/console/appeals"


def install(app: FastAPI) -> None:
    """Let `app` answer the list of appeals, and each of them with its words."""
    add(app, PATH, _list)
    add_page(app, f"{PATH}/{{strike}}", _show, some("decide"))


async def _list(visit: Visit) -> Response:
    desk = await desk_of(visit)
    is_all = "all" in visit.query
    asked = {"undecided": not is_all, "cursor": visit.query.get("cursor")}
    found = await visit.api.get("/v1/strikes", asked)
    return shown(visit, "appeals", desk, every=is_all, found=found)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    one = await visit.api.get(f"/v1/strikes/{visit.path['strike']}")
    return shown(visit, "appeal", desk, outcome, one=one)
