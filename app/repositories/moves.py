"""Substitutions of the vehicles of entries, diversions, and vehicles that receive goods."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Diversion, Reception, Substitution


class MovesRepository:
    """Questions about what changed entries on their way."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def substitutions(self, entry_id: UUID) -> Sequence[Substitution]:
        """Return the substitutions of an entry as they are now, oldest first."""
        statement = (
            select(Substitution)
            .where(Substitution.entry_id == entry_id)
            .order_by(Substitution.proposed_at, Substitution.id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def diversions(self, entry_id: UUID) -> Sequence[Diversion]:
        """Return the diversions of an entry, oldest first."""
        return await self.diversions_of([entry_id])

    async def diversions_of(self, entry_ids: Iterable[UUID]) -> Sequence[Diversion]:
        """Return the diversions of entries, each entry's oldest first."""
        statement = (
            select(Diversion)
            .where(Diversion.entry_id.in_(entry_ids))
            .order_by(Diversion.entry_id, Diversion.number)
        )
        return (await self._session.scalars(statement)).all()

    async def receptions(self, entry_id: UUID) -> Sequence[Reception]:
        """Return what was seen of the receiving vehicles of an entry, oldest first."""
        statement = (
            select(Reception)
            .where(Reception.entry_id == entry_id)
            .order_by(Reception.occurred_at, Reception.recorded_at, Reception.id)
        )
        return (await self._session.scalars(statement)).all()

    async def reception_by_source(self, organisation_id: UUID, source: str) -> Reception | None:
        """Return what was seen of a receiving vehicle by the reference of who told it."""
        statement = select(Reception).where(
            Reception.organisation_id == organisation_id, Reception.source_reference == source
        )
        return await self._session.scalar(statement)
