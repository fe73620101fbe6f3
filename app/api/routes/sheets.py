"""The queue sheet of a gate, to be printed before an outage; it names plates."""

from fastapi import APIRouter, Response

from app.api.deps import Caller, Spoken, Uow, may
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.schemas.types import Sought
from app.api.sheets import HTML, POLICY, sheet_page
from app.api.strict_json import StrictRoute
from app.domain.errors import GateNotFoundError, NoPolicyInForceError
from app.domain.vocabulary import Role
from app.services.publishing.sheets import Sheets

router = APIRouter(prefix="/v1/gates", tags=["queues"], route_class=StrictRoute)


@router.get(
    "/{gate}/sheet",
    response_class=Response,
    dependencies=[may(Role.OFFICER, work=Work.HEAVY)],
    responses={
        200: {
            "description": "A page to print.",
            "content": {HTML: {"schema": {"type": "string"}}},
        },
        **problem_responses(GateNotFoundError, NoPolicyInForceError),
    },
)
async def get_queue_sheet(gate: Sought, uow: Uow, caller: Caller, language: Spoken) -> Response:
    """Return a gate's queues as a page to print: who is called, who waits, in the order of calls.

    For the hours in which nothing else works: print it, and call by it. It needs nothing from
    elsewhere and is never kept by a cache.
    """
    page = sheet_page(await Sheets(uow, caller).sheet(gate), language)
    headers = {
        "Content-Security-Policy": POLICY,
        "Cache-Control": "no-store",
        "Content-Language": language.value,
    }
    return Response(page, media_type=HTML, headers=headers)
