"""Passes that were handed out, beside the entries they were made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Call, Entry, HandedPass


class Handed(NamedTuple):
    """A pass that was handed out, its entry as it is now, and what became of its call."""

    pass_: HandedPass
    entry: Entry
    outcome: str | None


class PassesRepository:
    """Questions about passes."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def keep(self, row: Mapping[str, Any]) -> None:
        """Note that a pass is handed out; one that was handed out before stays as it is."""
        await self._session.execute(insert(HandedPass).values(row).on_conflict_do_nothing())

    async def handed(self, pass_id: str) -> Handed | None:
        """Return a pass that was handed out, with its entry."""
        found = (await self._session.execute(_handed().where(HandedPass.id == pass_id))).first()
        return Handed(*found) if found else None

    async def unexpired(self, at: datetime) -> Sequence[Handed]:
        """Return the passes that were handed out and have not expired, in the order of ids."""
        statement = _handed().where(HandedPass.expires_at > at).order_by(HandedPass.id)
        return [Handed(*row) for row in await self._session.execute(statement)]

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` passes that expired before an instant; return how many."""
        old = select(HandedPass.id).where(HandedPass.expires_at < before).limit(limit)
        statement = delete(HandedPass).where(HandedPass.id.in_(old)).returning(HandedPass.id)
        return len((await self._session.scalars(statement)).all())


def _handed() -> Select[HandedPass, Entry, str | None]:
    return (
        select(HandedPass, Entry, Call.outcome)
        .join(Entry, Entry.id == HandedPass.entry_id)
        .outerjoin(Call, Call.id == HandedPass.call_id)
    )
