"""Payments of the budget's part to the state treasury, and what was not paid yet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Select, case, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.books import Account, Cause
from app.models import PostingRow, Principal, Remittance
from app.repositories.pages import page_of


class ShownRemittance(NamedTuple):
    """A payment to the treasury, and the name of who recorded it."""

    remittance: Remittance
    recorded_by: str


class TreasuryRepository:
    """Questions about what is due to the state budget."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def lock(self) -> None:
        """Let one payment to the treasury at a time be recorded, until the transaction ends."""
        name = func.hashtextextended("treasury", 0)
        await self._session.execute(select(func.pg_advisory_xact_lock(name)))

    async def gates_posted(self) -> Sequence[str]:
        """Return whose books have postings."""
        statement = select(PostingRow.gate_code).distinct().order_by(PostingRow.gate_code)
        return (await self._session.scalars(statement)).all()

    async def unpaid(self, end: date) -> Mapping[str, int]:
        """Return by gate what came in for the budget before a day, less all that was paid of it."""
        is_in = PostingRow.credit == Account.BUDGET.value
        amount = case((is_in, PostingRow.amount_vnd), else_=-PostingRow.amount_vnd)
        statement = (
            select(PostingRow.gate_code, cast(func.sum(amount), BigInteger).label("due"))
            .where(
                or_(is_in, PostingRow.debit == Account.BUDGET.value),
                or_(PostingRow.book_day < end, PostingRow.cause == Cause.BUDGET_REMITTED.value),
            )
            .group_by(PostingRow.gate_code)
            .order_by(PostingRow.gate_code)
        )
        return {row.gate_code: row.due for row in await self._session.execute(statement)}

    async def reaching(self, first: date) -> Sequence[Remittance]:
        """Return the payments that reach beyond the beginning of a day."""
        statement = select(Remittance).where(Remittance.end_day > first)
        return (await self._session.scalars(statement)).all()

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[ShownRemittance]:
        """Return up to `limit` payments after a cursor, newest first."""
        order = (Remittance.recorded_at, Remittance.id)
        page = page_of(_shown(), order, after, limit, newest_first=True)
        return [ShownRemittance(*row) for row in await self._session.execute(page)]

    async def shown(self, remittance_id: UUID) -> ShownRemittance:
        """Return a payment."""
        found = await self._session.execute(_shown().where(Remittance.id == remittance_id))
        return ShownRemittance(*found.one())


def _shown() -> Select[Remittance, str]:
    return select(Remittance, Principal.name).join(
        Principal, Principal.id == Remittance.recorded_by
    )
