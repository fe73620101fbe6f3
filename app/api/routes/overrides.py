"""Overrides: a vehicle called out of its turn by two officers, counted where everybody sees it."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, Visitor, anyone, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.readings import AT_ONCE, UNCHANGED, read
from app.api.schemas.overrides import (
    OverridesOut,
    OverrideWeekOut,
    ProposalIn,
    ProposalOut,
    ProposalsOut,
    made_out,
    proposal_out,
    reasons_out,
)
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    BusyError,
    CallsPausedError,
    EntryNotFoundError,
    GateClosedError,
    GateNotFoundError,
    NoPolicyInForceError,
    OverrideLapsedError,
    OverrideNotConfirmedError,
    OverrideNotFoundError,
    OverrideRefusedError,
    QueueCallsNobodyError,
    QueueNotFoundError,
    SecondOfficerNeededError,
    UnknownCodeError,
)
from app.domain.vocabulary import Direction, Queue, Role
from app.services.queues.overrides import Overrides, Told, overrides_made

router = APIRouter(prefix="/v1", tags=["overrides"], route_class=StrictRoute)

MAKING = problem_responses(
    OverrideNotFoundError, OverrideLapsedError, OverrideRefusedError, OverrideNotConfirmedError,
    SecondOfficerNeededError, QueueCallsNobodyError, GateClosedError, CallsPausedError,
    NoPolicyInForceError, QueueNotFoundError, BusyError, *RETRIED,
)  # fmt: skip


@router.get(
    "/gates/{gate}/queues/{direction}/overrides",
    response_model=OverridesOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(GateNotFoundError, QueueNotFoundError)},
)
async def list_overrides(
    gate: Sought,
    direction: Direction,
    paging: AskedPage,
    request: Request,
    visitor: Visitor,
    language: Spoken,
    process: OfProcess,
) -> Response:
    """List when a vehicle was called out of its turn in this queue, for what, and how often.

    Names neither vehicle nor person. Two officers stand behind each; past the budget of the policy
    edition for a week a member of the board too.
    """
    queue = Queue(gate, direction)
    listing = Listing(process.cursors, f"overrides of {gate}/{direction}", paging)
    async with process.reading() as uow:
        made = await overrides_made(uow, visitor, queue, listing.after, listing.wanted)
    page, cursor = listing.cut(made.page, _position)
    answer = OverridesOut(
        items=[made_out(one, visitor, language) for one in page],
        next_cursor=cursor,
        this_week=OverrideWeekOut(week=made.week, made=made.this_week, budget=made.budget),
        reasons=reasons_out(made, visitor, language),
    )
    return read(request, answer, AT_ONCE)


@router.get(
    "/gates/{gate}/queues/{direction}/override-proposals",
    dependencies=[may(Role.OFFICER, Role.BOARD, Role.AUDITOR)],
    responses=problem_responses(GateNotFoundError, QueueNotFoundError),
)
async def list_override_proposals(
    gate: Sought,
    direction: Direction,
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> ProposalsOut:
    """List what was proposed in this queue, made or not, with who stands behind it."""
    listing = Listing(process.cursors, f"proposals of {gate}/{direction}", paging)
    queue = Queue(gate, direction)
    found = await Overrides(uow, caller).page(queue, listing.after, listing.wanted)
    page, cursor = listing.cut(found, _position)
    items = [proposal_out(one, caller, language) for one in page]
    return ProposalsOut(items=items, next_cursor=cursor)


@router.post(
    "/gates/{gate}/queues/{direction}/override-proposals",
    status_code=201,
    response_model=ProposalOut,
    dependencies=[may(Role.OFFICER)],
    responses=problem_responses(
        GateNotFoundError, QueueNotFoundError, QueueCallsNobodyError, EntryNotFoundError,
        OverrideRefusedError, UnknownCodeError, *RETRIED,
    ),
)  # fmt: skip
async def propose_override(
    gate: Sought,
    direction: Direction,
    body: ProposalIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Propose that a waiting vehicle be called next, out of its turn.

    Nothing happens before another officer confirms it, on the same legal day.
    """
    told = await Overrides(uow, caller).propose(Queue(gate, direction), body.entry, body.reason)
    return await retry.answer(proposal_out(told, caller, language))


@router.post(
    "/overrides/{override}/confirmation",
    response_model=ProposalOut,
    dependencies=[may(Role.OFFICER, on=Action.RECORD)],
    responses=MAKING,
)
async def confirm_override(
    override: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Confirm what another officer proposed: the vehicle is called, next.

    Where the week's budget is used up, the override waits for a member of the board instead.
    Whatever stops a call stops this one: a hold, a closure, a full yard.
    """
    told = await Overrides(uow, caller).confirm(override)
    return await retry.answer(proposal_out(told, caller, language), status=200)


@router.post(
    "/overrides/{override}/approval",
    response_model=ProposalOut,
    dependencies=[may(Role.BOARD, on=Action.RECORD)],
    responses=MAKING,
)
async def approve_override(
    override: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Approve for the board an override past the week's budget: the vehicle is called, next."""
    told = await Overrides(uow, caller).approve(override)
    return await retry.answer(proposal_out(told, caller, language), status=200)


def _position(told: Told) -> tuple[datetime, UUID]:
    return told.override.proposed_at, told.override.id
