"""A gate as a whole: yards, routes, checks that agencies are asked for, holds, outages."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.hold_scope import ScopeKind
from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome, add_page
from app.web.looking import found, together
from app.web.visits import Visit

PATH: Final = "/console/gate"
ACTS: Final = some("stop", "lift-stop", "outage", "sign", "move")
MOST: Final = 200

Row = Mapping[str, Any]


def install(app: FastAPI) -> None:
    """Let `app` answer the page of a gate."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    facts = await together(
        line=visit.api.get(f"{desk.path}/waiting", {"limit": 1}),
        yards=visit.api.get("/v1/yards"),
        requests=found(visit, "/v1/check-requests", {"gate": desk.gate, "limit": MOST}),
        holds=found(visit, "/v1/holds", {"limit": MOST}),
        outages=found(visit, f"/v1/gates/{desk.gate}/outages"),
    )
    yards = [one for one in facts.pop("yards")["items"] if desk.gate in one["serves"]]
    checks = _by_kind(facts.pop("requests"))
    return shown(
        visit, "gate", desk, outcome, yards=yards, checks=checks, scopes=list(ScopeKind), **facts
    )


def _by_kind(requests: Row | None) -> Mapping[str, list[Row]]:
    """Return the requested checks that nobody has answered, by their kinds."""
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for one in requests["items"] if requests else ():
        found[one["request"]["kind"]].append(one)
    return dict(sorted(found.items()))
