"""Receipts, and their corrections: one asks, another approves; the wrong one is voided."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import Query
from app.web.desks.desk import A_PAGE, at_desk, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import MOST, further, names, together
from app.web.visits import Visit

PATH: Final = "/desk/receipts"
CORRECTIONS: Final = "/v1/receipts/corrections"
AT: Final = "/v1/receipts/{receipt}/correction"
ACTS: Final[Acts] = {
    "correct": AT,
    "approve-correction": f"{AT}/approval",
    "refuse-correction": f"{AT}/refusal",
}
ASKED: Final = ("gate", "number", "state", "cursor")
OPEN: Final = "asked"
STATES: Final = (OPEN, "approved", "refused", "overtaken")


def install(app: FastAPI) -> None:
    """Let `app` answer the list of receipts, and that of what was asked of them."""
    add_page(app, PATH, _list, ACTS)
    add_page(app, f"{PATH}/corrections", _corrections, ACTS)


async def _list(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    asked = {name: visit.query.get(name, "") for name in ASKED}
    facts = await together(
        listed=visit.api.get("/v1/receipts", {**asked, "limit": A_PAGE}),
        waiting=visit.api.get(CORRECTIONS, {"state": OPEN, "limit": MOST}),
        gates=names(visit, "/v1/gates"),
    )
    listed, waiting = facts.pop("listed"), facts.pop("waiting")["items"]
    return shown(
        visit, "receipts", viewer, outcome, receipts=listed["items"], asked=asked,
        waiting={one["receipt"]["id"]: one for one in waiting},
        further=further(visit, listed["next_cursor"]), **facts,
    )  # fmt: skip


async def _corrections(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    state = visit.query.get("state", OPEN)
    asked: Query = {"state": state, "limit": A_PAGE, "cursor": visit.query.get("cursor")}
    listed = await visit.api.get(CORRECTIONS, asked)
    return shown(
        visit, "corrections", viewer, outcome, corrections=listed["items"], state=state,
        states=STATES, further=further(visit, listed["next_cursor"]),
    )  # fmt: skip
