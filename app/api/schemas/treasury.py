"""The treasury list on the wire: what is due to the state budget by day, and what was paid."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import Amount, AmountIn, Day, In, Instant, Open, Out, Reference
from app.domain.books.periods import Period
from app.domain.books.treasury import BudgetDue, DueState
from app.domain.reference import Reference as ReferenceData
from app.services.money.treasury import ShownRemittance, budget_line_of

HEADING = ("day", "gate", "item", "sub_item", "budget_vnd", "state", "remittance")


class BudgetDueOut(Out):
    """What is due to the state budget of a book day of a gate, less what was given back."""

    day: Day
    gate: Annotated[str, Field(examples=["tan-thanh"])]
    item: Annotated[str, Field(examples=["2250"])]
    sub_item: Annotated[str, Field(examples=["2267"])]
    budget: Amount
    state: Annotated[DueState, Open]
    remittance: Annotated[str | None, Field(examples=["KBNN-2026-0311"])]
    """The reference of the payment to the treasury."""


class TreasuryOut(Out):
    """What is due to the state budget of a period of book days; `total` is of all lines."""

    from_day: Day
    to_day: Day
    """The day after the last one."""
    lines: list[BudgetDueOut]
    total: Amount


class RemittanceIn(In):
    """A payment to the state treasury of all that is due of the days before `to_day`."""

    to_day: Day
    """The day after the last one that it is of; all of them are closed."""
    amount: AmountIn
    """Exactly what is due."""
    reference: Reference


class RemittanceOut(Out):
    """A payment to the state treasury."""

    id: UUID
    reference: Annotated[str, Field(examples=["KBNN-2026-0311"])]
    to_day: Day
    amount: Amount
    recorded_at: Instant
    recorded_by: Annotated[str, Field(examples=["collector-2"])]


class RemittancesOut(Page[RemittanceOut]):
    """One page of payments to the treasury, newest first."""


def treasury_out(
    period: Period, found: Sequence[BudgetDue], reference: ReferenceData
) -> TreasuryOut:
    """Return the treasury list of a period."""
    return TreasuryOut(
        from_day=period.first,
        to_day=period.end,
        lines=[_due_out(one, reference) for one in found],
        total=Amount.vnd(sum(one.budget_vnd for one in found)),
    )


def treasury_cells(one: BudgetDue, reference: ReferenceData) -> list[str | int | None]:
    """Return what is due of a day as a row of a table."""
    line = budget_line_of(reference, one.day)
    due = (one.budget_vnd, one.state.value, one.reference)
    return [one.day.isoformat(), one.gate, line.item, line.sub_item, *due]


def remittance_out(one: ShownRemittance) -> RemittanceOut:
    """Return a payment to the treasury."""
    row = one.remittance
    return RemittanceOut(
        id=row.id,
        reference=row.reference,
        to_day=row.end_day,
        amount=Amount.vnd(row.amount_vnd),
        recorded_at=row.recorded_at,
        recorded_by=one.recorded_by,
    )


def _due_out(one: BudgetDue, reference: ReferenceData) -> BudgetDueOut:
    line = budget_line_of(reference, one.day)
    return BudgetDueOut(
        day=one.day,
        gate=one.gate,
        item=line.item,
        sub_item=line.sub_item,
        budget=Amount.vnd(one.budget_vnd),
        state=one.state,
        remittance=one.reference,
    )
