"""Inspections: what officers find of vehicles in the place of what is declared."""

from uuid import UUID

from fastapi import APIRouter, Response

from app.api.deps import Caller, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.problems import problem_responses
from app.api.schemas.inspections import (
    InspectionIn,
    InspectionOut,
    InspectionsOut,
    inspection_out,
)
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    BusyError,
    EntryNotFoundError,
    GoodsGroupNotForDirectionError,
    OccurredInFutureError,
    RetryMismatchError,
    UnknownCodeError,
)
from app.domain.vocabulary import Role
from app.services.crossing.inspecting import Inspecting

router = APIRouter(
    prefix="/v1/entries/{entry}/inspections", tags=["checks"], route_class=StrictRoute
)

INSPECTORS = (Role.OFFICER, Role.AGENCY)
READERS = (Role.COMPANY, Role.APP, Role.YARD, Role.BOARD, Role.AUDITOR, *INSPECTORS)


@router.post(
    "",
    status_code=201,
    response_model=InspectionOut,
    dependencies=[may(*INSPECTORS, on=Action.RECORD)],
    responses=problem_responses(
        EntryNotFoundError, OccurredInFutureError, RetryMismatchError, UnknownCodeError,
        GoodsGroupNotForDirectionError, BusyError, *RETRIED,
    ),
)  # fmt: skip
async def record_inspection(
    entry: UUID, body: InspectionIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Record what was found of a vehicle: weighed again, another container, other goods.

    The fee follows at once. A dearer price asks for the difference by orders, a cheaper one makes
    the difference due back; a release that rested on the old price is taken back. What was found
    counts until somebody finds otherwise, of the vehicle until another takes its place. After the
    end of an entry it is recorded and the price stays.
    """
    made = await Inspecting(uow, caller).record(entry, body.report())
    return await retry.answer(inspection_out(made, language))


@router.get(
    "",
    dependencies=[may(*READERS, on=Action.READ)],
    responses=problem_responses(EntryNotFoundError),
)
async def list_inspections(
    entry: UUID, uow: Uow, caller: Caller, language: Spoken
) -> InspectionsOut:
    """List what was found of an entry, oldest first, and what each did to its price."""
    found = await Inspecting(uow, caller).of_entry(entry)
    return InspectionsOut(items=[inspection_out(one, language) for one in found])
