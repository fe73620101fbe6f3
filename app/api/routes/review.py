"""What officers work off: the review list of exceptions, and the outages of gates."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.answers import exception_out
from app.api.schemas.review import (
    AssignmentIn,
    OutageIn,
    OutageOut,
    OutagesOut,
    ReviewedOut,
    ReviewOut,
    SettlementIn,
)
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.api.texts import Language
from app.domain.authorisation import Action
from app.domain.errors import (
    EntryNotFoundError,
    EntryNotOnPlateError,
    ExceptionNotFoundError,
    ExceptionNotYoursError,
    ExceptionSettledError,
    GateNotFoundError,
    OutageNotFoundError,
    OutageUnfitError,
    SecondOfficerNeededError,
    UnknownCodeError,
)
from app.domain.questions import ExceptionFilter
from app.domain.vocabulary import Role
from app.services.crossing.outages import Outage, Outages
from app.services.crossing.review import Review, Reviewed

router = APIRouter(prefix="/v1", tags=["review"], route_class=StrictRoute)

REVIEWERS = (Role.OFFICER, Role.BOARD, Role.AGENCY, Role.YARD)
CASES = problem_responses(ExceptionNotFoundError, ExceptionSettledError, UnknownCodeError, *RETRIED)


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    gate: Sought | None = None,
    rule: Sought | None = None,
    assigned_to: Sought | None = None,
    *,
    settled: bool = False,
) -> ExceptionFilter:
    """Return what the review list is narrowed to."""
    return ExceptionFilter(gate=gate, rule=rule, assigned_to=assigned_to, settled=settled)


@router.get("/exceptions", dependencies=[may(*REVIEWERS, Role.AUDITOR)])
async def list_exceptions(
    where: Annotated[ExceptionFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> ReviewOut:
    """List what contradicts the rules: the open ones oldest first, or the settled newest first."""
    listing = Listing(process.cursors, "exceptions", paging, asdict(where))
    found = await Review(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.case.opened_at, one.case.id))
    return ReviewOut(items=[_reviewed_out(one, language) for one in page], next_cursor=cursor)


@router.post(
    "/exceptions/{exception}/assignment",
    response_model=ReviewedOut,
    dependencies=[may(Role.OFFICER, Role.BOARD, on=Action.RECORD)],
    responses=CASES,
)
async def assign_exception(
    exception: UUID,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
    body: AssignmentIn | None = None,
) -> Response:
    """Say whose turn an exception is, by the name of an officer, a board member, an agency or yard.

    Nobody named, it is the caller's.
    """
    case = await Review(uow, caller).assign(exception, body.assigned_to if body else None)
    return await retry.answer(_reviewed_out(case, language), status=200)


@router.post(
    "/exceptions/{exception}/settlement",
    response_model=ReviewedOut,
    dependencies=[may(*REVIEWERS, on=Action.RECORD)],
    responses=problem_responses(
        ExceptionNotFoundError, ExceptionSettledError, ExceptionNotYoursError, EntryNotFoundError,
        EntryNotOnPlateError, *RETRIED,
    ),
)  # fmt: skip
async def settle_exception(
    exception: UUID,
    body: SettlementIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Settle an exception with a reason, once.

    Officers and the board may, whoever it is assigned to, and a yard where several entries share a
    plate. Name the `entry` there: what was seen counts as seen of it, and its wait begins now.
    """
    case = await Review(uow, caller).settle(exception, body.reason, body.entry)
    return await retry.answer(_reviewed_out(case, language), status=200)


@router.post(
    "/gates/{gate}/outages",
    status_code=201,
    response_model=OutageOut,
    dependencies=[may(Role.OFFICER)],
    responses=problem_responses(GateNotFoundError, OutageUnfitError, *RETRIED),
)
async def report_outage(
    gate: Sought, body: OutageIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Report when a gate could record nothing, once that is over.

    When a second officer has signed it, waits that began then and are recorded afterwards count
    from their beginning; all others count from when they are recorded.
    """
    outage = await Outages(uow, caller).report(gate, body.starts_at, body.ends_at, body.reason)
    return await retry.answer(_outage_out(outage))


@router.post(
    "/outages/{outage}/signature",
    response_model=OutageOut,
    dependencies=[may(Role.OFFICER)],
    responses=problem_responses(OutageNotFoundError, SecondOfficerNeededError, *RETRIED),
)
async def sign_outage(outage: UUID, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Sign an outage that another officer has reported."""
    return await retry.answer(_outage_out(await Outages(uow, caller).sign(outage)), status=200)


@router.get(
    "/gates/{gate}/outages",
    dependencies=[
        may(Role.COMPANY, Role.APP, *REVIEWERS, Role.AUDITOR),
    ],
    responses=problem_responses(GateNotFoundError),
)
async def list_outages(
    gate: Sought, paging: AskedPage, uow: Uow, caller: Caller, process: OfProcess
) -> OutagesOut:
    """List the outages of a gate, newest first, signed or not."""
    listing = Listing(process.cursors, "outages", paging, {"gate": gate})
    found = await Outages(uow, caller).page(gate, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.starts_at, one.id))
    return OutagesOut(items=[_outage_out(one) for one in page], next_cursor=cursor)


def _reviewed_out(one: Reviewed, language: Language) -> ReviewedOut:
    case, seen = one.case, one.seen
    return ReviewedOut(
        **exception_out(case, language).model_dump(),
        gate=case.gate_code,
        entry=case.entry_id,
        reference=one.reference,
        plate=seen.plate if seen else None,
        yard=seen.yard_code if seen else None,
        seen_at=seen.occurred_at if seen else None,
        assigned_to=one.assigned_to,
        assigned_at=case.assigned_at,
        settlement=case.settlement,
        named_entry=case.named_entry_id,
    )


def _outage_out(outage: Outage) -> OutageOut:
    return OutageOut(
        id=outage.id,
        gate=outage.gate_code,
        starts_at=outage.starts_at,
        ends_at=outage.ends_at,
        reason=outage.reason,
        reported_at=outage.reported_at,
        signed_at=outage.signed_at,
    )
