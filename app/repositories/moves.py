"""Substitutions of the vehicles of entries, and their diversions to other gates."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Diversion, Substitution


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
