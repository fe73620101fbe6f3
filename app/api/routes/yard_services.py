"""Sandbox only: what yards ask for their services; no prices of operators were found."""

from fastapi import APIRouter, Request, Response

from app.api.deps import Spoken, Visitor, anyone
from app.api.problems import problem_responses
from app.api.readings import MINUTES, UNCHANGED, read
from app.api.schemas.types import Sought
from app.api.schemas.yard_services import YardSchedulesOut, schedules_out
from app.api.strict_json import StrictRoute
from app.domain.errors import YardNotFoundError

router = APIRouter(prefix="/v1/yards", tags=["gates"], route_class=StrictRoute)


@router.get(
    "/{yard}/services",
    response_model=YardSchedulesOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(YardNotFoundError)},
)
async def get_yard_services(
    yard: Sought, request: Request, visitor: Visitor, language: Spoken
) -> Response:
    """Return what a yard asks for its services and on which days, value added tax apart.

    They are prices of the yard's operator, and no part of the fee. Ours are invented: only a
    sandbox has them. A quote estimates them where its `yard_services` asks for that.
    """
    reference = visitor.reference
    found = reference.yards.get(yard)
    if found is None:
        raise YardNotFoundError
    answer = schedules_out(found, reference.yard_services.of(yard), language)
    return read(request, answer, MINUTES)
