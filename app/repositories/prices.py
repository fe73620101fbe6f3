"""Charges as they were frozen, batch by batch, and how the checks of them went."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.charges import Frozen
from app.domain.charges.effect import Charged
from app.models import Charge, PriceCheck
from app.repositories.pages import page_of

STREAMED = 100
"""So many rows are held at once of an answer that may have any number."""


class FrozenCharge(NamedTuple):
    """A charge as it was stored, and whose it is."""

    id: UUID
    entry_id: UUID
    tariff_code: str
    priced_on: date
    known_at: Any
    facts: Mapping[str, Any] | None
    quote: Mapping[str, Any]
    total_vnd: int

    @property
    def frozen(self) -> Frozen:
        """The charge as the domain derives it again."""
        return Frozen(*self[2:])


class PricesRepository:
    """Questions about charges that were frozen."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def alone(self) -> bool:
        """Keep others from checking prices until the transaction ends; False: one does."""
        name = func.hashtextextended("price-check", 0)
        return bool(await self._session.scalar(select(func.pg_try_advisory_xact_lock(name))))

    async def charges_after(self, last: UUID | None, most: int) -> Sequence[FrozenCharge]:
        """Return the next charges in the order of their ids."""
        statement = _frozen().order_by(Charge.id).limit(most)
        if last is not None:
            statement = statement.where(Charge.id > last)
        return [FrozenCharge(*row) for row in await self._session.execute(statement)]

    async def charged_on(self, first: date, end: date) -> AsyncIterator[Charged]:
        """Yield the current charges priced from a day on until another, a few at a time."""
        statement = select(
            Charge.id,
            Charge.entry_id,
            Charge.quote["goods_group"].astext,
            Charge.quote["vehicle_class"].astext,
            Charge.facts,
            Charge.total_vnd,
            Charge.priced_on,
            Charge.known_at,
        ).where(Charge.priced_on >= first, Charge.priced_on < end, Charge.superseded_at.is_(None))
        rows = await self._session.stream(statement.execution_options(yield_per=STREAMED))
        async for row in rows:
            yield Charged(*row)

    async def last_check(self) -> PriceCheck | None:
        """Return the check of the last day on which there was one."""
        return await self._session.scalar(
            select(PriceCheck).order_by(PriceCheck.day.desc()).limit(1)
        )

    async def checks(self, after: Sequence[Any] | None, limit: int) -> Sequence[PriceCheck]:
        """Return up to `limit` checks after a cursor, the last first."""
        order = (PriceCheck.started_at, PriceCheck.id)
        page = page_of(select(PriceCheck), order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()


def _frozen() -> Select[*tuple[Any, ...]]:
    return select(
        Charge.id,
        Charge.entry_id,
        Charge.tariff_code,
        Charge.priced_on,
        Charge.known_at,
        Charge.facts,
        Charge.quote,
        Charge.total_vnd,
    )
