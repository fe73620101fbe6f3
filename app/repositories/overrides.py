"""Calls out of turn: how far each is, and how many a queue has had."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.vocabulary import Queue
from app.models import Entry, Override, Principal
from app.repositories.pages import page_of


class Told(NamedTuple):
    """An override with the reference of its entry and the names of who stands behind it."""

    override: Override
    reference: str
    proposed_by: str
    confirmed_by: str | None
    approved_by: str | None


class OverridesRepository:
    """Questions about overrides."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def get(self, override_id: UUID) -> Override | None:
        """Return an override as it is now; to change it, ask under its queue's exclusive lock."""
        return await self._session.get(Override, override_id, populate_existing=True)

    async def count_made(self, queue: Queue, week: date) -> int:
        """Return how many overrides of a queue were made in the week that begins on a day."""
        statement = (
            select(func.count()).select_from(Override).where(_of(queue), Override.week_on == week)
        )
        return await self._session.scalar(statement) or 0

    async def count_by_reason(self, queue: Queue) -> Mapping[str, int]:
        """Return how many overrides of a queue were ever made, by their reasons."""
        statement = (
            select(Override.reason, func.count().label("many"))
            .where(_of(queue), Override.made_at.is_not(None))
            .group_by(Override.reason)
            .order_by(Override.reason)
        )
        return {row.reason: row.many for row in await self._session.execute(statement)}

    async def page(
        self, queue: Queue, after: Sequence[Any] | None, limit: int, *, made: bool = False
    ) -> Sequence[Told]:
        """Return up to `limit` overrides of a queue after a cursor, the last proposed first."""
        statement = _told().where(_of(queue))
        if made:
            statement = statement.where(Override.made_at.is_not(None))
        order = (Override.proposed_at, Override.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return [Told(*row) for row in await self._session.execute(page)]

    async def told(self, override_id: UUID) -> Told:
        """Return an override that is there, with who stands behind it."""
        statement = _told().where(Override.id == override_id)
        return Told(*(await self._session.execute(statement)).one())


def _told() -> Select[*tuple[Any, ...]]:
    proposed, confirmed, approved = (aliased(Principal) for _ in range(3))
    return (
        select(Override, Entry.reference, proposed.name, confirmed.name, approved.name)
        .join(Entry, Entry.id == Override.entry_id)
        .join(proposed, proposed.id == Override.proposed_by)
        .outerjoin(confirmed, confirmed.id == Override.confirmed_by)
        .outerjoin(approved, approved.id == Override.approved_by)
    )


def _of(queue: Queue) -> ColumnElement[bool]:
    return and_(Override.gate_code == queue.gate, Override.direction == queue.direction.value)
