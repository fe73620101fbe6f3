"""Book days: what each comes to, and closing it; afterwards it takes nothing more."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from app.domain.books import CENTRE
from app.domain.books.days import DayTotals, totals_of
from app.domain.books.periods import Period
from app.domain.errors import (
    BookDayClosedError,
    BookDayNotOverError,
    EarlierBookDayOpenError,
    FieldError,
    GateNotFoundError,
    ShiftsOpenError,
)
from app.models import BookClose
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act


@dataclass(frozen=True, slots=True)
class BookDay:
    """A day of a gate's books: what it comes to, and its close; `names` are of whom it speaks.

    A day without postings is closed, too, once a later one is: then it has no close of its own.
    """

    gate: str
    day: date
    totals: DayTotals
    is_closed: bool
    close: BookClose | None
    names: Mapping[UUID, str]


class BookDays:
    """The days of the books of gates, and of the Centre."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def between(self, gate: str, period: Period) -> Sequence[BookDay]:
        """Return the days of a period on which anything was posted or closed, the newest first.

        Raises:
            GateNotFoundError.
        """
        return (await self._read(gate, period))[0]

    async def _read(self, gate: str, period: Period) -> tuple[Sequence[BookDay], date | None]:
        """Return such days, and the first that is open, as of one instant."""
        self._ensure_gate(gate)
        open_from, closes, sums = await self._uow.books.days(gate, *period.days)
        days = sorted({*closes, *sums}, reverse=True)
        totals = {
            day: DayTotals.parse(closes[day].totals) if day in closes else totals_of(sums[day])
            for day in days
        }
        names = await self._uow.books.names(_people(totals.values(), closes.values()))
        found = [
            BookDay(gate, day, totals[day], _is_before(day, open_from), closes.get(day), names)
            for day in days
        ]
        return found, open_from

    async def get(self, gate: str, day: date) -> BookDay:
        """Return a day as it was closed, or as it stands.

        Raises:
            GateNotFoundError.
        """
        found, open_from = await self._read(gate, Period.of_day(day))
        if found:
            return found[0]
        return BookDay(gate, day, totals_of(()), _is_before(day, open_from), None, {})

    async def close(self, gate: str, day: date) -> BookDay:
        """Close a day that is over; what is posted of it from now on goes to the next open day.

        Days are closed in order, each alone under the lock of the gate's books.

        Raises:
            GateNotFoundError, BookDayNotOverError, BookDayClosedError, EarlierBookDayOpenError.
            ShiftsOpenError: tills of that day are not counted yet.
        """
        self._ensure_gate(gate)
        if day >= self._act.day:
            raise BookDayNotOverError(day=day.isoformat())
        await self._uow.books.lock(gate)
        open_from = await self._uow.books.open_from(gate)
        if _is_before(day, open_from):
            raise BookDayClosedError(day=day.isoformat())
        await self._ensure_counted(gate, day)
        earliest = await self._uow.books.first_posted(gate, open_from)
        if earliest is not None and earliest < day:
            raise EarlierBookDayOpenError(day=earliest.isoformat())
        totals = (await self.get(gate, day)).totals
        self._uow.add(
            BookClose(
                gate_code=gate,
                day=day,
                totals=totals.document(),
                closed_at=self._act.now,
                closed_by=self._act.principal.id,
            )
        )
        await self._uow.flush()
        told = self._act.event("book_day.closed", None, None, gate=gate, day=day.isoformat())
        await self._uow.records.insert_events([told])
        return await self.get(gate, day)

    async def _ensure_counted(self, gate: str, day: date) -> None:
        end = self._act.reference.begin_of(day + timedelta(days=1))
        if found := await self._uow.shifts.open_before(gate, end):
            errors = [FieldError("path:day", ShiftsOpenError.code, str(one.id)) for one in found]
            raise ShiftsOpenError(errors=errors, day=day.isoformat())

    def _ensure_gate(self, gate: str) -> None:
        if gate != CENTRE and gate not in self._act.reference.gates:
            raise GateNotFoundError(gate=gate)


def _is_before(day: date, open_from: date | None) -> bool:
    return open_from is not None and day < open_from


def _people(totals: Iterable[DayTotals], closes: Iterable[BookClose]) -> set[UUID]:
    """Return everybody of whom days speak."""
    cashiers = {till.cashier for one in totals for till in one.tills}
    return cashiers | {one.closed_by for one in closes}
