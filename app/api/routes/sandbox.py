"""Sandbox mode only: business time that can be moved, so that a day passes in a minute."""

from fastapi import APIRouter

from app.api.deps import Caller, OfProcess, Uow, may
from app.api.problems import problem_responses
from app.api.schemas.queues import ClockIn, ClockOut
from app.api.strict_json import StrictRoute
from app.domain.errors import ClockBackwardsError, FieldError
from app.domain.questions import ClockRow
from app.domain.vocabulary import Role

router = APIRouter(prefix="/v1/sandbox", tags=["sandbox"], route_class=StrictRoute)


@router.put(
    "/clock",
    dependencies=[may(Role.ADMIN)],
    responses=problem_responses(ClockBackwardsError),
)
async def move_clock(body: ClockIn, uow: Uow, caller: Caller, process: OfProcess) -> ClockOut:
    """Move the business clock forward and set how fast it runs from there; 0 stops it.

    While nothing has happened yet it may be moved back, too: a new sandbox lives any day.
    """
    if body.now < caller.now and await uow.records.anything_happened():
        raise ClockBackwardsError(errors=(FieldError("/now", ClockBackwardsError.code),))
    clock = ClockRow(process.machine_now(), body.now, body.speed)
    await uow.access.set_clock(clock)
    process.move_clock(clock)
    return ClockOut(now=body.now, speed=body.speed)
