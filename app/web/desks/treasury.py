"""What is due to the state budget of each day, and the payments of it to the treasury."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.desks.desk import A_PAGE, at_desk, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import names, together
from app.web.visits import Visit

PATH: Final = "/desk/treasury"
ACTS: Final[Acts] = {"remit": "/v1/treasury/remittances"}
CLOSED: Final = "closed"
ASKED: Final = ("gate", "from_day", "to_day")


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    asked = {name: visit.query.get(name, "") for name in ASKED}
    facts = await together(
        due=visit.api.get("/v1/treasury", asked),
        remitted=visit.api.get("/v1/treasury/remittances", {"limit": A_PAGE}),
        gates=names(visit, "/v1/gates"),
    )
    payable = _payable(facts["due"]["lines"])
    return shown(visit, "treasury", viewer, outcome, asked=asked, payable=payable, **facts)


def _payable(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """Return what a payment of the closed days would be: of all before a day, and how much."""
    closed = [one for one in lines if one["state"] == CLOSED]
    if not closed:
        return {"amount": "", "to_day": ""}
    last = max(date.fromisoformat(one["day"]) for one in closed)
    amount = sum(one["budget"]["amount"] for one in closed)
    return {"amount": str(amount), "to_day": (last + timedelta(days=1)).isoformat()}
