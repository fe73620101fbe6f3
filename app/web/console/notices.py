"""Notices of a gate: those in force and to come, posted and lifted."""

from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.domain.notices import NoticeKind
from app.web.acts import some
from app.web.console.desk import desk_of, shown
from app.web.doing import Outcome, add_page
from app.web.looking import together
from app.web.visits import Visit

PATH: Final = "/console/notices"
ACTS: Final = some("post", "lift-notice")


def install(app: FastAPI) -> None:
    """Let `app` answer the notices."""
    add_page(app, PATH, _show, ACTS)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    desk = await desk_of(visit)
    asked = {"gate": desk.gate, "cursor": visit.query.get("cursor")}
    facts = await together(
        found=visit.api.get("/v1/notices", asked), row=visit.api.get(f"/v1/gates/{desk.gate}")
    )
    return shown(visit, "notices", desk, outcome, kinds=list(NoticeKind), **facts)
