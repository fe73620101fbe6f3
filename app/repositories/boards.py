"""What the boards show of every queue, in a few statements for all of them together."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, literal, select, union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.misses import CallOutcome
from app.domain.questions import CallMade, Standing
from app.domain.vocabulary import Direction, Lane, Queue, State
from app.models import Call, Entry

SECONDS = 3600
BEFORE_ADMISSION = (State.REGISTERED, State.QUEUED, State.CALLED, State.ARRIVED)


class BoardsRepository:
    """Questions about all queues at once; nothing here names a vehicle or a company."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def standings(self) -> Sequence[Standing]:
        """Return the counts of entries not in a gate yet, by queue, state and lane."""
        statement = (
            select(
                Entry.gate_code,
                Entry.direction,
                Entry.state,
                Entry.lane,
                Entry.in_position,
                func.count(),
                func.min(Entry.waits_from),
            )
            .where(Entry.state.in_([state.value for state in BEFORE_ADMISSION]))
            .where(Entry.ended_at.is_(None))
            .group_by(Entry.gate_code, Entry.direction, Entry.state, Entry.lane, Entry.in_position)
        )
        return [
            Standing(Queue(gate, Direction(way)), State(state), Lane(lane), here, count, oldest)
            for gate, way, state, lane, here, count, oldest in (
                await self._session.execute(statement)
            ).all()
        ]

    async def calls_since(self, since: datetime) -> Sequence[CallMade]:
        """Return the calls since an instant that stand, and those still open, oldest first.

        Of the calls of an entry only the newest is open, and only while the entry is called.
        """
        kept = Call.outcome.is_distinct_from(CallOutcome.WITHDRAWN.value)
        recent = select(Call.id).where(Call.called_at > since, kept)
        statement = (
            select(Call, Entry.state)
            .join(Entry, Entry.id == Call.entry_id)
            .where(Call.id.in_(union(recent, _calls_of_the_called())))
            .order_by(Call.called_at, Call.id)
        )
        rows = (await self._session.execute(statement)).all()
        called = {call.entry_id: call.id for call, state in rows if state == State.CALLED.value}
        found = ((call, called.get(call.entry_id) == call.id) for call, _ in rows)
        return [
            _made(call, still=still) for call, still in found if still or call.called_at > since
        ]

    async def arrivals_by_hour(
        self, gate: str, begin: datetime
    ) -> Mapping[tuple[Direction, int], int]:
        """Return how many arrived at a gate in each hour of the day that began then.

        Whoever arrived on a day changed on it or later, so one index finds all of today's.
        """
        statement = _by_hour(Entry.direction, Entry.arrived_at, begin).where(
            Entry.gate_code == gate, Entry.changed_at >= begin
        )
        return await self._counts(statement)

    async def calls_by_hour(
        self, gate: str, begin: datetime
    ) -> Mapping[tuple[Direction, int], int]:
        """Return how many calls stood or stand of each hour of the day that began then."""
        statement = _by_hour(Call.direction, Call.called_at, begin).where(
            Call.gate_code == gate, Call.outcome.is_distinct_from(CallOutcome.WITHDRAWN.value)
        )
        return await self._counts(statement)

    async def _counts(
        self, statement: Select[str, int, int]
    ) -> Mapping[tuple[Direction, int], int]:
        rows = (await self._session.execute(statement)).all()
        return {(Direction(way), int(hour)): count for way, hour, count in rows}


def _by_hour(
    way: InstrumentedAttribute[str], at: InstrumentedAttribute[Any], begin: datetime
) -> Select[str, int, int]:
    """Count by direction and hour what lies within the day that began then."""
    hour = func.floor(func.extract("epoch", at - begin) / SECONDS)
    within = at >= begin, at < begin + timedelta(days=1)
    return select(way, hour, func.count()).where(*within).group_by(way, hour)


def _calls_of_the_called() -> Select[UUID]:
    # Literal: a generic plan cannot know how few are called.
    called = Entry.state == literal(State.CALLED.value, literal_execute=True)
    statement = select(Call.id).join(Entry, Entry.id == Call.entry_id)
    return statement.where(called, Entry.ended_at.is_(None), Call.outcome.is_(None))


def _made(call: Call, *, still: bool) -> CallMade:
    return CallMade(
        queue=Queue(call.gate_code, Direction(call.direction)),
        entry=call.entry_id,
        call_number=call.call_number,
        lane=Lane(call.lane),
        called_at=call.called_at,
        window_ends_at=call.window_ends_at,
        open_wait=call.open_wait,
        still_called=still,
    )
