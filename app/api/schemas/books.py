"""The books on the wire: what each book day comes to, and who closed it."""

from datetime import date
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.types import Amount, Day, Instant, Open, Out
from app.domain.books import Account
from app.domain.books.days import Till, Turnover
from app.services.money.days import BookDay

Owner = Annotated[str, Field(examples=["tan-thanh"])]


class BookDayState(StrEnum):
    """Whether anything more is posted to a book day."""

    OPEN = "open"
    CLOSED = "closed"


class TurnoverOut(Out):
    """What was debited to and credited to an account."""

    account: Annotated[Account, Open]
    debit: Amount
    credit: Amount


class TillOut(Out):
    """What a cashier took, and by how much the count of it differed."""

    cashier: UUID
    name: Annotated[str, Field(examples=["collector-1"])]
    account: Annotated[Account, Open]
    taken: Amount
    difference: Amount
    """More than expected, or less than nothing where some was missing."""


class BookDayOut(Out):
    """A day of the books of a gate, or of the Centre (`centre`); a closed one never changes."""

    gate: Owner
    day: Day
    state: Annotated[BookDayState, Open]
    postings: Annotated[int, Field(examples=[1742])]
    accounts: list[TurnoverOut]
    tills: list[TillOut]
    closed_at: Instant | None
    closed_by: Annotated[str | None, Field(examples=["collector-2"])]


class BookDaysOut(Out):
    """The days of a period on which anything was posted or closed, the newest first."""

    gate: Owner
    from_day: Day
    to_day: Day
    """The day after the last one."""
    days: list[BookDayOut]


def book_day_out(found: BookDay) -> BookDayOut:
    """Return a book day as the books show it."""
    return BookDayOut(
        gate=found.gate,
        day=found.day,
        state=BookDayState.CLOSED if found.is_closed else BookDayState.OPEN,
        postings=found.totals.postings,
        accounts=[_turnover_out(one) for one in found.totals.accounts],
        tills=[_till_out(one, found) for one in found.totals.tills],
        closed_at=found.close.closed_at if found.close else None,
        closed_by=found.names[found.close.closed_by] if found.close else None,
    )


def book_days_out(gate: str, days: tuple[date, date], found: list[BookDayOut]) -> BookDaysOut:
    """Return the book days of a period."""
    first, end = days
    return BookDaysOut(gate=gate, from_day=first, to_day=end, days=found)


def _turnover_out(one: Turnover) -> TurnoverOut:
    return TurnoverOut(
        account=one.account, debit=Amount.vnd(one.debit_vnd), credit=Amount.vnd(one.credit_vnd)
    )


def _till_out(one: Till, found: BookDay) -> TillOut:
    return TillOut(
        cashier=one.cashier,
        name=found.names[one.cashier],
        account=one.account,
        taken=Amount.vnd(one.taken_vnd),
        difference=Amount.vnd(one.difference_vnd),
    )
