"""The treasury list: what is due to the state budget of each day, and what was paid of it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.domain.books import postings_of_remittance
from app.domain.books.periods import Period
from app.domain.books.revenue import Dimension, RevenueFilter
from app.domain.books.treasury import BudgetDue, Remitted, due_of
from app.domain.charges.edition import BudgetLine
from app.domain.errors import (
    AmountMismatchError,
    BookDayNotOverError,
    BookDayOpenError,
    FieldError,
    NoTariffInForceError,
    NothingToRemitError,
)
from app.domain.reference import Reference
from app.models import Remittance
from app.repositories.treasury import ShownRemittance
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.posting import posting_rows

# The edges show these and never ask for them: they import them from here.
__all__ = ["Remittance", "ShownRemittance", "Treasury", "budget_line_of"]

BY_DAY = (Dimension.DAY, Dimension.GATE)
ONE_DAY = timedelta(days=1)


class Treasury:
    """What is due to the state budget, and its payments."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def due(self, period: Period, gate: str | None) -> Sequence[BudgetDue]:
        """Return what is due of each book day of a period and gate, whether paid or not."""
        first, end = period.days
        lines = await self._uow.revenue.lines(first, end, BY_DAY, RevenueFilter(gate=gate))
        gates = {one.values[Dimension.GATE] for one in lines}
        open_from = {one: await self._uow.books.open_from(one) for one in sorted(gates)}
        paid = await self._uow.treasury.reaching(first)
        return list(
            due_of(lines, open_from, [Remitted(one.reference, one.end_day) for one in paid])
        )

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[ShownRemittance]:
        """Return up to `limit` payments to the treasury after a cursor, newest first."""
        return await self._uow.treasury.page(after, limit)

    async def remit(self, end: date, amount_vnd: int, reference: str) -> ShownRemittance:
        """Record that all was paid that is due of the days before `end`, which are closed.

        Raises:
            BookDayNotOverError, BookDayOpenError, NothingToRemitError.
            AmountMismatchError: it is not what is due.
            RemittanceReferenceTakenError: another was recorded by that reference.
        """
        if end > self._act.day:
            raise BookDayNotOverError(day=(end - ONE_DAY).isoformat())
        await self._uow.treasury.lock()
        await self._ensure_closed(end)
        due = await self._uow.treasury.unpaid(end)
        _ensure_all(due, end, amount_vnd)
        act = self._act
        row = Remittance(
            id=act.tools.new_id(),
            reference=reference,
            end_day=end,
            amount_vnd=amount_vnd,
            recorded_at=act.now,
            recorded_by=act.principal.id,
        )
        self._uow.add(row)
        await self._uow.flush()
        await self._uow.books.post(posting_rows(act, postings_of_remittance(row.id, due)))
        told = act.event(
            "budget.remitted", None, None, remittance=str(row.id), amount_vnd=amount_vnd,
            before=end.isoformat(),
        )  # fmt: skip
        await self._uow.records.insert_events([told])
        return await self._uow.treasury.shown(row.id)

    async def _ensure_closed(self, end: date) -> None:
        """Refuse while anything may still be posted before `end`, wherever books are kept.

        A day that is open and has nothing yet may get it later, of an act that was dated then. So
        the last day has to be closed, too; nobody need close the empty days before it.
        """
        for gate in await self._uow.treasury.gates_posted():
            open_from = await self._uow.books.open_from(gate)
            if open_from is None or open_from < end:
                first = await self._uow.books.first_posted(gate, open_from)
                day = min(filter(None, (first, end - ONE_DAY)))
                raise BookDayOpenError(gate=gate, day=day.isoformat())


def _ensure_all(due: Mapping[str, int], end: date, amount_vnd: int) -> None:
    """Refuse an amount that is not all that is due of the days before `end`, or of none.

    Raises:
        NothingToRemitError, AmountMismatchError.
    """
    total = sum(due.values())
    if total <= 0:
        raise NothingToRemitError(day=end.isoformat())
    if amount_vnd != total:
        error = FieldError("/amount/amount", AmountMismatchError.code, amount_vnd)
        raise AmountMismatchError(errors=(error,), due_vnd=total)


def budget_line_of(reference: Reference, day: date) -> BudgetLine:
    """Return where the fee of a day stands in the state budget.

    What was posted on a day on which no edition rules, late, stands where the newest one has it.
    """
    tariffs = reference.tariffs
    try:
        return tariffs.in_force(day).budget_line
    except NoTariffInForceError:
        return tariffs.editions[max(tariffs.editions)].budget_line
