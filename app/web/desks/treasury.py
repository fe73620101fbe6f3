"""What is due to the state budget of each day, and the payments of it to the treasury."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.desks.desk import A_PAGE, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import names, together
from app.web.visits import Visit

PATH: Final = "/desk/treasury"
ACTS: Final[Acts] = {"remit": "/v1/treasury/remittances"}
ASKED: Final = ("gate", "from_day", "to_day")


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    asked = {name: visit.query.get(name, "") for name in ASKED}
    facts = await together(
        due=visit.api.get("/v1/treasury", asked),
        remitted=visit.api.get("/v1/treasury/remittances", {"limit": A_PAGE}),
        gates=names(visit, "/v1/gates"),
    )
    return await shown(visit, "treasury", await visit.viewer(), outcome, asked=asked, **facts)
