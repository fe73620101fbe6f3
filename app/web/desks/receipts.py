"""Receipts, and their corrections: one asks, another approves; the wrong one is voided."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.desks.desk import A_PAGE, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import further, names, together
from app.web.visits import Visit

PATH: Final = "/desk/receipts"
AT: Final = "/v1/receipts/{receipt}/correction"
ACTS: Final[Acts] = {
    "correct": AT,
    "approve-correction": f"{AT}/approval",
    "refuse-correction": f"{AT}/refusal",
}
ASKED: Final = ("gate", "number", "state", "cursor")


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    asked = {name: visit.query.get(name, "") for name in ASKED}
    facts = await together(
        listed=visit.api.get("/v1/receipts", {**asked, "limit": A_PAGE}),
        gates=names(visit, "/v1/gates"),
    )
    listed = facts.pop("listed")
    return await shown(
        visit, "receipts", await visit.viewer(), outcome, receipts=listed["items"], asked=asked,
        further=further(visit, listed["next_cursor"]), **facts,
    )  # fmt: skip
