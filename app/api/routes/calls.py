"""Calls after they were made: listed with what became of them, withdrawn, put off before."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.answers import standing_out
from app.api.schemas.calls import (
    CallRecordOut,
    CallRecordsOut,
    DeferralIn,
    WithdrawalIn,
    call_record_out,
)
from app.api.schemas.entries import StandingOut
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    CallEndedError,
    CallNotFoundError,
    DeferralNotOfferedError,
    DeferralUsedUpError,
    EntryNotFoundError,
    GateNotFoundError,
    NoPolicyInForceError,
    QueueNotFoundError,
    StepRefusedError,
)
from app.domain.vocabulary import Direction, Queue, Role
from app.services.declarations.entries import Entries
from app.services.queues.calls import Calls
from app.services.queues.deferral import Deferring
from app.services.queues.withdrawal import Withdrawal

router = APIRouter(prefix="/v1", tags=["queues"], route_class=StrictRoute)
INSIDE = (Role.OFFICER, Role.AGENCY, Role.YARD, Role.BOARD, Role.AUDITOR)


@router.get(
    "/gates/{gate}/queues/{direction}/calls",
    dependencies=[may(*INSIDE)],
    responses=problem_responses(GateNotFoundError, QueueNotFoundError),
)
async def list_calls(
    gate: Sought,
    direction: Direction,
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
    *,
    awaited: Annotated[
        bool, Query(description="Only those that are awaited now.", examples=[True])
    ] = False,
) -> CallRecordsOut:
    """List the calls of a queue, newest first, each with its window and what became of it."""
    filters = {"awaited": True} if awaited else {}
    listing = Listing(process.cursors, f"calls of {gate}/{direction}", paging, filters)
    queue = Queue(gate, direction)
    calls = Calls(uow, caller)
    found = await calls.page(queue, listing.after, listing.wanted, awaited=awaited)
    page, cursor = listing.cut(found, lambda one: (one[0].called_at, one[0].id))
    items = [call_record_out(call, entry, language) for call, entry in page]
    return CallRecordsOut(items=items, next_cursor=cursor)


@router.get(
    "/calls/{call}",
    dependencies=[may(*INSIDE, on=Action.READ)],
    responses=problem_responses(CallNotFoundError),
)
async def get_call(call: UUID, uow: Uow, caller: Caller, language: Spoken) -> CallRecordOut:
    """Return a call with its window and what became of it."""
    return call_record_out(*await Calls(uow, caller).get(call), language)


@router.post(
    "/calls/{call}/withdrawal",
    response_model=CallRecordOut,
    dependencies=[may(Role.OFFICER, on=Action.RECORD)],
    responses=problem_responses(CallNotFoundError, CallEndedError, *RETRIED),
)
async def withdraw_call(
    call: UUID, body: WithdrawalIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Take back a call that was made by mistake: the vehicle is back in its place, at no cost."""
    withdrawn, entry = await Withdrawal(uow, caller).withdraw(call, body.reason)
    return await retry.answer(call_record_out(withdrawn, entry, language), status=200)


@router.post(
    "/entries/{entry}/deferral",
    response_model=StandingOut,
    dependencies=[may(Role.COMPANY, Role.APP, on=Action.DEFER)],
    responses=problem_responses(
        EntryNotFoundError, StepRefusedError, DeferralNotOfferedError, DeferralUsedUpError,
        NoPolicyInForceError, *RETRIED,
    ),
)  # fmt: skip
async def defer_entry(
    entry: UUID, body: DeferralIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Put a waiting vehicle off before it is called: it stands still with the points it has.

    It is not called meanwhile, earns nothing, and waits on by itself when the time is over.
    """
    deferred = await Deferring(uow, caller).defer(entry, body.minutes)
    standing = await Entries(uow, caller).standing(deferred.id)
    return await retry.answer(standing_out(standing, caller, language), status=200)
