"""Substitutions of the vehicles of entries."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Substitution


class MovesRepository:
    """Questions about what changed the vehicle of an entry."""

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
