"""Passes that were handed out, beside the entries they were made of."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Call, Entry, HandedPass


class Handed(NamedTuple):
    """A pass that was handed out, its entry as it is now, and what became of its call.

    Columns and no rows: a list has thousands, and an entry is large.
    """

    id: str
    gate: str
    direction: str
    plate: str
    use: str
    opens_at: datetime | None
    expires_at: datetime
    of_call: bool
    outcome: str | None
    entry_id: UUID
    reference: str
    state: str
    gate_now: str
    direction_now: str
    plate_now: str | None


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

    async def unexpired(self, at: datetime, after: str, limit: int) -> Sequence[Handed]:
        """Return up to `limit` passes handed out that have not expired, after an id, by ids."""
        statement = _handed().where(HandedPass.expires_at > at, HandedPass.id > after)
        found = await self._session.execute(statement.order_by(HandedPass.id).limit(limit))
        return [Handed(*row) for row in found]

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` passes that expired before an instant; return how many."""
        old = select(HandedPass.id).where(HandedPass.expires_at < before).limit(limit)
        statement = delete(HandedPass).where(HandedPass.id.in_(old)).returning(HandedPass.id)
        return len((await self._session.scalars(statement)).all())


def _handed() -> Select[*tuple[Any, ...]]:
    return (
        select(
            HandedPass.id,
            HandedPass.gate_code,
            HandedPass.direction,
            HandedPass.plate,
            HandedPass.use,
            HandedPass.opens_at,
            HandedPass.expires_at,
            HandedPass.call_id.is_not(None),
            Call.outcome,
            Entry.id,
            Entry.reference,
            Entry.state,
            Entry.gate_code,
            Entry.direction,
            Entry.tractor_plate,
        )
        .join(Entry, Entry.id == HandedPass.entry_id)
        .outerjoin(Call, Call.id == HandedPass.call_id)
    )
