"""A company's strikes: which calls were missed, what that comes to, and its appeals."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.misses import STRUCK
from app.web.company.desk import show
from app.web.doing import Outcome, add_page
from app.web.looking import found, further, names
from app.web.visits import Visit, add

PATH: Final = "/company/strikes"
ACTS: Final = {"appeal": "/v1/strikes/{strike}/appeal"}
A_PAGE: Final = 25


def install(app: FastAPI) -> None:
    """Let `app` answer the list, and each strike with its appeal."""
    add(app, PATH, _list)
    add_page(app, f"{PATH}/{{strike}}", _show, ACTS)


async def strikes_of(visit: Visit, standing: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the strikes of the entry that stands so, where its last call may have given one."""
    call = standing["last_call"]
    if call is None or call["outcome"] not in STRUCK:
        return None
    strikes: Mapping[str, Any] | None = await found(
        visit, "/v1/strikes", {"entry": visit.path["entry"]}
    )
    return strikes


async def _list(visit: Visit) -> Response:
    asked = {"limit": A_PAGE, "cursor": visit.query.get("cursor")}
    listed = await visit.api.get("/v1/strikes", asked)
    return await show(
        visit,
        "strikes",
        renewed=True,
        strikes=listed["items"],
        rule=listed["rule"],
        counting=listed["counting"],
        limit=listed["limit"],
        gates=await names(visit, "/v1/gates"),
        further=further(visit, listed["next_cursor"]),
    )


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    return await show(
        visit,
        "strike",
        outcome.status if outcome else 200,
        renewed=True,
        outcome=outcome,
        one=await visit.api.get(f"/v1/strikes/{visit.path['strike']}"),
        gates=await names(visit, "/v1/gates"),
    )
