"""Cashiers' shifts on the wire: opened with a float, taken into, counted and closed."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import (
    Amount,
    AmountIn,
    Code,
    In,
    Instant,
    Label,
    Out,
    PaidIn,
    Reference,
)
from app.domain.tills import NOTES
from app.services.money.shifts import Till

MOST_NOTES = 100_000


class ShiftIn(In):
    """At which gate a cashier opens a till, and the change in it."""

    gate: Annotated[Code, Field(examples=["tan-thanh"])]
    opening_float: AmountIn


class ShiftPaymentIn(In):
    """Money that is handed over at a desk."""

    code: Annotated[Label, Field(examples=["20260311-0C3FHMFY6"])]
    """Of an order or a bundle, however it is typed."""
    amount: PaidIn
    """Exactly what is due."""
    channel: Annotated[Literal["cash", "card"], Field(examples=["cash"])]
    source_reference: Reference | None = None
    """Of the card terminal, where there is one; used once."""


class NotesIn(In):
    """So many notes of one value."""

    note: Annotated[int, Field(ge=1, le=max(NOTES), examples=[500_000])]
    count: Annotated[int, Field(ge=0, le=MOST_NOTES, examples=[12])]


class CountIn(In):
    """The cash that was counted: one total, or the notes of each value."""

    counted: AmountIn | None = None
    denominations: Annotated[list[NotesIn], Field(max_length=len(NOTES))] = []


class ShiftOut(Out):
    """A cashier's till."""

    id: UUID
    gate: str
    cashier: Annotated[str, Field(examples=["collector-1"])]
    opened_at: Instant
    opening_float: Amount
    cash: Amount
    """What came in by cash."""
    card: Amount
    """What came in by card."""
    expected: Amount
    """The cash that should be in it."""
    closed_at: Instant | None
    closed_by: Annotated[str | None, Field(examples=["collector-1"])]
    counted: Amount | None
    difference: Amount | None
    """Counted less expected: below nothing, cash is missing."""


class ShiftsOut(Page[ShiftOut]):
    """One page of shifts, the newest first."""


def shift_out(till: Till) -> ShiftOut:
    """Return a cashier's till."""
    shift = till.manned.shift
    difference = None if shift.counted_vnd is None else shift.counted_vnd - till.expected_vnd
    return ShiftOut(
        id=shift.id,
        gate=shift.gate_code,
        cashier=till.manned.cashier,
        opened_at=shift.opened_at,
        opening_float=Amount.vnd(shift.float_vnd),
        cash=Amount.vnd(till.taken.cash_vnd),
        card=Amount.vnd(till.taken.card_vnd),
        expected=Amount.vnd(till.expected_vnd),
        closed_at=shift.closed_at,
        closed_by=till.manned.closed_by,
        counted=None if shift.counted_vnd is None else Amount.vnd(shift.counted_vnd),
        difference=None if difference is None else Amount.vnd(difference),
    )
