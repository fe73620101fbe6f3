"""The first page of a desk: the work of whoever is signed in, with counts."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from starlette.responses import Response

from app.web.asking import RefusedError
from app.web.desks import checks, deciding, money, yard
from app.web.doing import Acts, Fields, Outcome, Show, add_page, document
from app.web.home import BEGINS
from app.web.visits import Visit

PATH: Final = "/desk"
WORK: Final[Mapping[str, Show]] = {
    "agency": checks.show,
    "yard": yard.show,
    "collector": money.show,
    "board": deciding.show,
}
ACTS: Final[Acts] = {**checks.ACTS, **yard.ACTS, **deciding.ACTS}


def install(app: FastAPI) -> None:
    """Let `app` answer the page; what may be done on it, the API judges by who does it."""
    add_page(app, PATH, _show, ACTS, shape=_document)


async def _show(visit: Visit, outcome: Outcome | None) -> Response:
    role = (await visit.viewer())["role"]
    if role in WORK:
        return await WORK[role](visit, outcome)
    if outcome and outcome.problem:
        raise RefusedError(outcome.problem)
    return visit.go(BEGINS.get(role, "/"))


def _document(act: str, fields: Fields) -> Mapping[str, object]:
    shaped = {"checks": checks.document_of_rows, "move": yard.document_of_move}
    return shaped.get(act, lambda of: document(act, of))(fields)
