"""Money that came in: what pays nothing by itself is settled here, once, with a reason."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.desks.desk import A_PAGE, at_desk, shown
from app.web.doing import Acts, Fields, Outcome, add_page, document
from app.web.looking import further
from app.web.visits import Visit, add

PATH: Final = "/desk/payments"
ACTS: Final[Acts] = {"settle": "/v1/payments/{payment}/settlement"}
STATES: Final = ("under-review", "applied", "split", "refunded")
CHANNELS: Final = ("bank", "statement", "cash", "card")
ASKED: Final = ("state", "channel", "source_reference", "cursor")


def install(app: FastAPI) -> None:
    """Let `app` answer the list and the page of one payment."""
    add(app, PATH, _list)
    add_page(app, f"{PATH}/{{payment}}", _show, ACTS, shape=_document)


async def _list(visit: Visit) -> Response:
    viewer = await at_desk(visit)
    asked = {name: visit.query.get(name, "") for name in ASKED}
    if "state" not in visit.query and not asked["source_reference"]:
        asked["state"] = STATES[0]
    listed = await visit.api.get("/v1/payments", {**asked, "limit": A_PAGE})
    return shown(
        visit, "payments", viewer, payments=listed["items"], asked=asked,
        states=STATES, channels=CHANNELS, further=further(visit, listed["next_cursor"]),
    )  # fmt: skip


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    payment = await visit.api.get(f"/v1/payments/{visit.path['payment']}")
    return shown(visit, "payment", viewer, outcome, payment=payment)


def _document(act: str, fields: Fields) -> Mapping[str, Any]:
    """Return a decision: where it names no order, all of it goes back."""
    return {"orders": [], **document(act, fields)}
