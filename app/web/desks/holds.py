"""Stops on vehicles and consignments, whatever entry they come with."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.acts import some
from app.web.desks.desk import A_PAGE, at_desk, shown
from app.web.doing import Outcome, add_page
from app.web.looking import further
from app.web.visits import Visit

PATH: Final = "/desk/holds"
ACTS: Final = some("stop", "lift-stop")


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    asked = {"limit": A_PAGE, "cursor": visit.query.get("cursor")}
    listed = await visit.api.get("/v1/holds", asked)
    return shown(
        visit, "holds", viewer, outcome, holds=listed["items"],
        further=further(visit, listed["next_cursor"]),
    )  # fmt: skip
