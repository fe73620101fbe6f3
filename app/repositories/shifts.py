"""Cashiers' shifts, and what came into their tills."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.money_in import Channel
from app.domain.questions import ShiftFilter
from app.domain.tills import Taken
from app.models import Payment, Shift
from app.models import Principal as PrincipalRow
from app.repositories.pages import page_of


class Manned(NamedTuple):
    """A shift with the names of whose it is and of who closed it."""

    shift: Shift
    cashier: str
    closed_by: str | None


class ShiftsRepository:
    """Questions about shifts."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def get(self, shift_id: UUID) -> Manned | None:
        """Return a shift."""
        row = (await self._session.execute(_manned().where(Shift.id == shift_id))).one_or_none()
        return Manned(*row) if row else None

    async def held(self, shift_id: UUID, *, to_close: bool = False) -> Shift | None:
        """Return a shift as it is now, which nobody closes before this transaction ends.

        Whoever is to close it waits for all who put money into it.
        """
        statement = select(Shift).where(Shift.id == shift_id).with_for_update(read=not to_close)
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def taken(self, shift_ids: Collection[UUID]) -> Mapping[UUID, Taken]:
        """Return what came into the tills of some shifts, by the shift."""
        statement = (
            select(
                Payment.shift_id, Payment.channel, cast(func.sum(Payment.amount_vnd), BigInteger)
            )
            .where(Payment.shift_id.in_(shift_ids))
            .group_by(Payment.shift_id, Payment.channel)
        )
        sums = {
            (shift, way): amount for shift, way, amount in await self._session.execute(statement)
        }
        return {
            one: Taken(sums.get((one, Channel.CASH), 0), sums.get((one, Channel.CARD), 0))
            for one in shift_ids
        }

    async def open_before(self, gate: str, at: datetime) -> Sequence[Shift]:
        """Return the shifts of a gate that were opened before an instant and are not closed."""
        statement = (
            select(Shift)
            .where(Shift.gate_code == gate, Shift.opened_at < at, Shift.closed_at.is_(None))
            .order_by(Shift.opened_at, Shift.id)
        )
        return (await self._session.scalars(statement)).all()

    async def page(
        self, where: ShiftFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Manned]:
        """Return up to `limit` shifts after a cursor, the newest first."""
        statement = _manned()
        for condition in _conditions(where):
            statement = statement.where(condition)
        page = page_of(statement, (Shift.opened_at, Shift.id), after, limit, newest_first=True)
        return [Manned(*row) for row in await self._session.execute(page)]


def _manned() -> Select[Shift, str, str | None]:
    closer = aliased(PrincipalRow)
    return (
        select(Shift, PrincipalRow.name, closer.name)
        .join(PrincipalRow, PrincipalRow.id == Shift.principal_id)
        .outerjoin(closer, closer.id == Shift.closed_by)
    )


def _conditions(where: ShiftFilter) -> Iterable[Any]:
    if where.gate is not None:
        yield Shift.gate_code == where.gate
    if where.cashier is not None:
        yield PrincipalRow.name == where.cashier
    if where.is_open is not None:
        yield Shift.closed_at.is_(None) if where.is_open else Shift.closed_at.is_not(None)
