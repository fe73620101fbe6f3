"""A yard's work: who comes and goes, who stands there, how full it is."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.responses import Response

from app.web.acts import some
from app.web.desks.desk import A_PAGE, Session, at_desk, shown
from app.web.doing import Fields, Outcome, document
from app.web.looking import further, names, together
from app.web.seeking import named
from app.web.visits import Visit

ACTS: Final = some("move")
CHOSEN: Final = "desk-yard"
"""The cookie that remembers at which yard somebody works."""
A_MONTH: Final = 2_592_000
WHICH: Final = "which"


async def show(visit: Visit, outcome: Outcome | None) -> Response:
    """Return the page of one yard.

    Raises:
        RefusedError
    """
    viewer = await at_desk(visit)
    yards = (await visit.api.get("/v1/yards"))["items"]
    yard = _chosen(visit, yards, outcome)
    answer = await _page(visit, viewer, outcome, yards, yard)
    answer.set_cookie(
        CHOSEN, yard["code"], max_age=A_MONTH, samesite="lax", httponly=True,
        secure=visit.request.url.scheme == "https",
    )  # fmt: skip
    return answer


async def _page(
    visit: Visit,
    viewer: Session,
    outcome: Outcome | None,
    yards: Sequence[Any],
    yard: Mapping[str, Any],
) -> Response:
    asked = {"yard": yard["code"], "ended": False, "limit": A_PAGE}
    facts = await together(
        gates=names(visit, "/v1/gates"),
        standing=visit.api.get("/v1/entries", {**asked, "cursor": visit.query.get("cursor")}),
        services=visit.api.get(f"/v1/yards/{yard['code']}/services"),
    )
    standing = facts.pop("standing")
    return shown(
        visit, "yard", viewer, outcome, yards=yards, yard=yard, standing=standing["items"],
        further=further(visit, standing["next_cursor"]), **facts,
    )  # fmt: skip


def document_of_move(fields: Fields) -> Mapping[str, Any]:
    """Return a movement of what was typed: a reference, or a plate with its direction."""
    move = {**document("move", fields), **named(fields.get(WHICH, ""))}
    if "reference" in move:
        move.pop("direction", None)
    return move


def _chosen(visit: Visit, yards: Sequence[Any], outcome: Outcome | None) -> Mapping[str, Any]:
    """Return the yard of the form, else of the address, else of last time, else the first."""
    by_code = {one["code"]: one for one in yards}
    typed = outcome.fields.get("yard", "") if outcome else ""
    names = (typed, visit.query.get("yard", ""), visit.request.cookies.get(CHOSEN, ""))
    return next((by_code[name] for name in names if name in by_code), yards[0])
