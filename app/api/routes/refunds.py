"""Refunds: listed for who paid and who collects; asked for, approved by another, paid."""

from dataclasses import asdict
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import Caller, OfProcess, Retry, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.refunds import (
    RefundOpeningIn,
    RefundOut,
    RefundPaymentIn,
    RefundRefusalIn,
    RefundRequestIn,
    RefundsOut,
    refund_out,
)
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action, decide
from app.domain.errors import (
    OrderNotFoundError,
    RefundNotFoundError,
    RefundNotOpenedError,
    RefundReferenceTakenError,
    RefundStepRefusedError,
    SecondOfficerNeededError,
)
from app.domain.questions import RefundFilter
from app.domain.receipts.refunds import RefundCause, RefundState
from app.domain.vocabulary import Role
from app.services.money.refunds import Refunds, ShownRefund

router = APIRouter(prefix="/v1/refunds", tags=["refunds"], route_class=StrictRoute)

READERS: Final = (Role.COMPANY, Role.APP, Role.COLLECTOR, Role.BOARD, Role.AUDITOR)
STEP: Final = problem_responses(RefundNotFoundError, RefundStepRefusedError, *RETRIED)
SECOND: Final = problem_responses(
    RefundNotFoundError, RefundStepRefusedError, SecondOfficerNeededError, *RETRIED
)
State = Annotated[RefundState | None, Query(description="How far a refund is.", examples=["asked"])]


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    *,
    state: State = None,
    cause: RefundCause | None = None,
    gate: Sought | None = None,
    entry: UUID | None = None,
    order: UUID | None = None,
    payment: UUID | None = None,
) -> RefundFilter:
    """Return what a list of refunds is narrowed to."""
    return RefundFilter(
        state=state, cause=cause, gate=gate, entry=entry, order=order, payment=payment
    )


@router.get("", dependencies=[may(*READERS)])
async def list_refunds(
    where: Annotated[RefundFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    language: Spoken,
    process: OfProcess,
) -> RefundsOut:
    """List refunds, newest first: a company those of what it declared, paid, or was let pay for.

    One is due by itself where a new price is below what was paid, and where money under review
    goes back. It is cancelled where the price rises again before anybody approved it. For a
    vehicle that paid and never crossed, somebody asks.
    """
    listing = Listing(process.cursors, "refunds", paging, asdict(where))
    found = await Refunds(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.refund.due_at, one.refund.id))
    cipher = caller.tools.cipher
    items = [refund_out(one, cipher, language, masked=True) for one in page]
    return RefundsOut(items=items, next_cursor=cursor)


@router.post(
    "",
    status_code=201,
    response_model=RefundOut,
    dependencies=[may(Role.COLLECTOR)],
    responses=problem_responses(OrderNotFoundError, RefundNotOpenedError, *RETRIED),
)
async def open_refund(
    body: RefundOpeningIn, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Ask that an order be given back whose vehicle paid and never crossed; another must approve.

    For entries that were cancelled, revoked or turned back, expired, or did not come when called.
    No text says what becomes of their fee, so none is due by itself: the reason is the case's.
    """
    told = await Refunds(uow, caller).open(body.order, body.dossier())
    return await retry.answer(_masked(told, caller, language))


@router.get(
    "/{refund}",
    dependencies=[may(Role.COLLECTOR, Role.BOARD, Role.AUDITOR, on=Action.MONEY)],
    responses=problem_responses(RefundNotFoundError),
)
async def get_refund(refund: UUID, uow: Uow, caller: Caller, language: Spoken) -> RefundOut:
    """Return a refund; who asks for refunds and who approves them see the payee in full."""
    told = await Refunds(uow, caller).shown(refund)
    masked = not decide(caller.principal, Action.REFUND)
    return refund_out(told, caller.tools.cipher, language, masked=masked)


@router.post(
    "/{refund}/request",
    response_model=RefundOut,
    dependencies=[may(Role.COLLECTOR, on=Action.REFUND)],
    responses=STEP,
)
async def request_refund(
    refund: UUID,
    body: RefundRequestIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Ask for a refund that is due, with its dossier; another must approve it."""
    told = await Refunds(uow, caller).ask(refund, body.dossier())
    return await retry.answer(_masked(told, caller, language), status=200)


@router.post(
    "/{refund}/approval",
    response_model=RefundOut,
    dependencies=[may(Role.COLLECTOR, Role.BOARD, on=Action.REFUND)],
    responses=SECOND,
)
async def approve_refund(
    refund: UUID, uow: Uow, caller: Caller, retry: Retry, language: Spoken
) -> Response:
    """Approve what another has asked for.

    The receipt of the order counts no more; where a part of the money stays, another is given for
    it.
    """
    told = await Refunds(uow, caller).approve(refund)
    return await retry.answer(_masked(told, caller, language), status=200)


@router.post(
    "/{refund}/refusal",
    response_model=RefundOut,
    dependencies=[may(Role.COLLECTOR, Role.BOARD, on=Action.REFUND)],
    responses=SECOND,
)
async def refuse_refund(
    refund: UUID,
    body: RefundRefusalIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Refuse what another has asked for; the money stays due, and may be asked for again."""
    told = await Refunds(uow, caller).refuse(refund, body.reason)
    return await retry.answer(_masked(told, caller, language), status=200)


@router.post(
    "/{refund}/payment",
    response_model=RefundOut,
    dependencies=[may(Role.COLLECTOR, on=Action.REFUND)],
    responses=problem_responses(
        RefundNotFoundError, RefundStepRefusedError, RefundReferenceTakenError, *RETRIED
    ),
)
async def record_refund_payment(
    refund: UUID,
    body: RefundPaymentIn,
    uow: Uow,
    caller: Caller,
    retry: Retry,
    language: Spoken,
) -> Response:
    """Record that an approved refund was paid by transfer, whatever way the money had come in.

    The same reference again changes nothing.
    """
    told = await Refunds(uow, caller).pay(refund, body.reference)
    return await retry.answer(_masked(told, caller, language), status=200)


def _masked(told: ShownRefund, caller: Caller, language: Spoken) -> RefundOut:
    """Return a refund as it may be kept for retries: its payee is kept in the clear nowhere."""
    return refund_out(told, caller.tools.cipher, language, masked=True)
