"""A queue in its order, for those who call it and look after it; it names plates."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.api.deps import Caller, Spoken, Uow, may
from app.api.paging import Limit
from app.api.problems import problem_responses
from app.api.schemas.lines import LineOut, line_out
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.errors import GateNotFoundError, NoPolicyInForceError, QueueNotFoundError
from app.domain.vocabulary import Direction, Queue, Role
from app.services.publishing.lines import Lines

router = APIRouter(prefix="/v1/gates", tags=["queues"], route_class=StrictRoute)
INSIDE = (Role.OFFICER, Role.AGENCY, Role.YARD, Role.BOARD, Role.AUDITOR)
FURTHEST = 100_000


@router.get(
    "/{gate}/queues/{direction}/waiting",
    dependencies=[may(*INSIDE)],
    responses=problem_responses(GateNotFoundError, QueueNotFoundError, NoPolicyInForceError),
)
async def list_waiting(
    gate: Sought,
    direction: Direction,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    place: Annotated[
        int, Query(ge=1, le=FURTHEST, description="From which place on.", examples=[51])
    ] = 1,
    limit: Limit = 50,
) -> LineOut:
    """Return who waits in a queue, in the order in which the rule would call them now.

    Each with what its place is made of, and what keeps it from being called. Who is held or barred
    keeps its place and is passed over. The order is that of this moment: a part is asked for by the
    place at which it begins, not by a cursor.
    """
    line = await Lines(uow, caller, Queue(gate, direction)).line(place, limit)
    return line_out(line, language)
