"""Who stands in which yard: counts of an index that has only those who stand in one now.

The last movement of a vehicle is kept with its entry, in the transaction that records it, so these
are counts of rows and no numbers that could drift.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, func, null, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import Text

from app.models import Entry
from app.repositories.prepared import Prepared, Wire

# Asked by each driver who looks.
PLACES_TAKEN = Prepared(
    union_all(
        select(Entry.yard_code, func.count())
        .where(Entry.yard_code == func.any(bindparam("yards", type_=ARRAY(Text))))
        .group_by(Entry.yard_code),
        select(null(), func.count()).where(
            Entry.gate_code == bindparam("gate"), Entry.awaits_place
        ),
    )
)


class YardsRepository:
    """Questions about yards."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

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
        rows = await self._wire.ask(PLACES_TAKEN, gate=gate, yards=list(yards))
        occupied = {yard: many for yard, many in rows if yard is not None}
        return occupied, next(many for yard, many in rows if yard is None)
