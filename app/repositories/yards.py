"""Who stands in which yard: counts of an index that has only those who stand in one now.

The last movement of a vehicle is kept with its entry, in the transaction that records it, so these
are counts of rows and no numbers that could drift.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, null, select, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Entry


class YardsRepository:
    """Questions about yards."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def occupied(self) -> Mapping[str, int]:
        """Return how many vehicles stand in each yard, bound for whatever gate; none is left out.

        A yard in which nobody stands is not among them.
        """
        statement = (
            select(Entry.yard_code, func.count())
            .where(Entry.yard_code.is_not(None))
            .group_by(Entry.yard_code)
        )
        return {yard: many for yard, many in await self._session.execute(statement) if yard}

    async def places_taken(
        self, gate: str, yards: Collection[str]
    ) -> tuple[Mapping[str, int], int]:
        """Return how many stand in each of some yards, and for how many a gate keeps a place."""
        standing = (
            select(Entry.yard_code, func.count())
            .where(Entry.yard_code.in_(yards))
            .group_by(Entry.yard_code)
        )
        kept = select(null(), func.count()).where(Entry.gate_code == gate, Entry.awaits_place)
        rows: Sequence[Any] = (await self._session.execute(union_all(standing, kept))).all()
        occupied = {row[0]: row[1] for row in rows if row[0] is not None}
        return occupied, next(row[1] for row in rows if row[0] is None)
