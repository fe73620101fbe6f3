"""What companies and drivers report: whose turn it is, the answer, the board's wording of both."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome, add_page
from app.web.looking import MOST, tally, together
from app.web.visits import Visit

PATH: Final = "/console/difficulties"
ONE: Final = "/console/difficulties/{difficulty}"


def install(app: FastAPI) -> None:
    """Let `app` answer the list of difficulties, and each of them with its words."""
    add_page(app, PATH, _list, some("take-difficulty"))
    add_page(app, ONE, _show, some("take-difficulty", "answer", "publish"))


async def _list(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    is_answered = "answered" in visit.query
    asked = {"answered": is_answered, "cursor": visit.query.get("cursor")}
    facts = await together(
        found=visit.api.get("/v1/difficulties", asked),
        appeals=visit.api.get("/v1/strikes", {"undecided": True, "limit": MOST}),
    )
    waiting = tally(facts.pop("appeals"))
    return shown(
        visit, "difficulties", desk, outcome, answered=is_answered, appeals=waiting, **facts
    )


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    path = f"/v1/difficulties/{visit.path['difficulty']}"
    facts = await together(one=visit.api.get(path))
    return shown(visit, "difficulty", desk, outcome, **facts)
