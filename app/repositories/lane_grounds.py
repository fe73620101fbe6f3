"""Grounds of lanes: what was said of each entry's."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import LaneGroundWord


class LaneGroundsRepository:
    """Questions about grounds."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def words(self, entry_id: UUID) -> Sequence[LaneGroundWord]:
        """Return what was said of the grounds of an entry, oldest first."""
        statement = (
            select(LaneGroundWord)
            .where(LaneGroundWord.entry_id == entry_id)
            .order_by(LaneGroundWord.said_at, LaneGroundWord.id)
        )
        return (await self._session.scalars(statement)).all()
