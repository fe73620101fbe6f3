"""Money that goes back: asked for with its papers, approved by another, paid, each on record."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.desks.desk import A_PAGE, at_desk, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import further
from app.web.visits import Visit

PATH: Final = "/desk/refunds"
AT: Final = "/v1/refunds/{refund}"
ACTS: Final[Acts] = {
    "ask-refund": f"{AT}/request",
    "approve-refund": f"{AT}/approval",
    "refuse-refund": f"{AT}/refusal",
    "pay-refund": f"{AT}/payment",
}
STATES: Final = ("asked", "due", "approved", "refused", "paid", "cancelled")


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    asked = {name: visit.query.get(name, "") for name in ("state", "cursor")}
    listed = await visit.api.get("/v1/refunds", {**asked, "limit": A_PAGE})
    return shown(
        visit, "refunds", viewer, outcome, refunds=listed["items"], asked=asked,
        states=STATES, further=further(visit, listed["next_cursor"]),
    )  # fmt: skip
