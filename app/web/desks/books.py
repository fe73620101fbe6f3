"""The days of a gate's books: what each comes to, and its closing."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.books.accounts import CENTRE
from app.web.desks.desk import at_desk, shown
from app.web.doing import Acts, Outcome, add_page
from app.web.looking import names
from app.web.visits import Visit

PATH: Final = "/desk/books"
ACTS: Final[Acts] = {"close-day": "/v1/gates/{gate}/books/{day}/close"}


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    viewer = await at_desk(visit)
    gates = await names(visit, "/v1/gates")
    asked = visit.query.get("gate", "")
    gate = asked if asked in gates or asked == CENTRE else next(iter(gates))
    days = {name: visit.query.get(name, "") for name in ("from_day", "to_day")}
    book = await visit.api.get(f"/v1/gates/{gate}/books", days)
    return shown(visit, "books", viewer, outcome, book=book, gates=gates, centre=CENTRE)
