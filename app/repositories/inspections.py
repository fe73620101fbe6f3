"""Inspections: what officers found of each entry."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Inspection


class InspectionsRepository:
    """Questions about inspections."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def by_source(self, organisation_id: UUID, source: str) -> Inspection | None:
        """Return an inspection by the reference that its reporter gave it."""
        statement = select(Inspection).where(
            Inspection.organisation_id == organisation_id, Inspection.source_reference == source
        )
        return await self._session.scalar(statement)

    async def of_entry(self, entry_id: UUID) -> Sequence[Inspection]:
        """Return what was found of an entry, oldest first."""
        statement = (
            select(Inspection)
            .where(Inspection.entry_id == entry_id)
            .order_by(Inspection.recorded_at, Inspection.id)
        )
        return (await self._session.scalars(statement)).all()
