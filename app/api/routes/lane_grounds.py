"""Grounds of lanes: which there are, and authorities' words on those of entries."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, Retry, Spoken, Uow, Visitor, anyone, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.readings import MINUTES, UNCHANGED, read
from app.api.schemas.lane_grounds import (
    GroundConfirmationIn,
    GroundWithdrawalIn,
    GroundWordOut,
    GroundWordsOut,
    LaneGroundsOut,
    ground_word_out,
    lane_grounds_out,
)
from app.api.schemas.types import Day
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    BusyError,
    EntryEndedError,
    EntryNotFoundError,
    GroundNotConfirmedError,
    GroundNotDeclaredError,
    GroundNotYoursError,
)
from app.domain.vocabulary import Role
from app.services.crossing.lane_grounds import LaneGrounds

router = APIRouter(prefix="/v1", tags=["lane-grounds"], route_class=StrictRoute)

CONFIRMERS = (Role.OFFICER, Role.AGENCY, Role.BOARD)
READERS = (Role.COMPANY, Role.APP, Role.YARD, *CONFIRMERS, Role.AUDITOR)
WORD = (EntryNotFoundError, EntryEndedError, GroundNotYoursError, BusyError, *RETRIED)


@router.get(
    "/lane-grounds", response_model=LaneGroundsOut, dependencies=[anyone()], responses=UNCHANGED
)
async def list_lane_grounds(
    request: Request, visitor: Visitor, language: Spoken, on: Day | None = None
) -> Response:
    """List for what a vehicle may belong to a lane not of its goods, and who confirms it.

    Those of a day; without `on` all there ever were, with their days. Whether there is such a lane
    the policy edition in force says.
    """
    answer = lane_grounds_out(visitor.reference.lane_grounds, on, language)
    return read(request, answer, MINUTES)


@router.get(
    "/entries/{entry}/ground-words",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_ground_words(entry: UUID, uow: Uow, caller: Caller) -> GroundWordsOut:
    """List what was said of the grounds of an entry, oldest first."""
    found = await LaneGrounds(uow, caller).of_entry(entry)
    return GroundWordsOut(items=[ground_word_out(one) for one in found])


@router.post(
    "/entries/{entry}/ground-confirmations",
    status_code=201,
    response_model=GroundWordOut,
    dependencies=[may(*CONFIRMERS, on=Action.RECORD)],
    responses=problem_responses(*WORD, GroundNotDeclaredError),
)
async def confirm_ground(
    entry: UUID, body: GroundConfirmationIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Confirm the ground that an entry declares, by an authority that its rows name.

    From now on it waits in the lane of the ground, if the policy edition has it; points that it has
    earned stay. The word stands for the goods as they are declared: others end it.
    """
    word = await LaneGrounds(uow, caller).confirm(
        entry, body.ground, body.document_reference, body.reason
    )
    return await retry.answer(ground_word_out(word))


@router.post(
    "/entries/{entry}/ground-withdrawals",
    status_code=201,
    response_model=GroundWordOut,
    dependencies=[may(*CONFIRMERS, on=Action.RECORD)],
    responses=problem_responses(*WORD, GroundNotConfirmedError),
)
async def withdraw_ground(
    entry: UUID, body: GroundWithdrawalIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Take the confirmation of a ground back: it waits in the lane of its goods, points kept."""
    word = await LaneGrounds(uow, caller).withdraw(entry, body.ground, body.reason)
    return await retry.answer(ground_word_out(word))
