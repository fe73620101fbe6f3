"""Claims: the plate and containers that an entry in position holds, one over all gates."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Claim


class ClaimsRepository:
    """Questions about claims."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def take(self, entry_id: UUID, claims: Sequence[tuple[str, str]]) -> bool:
        """Take all of `claims` (kind, value) for an entry that may have some, or no more of them.

        False where another entry has one; what the entry had before, it keeps.
        """
        # In one order for everybody: two who want the same two do not wait for each other.
        wanted = sorted(set(claims))
        if not wanted:
            return True
        rows = [{"kind": kind, "value": value, "entry_id": entry_id} for kind, value in wanted]
        statement = insert(Claim).values(rows).on_conflict_do_nothing()
        new = (await self._session.execute(statement.returning(Claim.kind, Claim.value))).all()
        if len(new) == len(wanted) or await self._of(entry_id) >= set(wanted):
            return True
        await self.let_go(entry_id, [(kind, value) for kind, value in new])
        return False

    async def _of(self, entry_id: UUID) -> set[tuple[str, str]]:
        statement = select(Claim.kind, Claim.value).where(Claim.entry_id == entry_id)
        return {(kind, value) for kind, value in (await self._session.execute(statement)).all()}

    async def let_go(self, entry_id: UUID, claims: Collection[tuple[str, str]]) -> None:
        """Let go of some of the claims of an entry."""
        statement = delete(Claim).where(Claim.entry_id == entry_id)
        await self._session.execute(statement.where(tuple_(Claim.kind, Claim.value).in_(claims)))

    async def release(self, entry_id: UUID) -> None:
        """Let go of the plate and containers of an entry."""
        await self._session.execute(delete(Claim).where(Claim.entry_id == entry_id))
