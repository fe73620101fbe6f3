"""A cashier's work at a glance: the till that is open, and what waits for somebody to decide."""

from typing import Any, Final

from starlette.responses import Response

from app.web.desks import till
from app.web.desks.desk import at_desk, shown
from app.web.desks.receipts import CORRECTIONS
from app.web.doing import Outcome
from app.web.looking import MOST, tally, together
from app.web.visits import Visit

WAITING: Final = ("asked", "due", "approved")
"""The states of refunds that want somebody, the most urgent first."""


async def show(visit: Visit, outcome: Outcome | None) -> Response:
    """Return how much there is of each kind of work.

    Raises:
        RefusedError
    """
    viewer = await at_desk(visit)
    ask = visit.api.get
    reviews = ask("/v1/payments", {"state": "under-review", "limit": MOST})
    refunds = {state: ask("/v1/refunds", {"state": state, "limit": MOST}) for state in WAITING}
    facts: dict[str, Any] = await together(
        reviews=reviews,
        tills=till.tills(visit, viewer),
        treasury=ask("/v1/treasury"),
        corrections=ask(CORRECTIONS, {"state": "asked", "limit": MOST}),
        **refunds,
    )
    today = facts["treasury"]["to_day"]
    open_days = [one for one in facts["treasury"]["lines"] if one["state"] == "open"]
    return shown(
        visit, "money", viewer, outcome,
        reviews=tally(facts["reviews"]), listed=facts["reviews"]["items"],
        corrections=tally(facts["corrections"]),
        refunds={state: tally(facts[state]) for state in WAITING},
        days=len({(one["day"], one["gate"]) for one in open_days if one["day"] < today}),
        due=facts["treasury"]["total"], **facts["tills"],
    )  # fmt: skip
