"""What a report of fairness is made of: events of whoever waited, and what contradicted rules."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import Select, and_, func, literal, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.certificate import Told
from app.domain.vocabulary import Queue
from app.models import Call, Entry, Event, ExceptionCase, Observation, Principal

LONGEST: Final = timedelta(days=92)
"""Who registered longer before a day is left out of its report, unless it was called (ADR 59)."""

Day = tuple[datetime, datetime]
"""From when (in) to when (out)."""


class FairnessRepository:
    """Questions about one queue and one day."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def told(self, queue: Queue, kinds: Sequence[str], day: Day) -> Sequence[Told]:
        """Return the events of everybody who waited on a day, until its end, and of the rates."""
        statement = (
            select(Event.number, Event.recorded_at, Event.kind, Event.entry_id, Event.data)
            .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
            .where(Event.recorded_at < day[1], Event.kind.in_(kinds))
            .where(
                or_(
                    Event.entry_id.in_(_waited(queue, day)),
                    Event.kind == literal("rates.changed", literal_execute=True),
                )
            )
            .order_by(Event.number)
        )
        return [Told(*one) for one in await self._session.execute(statement)]

    async def backfills(self, queue: Queue, day: Day) -> Mapping[tuple[str, str], int]:
        """Return how many observations were recorded late, by kind and by whom.

        Of entries that were open on the day.
        """
        who = func.coalesce(Principal.agency, Principal.role)
        statement = (
            select(Observation.kind, who, func.count())
            .join(Principal, Principal.id == Observation.principal_id)
            .where(Observation.entry_id.in_(_here(queue, day)), Observation.backfilled)
            .where(Observation.recorded_at >= day[0], Observation.recorded_at < day[1])
            .group_by(Observation.kind, who)
            .order_by(Observation.kind, who)
        )
        rows = await self._session.execute(statement)
        return {(kind, by): count for kind, by, count in rows}

    async def exceptions(self, queue: Queue, day: Day) -> Mapping[str, int]:
        """Return how many exceptions were opened on entries of the queue, by rule."""
        statement = (
            select(ExceptionCase.rule, func.count())
            .where(ExceptionCase.entry_id.in_(_here(queue, day)))
            .where(ExceptionCase.opened_at >= day[0], ExceptionCase.opened_at < day[1])
            .group_by(ExceptionCase.rule)
            .order_by(ExceptionCase.rule)
        )
        rows = (await self._session.execute(statement)).all()
        return {row[0]: row[1] for row in rows}


def _waited(queue: Queue, day: Day) -> Select[UUID]:
    """Select who was in line at some time of a day, and who was called on it."""
    called = select(Call.entry_id).where(
        Call.gate_code == queue.gate,
        Call.direction == queue.direction.value,
        Call.called_at >= day[0],
        Call.called_at < day[1],
    )
    here = _here(queue, day).where(Entry.waits_from < day[1])
    both = union(here, called).subquery()
    return select(both.c[0])


def _here(queue: Queue, day: Day) -> Select[UUID]:
    """Select the entries of a queue that were open at some time of a day."""
    begin, end = day
    is_open = or_(Entry.ended_at.is_(None), Entry.ended_at >= begin)
    since = and_(Entry.registered_at >= begin - LONGEST, Entry.registered_at < end)
    return select(Entry.id).where(
        Entry.gate_code == queue.gate, Entry.direction == queue.direction.value, since, is_open
    )
