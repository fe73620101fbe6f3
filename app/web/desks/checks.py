"""An agency's work: the checks that are asked of it, answered one by one or several at once."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response

from app.web.acts import some
from app.web.desks.desk import A_PAGE, at_desk, shown
from app.web.doing import Acts, Fields, Outcome
from app.web.looking import MOST, further, names, together
from app.web.visits import Visit

ACTS: Final[Acts] = {"checks": "/v1/checks", **some("waive")}
ROW: Final = "row"
ONE: Final = "one"
"""The field of a button that answers one row, whatever else is ticked."""


async def show(visit: Visit, outcome: Outcome | None) -> Response:
    """Return the list of what is asked, the oldest first, with how much of each kind there is.

    Raises:
        RefusedError
    """
    viewer = await at_desk(visit)
    asked = {name: visit.query.get(name, "") for name in ("kind", "gate", "cursor")}
    facts = await together(
        listed=visit.api.get("/v1/check-requests", {**asked, "limit": A_PAGE}),
        every=visit.api.get("/v1/check-requests", {"limit": MOST}),
        gates=names(visit, "/v1/gates"),
        yards=names(visit, "/v1/yards"),
    )
    every, listed = facts.pop("every"), facts.pop("listed")
    return shown(
        visit, "checks", viewer, outcome, rows=listed["items"], asked=asked,
        further=further(visit, listed["next_cursor"]), refused=_refused(outcome, every),
        counts=Counter(one["request"]["kind"] for one in every["items"]),
        more=every["next_cursor"] is not None, **facts,
    )  # fmt: skip


def document_of_rows(fields: Fields) -> Mapping[str, Any]:
    """Return the checks of the rows that were ticked, or of the one whose button was pressed."""
    pressed, _, result = fields.get(ONE, "").rpartition(":")
    rows = [pressed] if pressed else [
        text for name, text in fields.items() if name.startswith(f"{ROW}-")
    ]  # fmt: skip
    said = {"result": result or fields.get("result", "")}
    if reason := fields.get("reason"):
        said["reason"] = reason
    return {"checks": [_check(row) | said for row in rows]}


def _check(row: str) -> dict[str, str]:
    entry, _, kind = row.partition(":")
    return {"entry": entry, "kind": kind}


def _refused(outcome: Outcome | None, every: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the rows that were refused, each with the plate or the reference of its entry."""
    if outcome is None or outcome.act != "checks" or outcome.problem:
        return []
    called = {one["entry"]: one["plate"] or one["reference"] for one in every["items"]}
    rows = (one for one in outcome.answer["checks"] if one["problem"])
    return [(called.get(one["entry"], one["entry"]), one["problem"]) for one in rows]
