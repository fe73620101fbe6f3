"""Cashiers' shifts: tills that are opened, taken into, counted and closed."""

from dataclasses import asdict
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import Caller, OfProcess, Retry, RetryRequired, Spoken, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.schemas.payments import PaymentDetailOut, payment_detail_out
from app.api.schemas.shifts import CountIn, ShiftIn, ShiftOut, ShiftPaymentIn, ShiftsOut, shift_out
from app.api.schemas.types import Sought
from app.api.strict_json import StrictRoute
from app.domain.authorisation import Action
from app.domain.errors import (
    AmountMismatchError,
    BundleNotDueError,
    CountUnfitError,
    GateNotFoundError,
    OrderNotDueError,
    ShiftClosedError,
    ShiftNotFoundError,
    ShiftNotYoursError,
    ShiftOpenError,
    UnknownCodeError,
)
from app.domain.money_in import Channel
from app.domain.questions import ShiftFilter
from app.domain.tills import Pile
from app.domain.vocabulary import Role
from app.services.money.reviewing import Reviewing
from app.services.money.shifts import Handed, Shifts

router = APIRouter(prefix="/v1/shifts", tags=["payments"], route_class=StrictRoute)

READERS = (Role.COLLECTOR, Role.BOARD, Role.AUDITOR)


async def get_filter(
    gate: Sought | None = None,
    cashier: Annotated[
        Sought | None, Query(description="Whose it is.", examples=["collector-1"])
    ] = None,
    is_open: Annotated[
        bool | None, Query(alias="open", description="Whether it is open.", examples=[True])
    ] = None,
) -> ShiftFilter:
    """Return what a list of shifts is narrowed to."""
    return ShiftFilter(gate=gate, cashier=cashier, is_open=is_open)


@router.post(
    "",
    status_code=201,
    response_model=ShiftOut,
    dependencies=[may(Role.COLLECTOR)],
    responses=problem_responses(GateNotFoundError, UnknownCodeError, ShiftOpenError, *RETRIED),
)
async def open_shift(body: ShiftIn, uow: Uow, caller: Caller, retry: Retry) -> Response:
    """Open your till at a gate with some change in it; everybody has one open at a time."""
    till = await Shifts(uow, caller).open(body.gate, body.opening_float.amount)
    location = f"/v1/shifts/{till.manned.shift.id}"
    return await retry.answer(shift_out(till), location=location)


@router.get("", dependencies=[may(*READERS)])
async def list_shifts(
    where: Annotated[ShiftFilter, Depends(get_filter)],
    paging: AskedPage,
    uow: Uow,
    caller: Caller,
    process: OfProcess,
) -> ShiftsOut:
    """List shifts, the newest first, with what came into their tills."""
    listing = Listing(process.cursors, "shifts", paging, asdict(where))
    found = await Shifts(uow, caller).page(where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.manned.shift.opened_at, one.manned.shift.id))
    return ShiftsOut(items=[shift_out(one) for one in page], next_cursor=cursor)


@router.get(
    "/{shift}",
    dependencies=[may(*READERS, on=Action.MONEY)],
    responses=problem_responses(ShiftNotFoundError),
)
async def get_shift(shift: UUID, uow: Uow, caller: Caller) -> ShiftOut:
    """Return a shift: what came into its till, what it should hold and, once closed, did."""
    return shift_out(await Shifts(uow, caller).get(shift))


@router.post(
    "/{shift}/payments",
    status_code=201,
    response_model=PaymentDetailOut,
    dependencies=[may(Role.COLLECTOR, on=Action.TILL)],
    responses=problem_responses(
        ShiftNotFoundError, ShiftNotYoursError, ShiftClosedError, UnknownCodeError,
        OrderNotDueError, BundleNotDueError, AmountMismatchError, *RETRIED,
    ),
)  # fmt: skip
async def take_payment(
    shift: UUID,
    body: ShiftPaymentIn,
    uow: Uow,
    caller: Caller,
    retry: RetryRequired,
    language: Spoken,
) -> Response:
    """Take cash or a card at your desk for an order or a bundle, by its code, into your own till.

    Exactly what is due is taken. Whatever is not due any more, or of another amount, is refused
    while the payer stands there, and nothing is recorded.
    """
    handed = Handed(
        code=body.code,
        amount_vnd=body.amount.amount,
        channel=Channel(body.channel),
        source_reference=body.source_reference,
    )
    shifts = Shifts(uow, caller)
    taken_by = await shifts.taken_by()
    came = await Reviewing(uow, caller).shown(await shifts.take(shift, handed), taken_by, None)
    return await retry.answer(payment_detail_out(came, language))


@router.post(
    "/{shift}/close",
    response_model=ShiftOut,
    dependencies=[may(Role.COLLECTOR, on=Action.TILL)],
    responses=problem_responses(ShiftNotFoundError, ShiftClosedError, CountUnfitError, *RETRIED),
)
async def close_shift(
    shift: UUID, body: CountIn, uow: Uow, caller: Caller, retry: Retry
) -> Response:
    """Close a till with the cash that was counted, as a total or by notes.

    What differs from what it should hold is posted to the books as a difference, and nobody can
    change the count. A colleague may close one that was forgotten.
    """
    piles = [Pile(one.note, one.count) for one in body.denominations]
    total = None if body.counted is None else body.counted.amount
    return await retry.answer(
        shift_out(await Shifts(uow, caller).close(shift, total, piles)), status=200
    )
