"""What the boards show of every queue, in a few statements for all of them together."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, literal, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.misses import CallOutcome
from app.domain.questions import CallMade, Standing
from app.domain.vocabulary import Direction, Lane, Queue, State
from app.models import Call, Entry

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


def _calls_of_the_called() -> Select[UUID]:
    # Literal: a generic plan cannot know how few are called.
    called = Entry.state == literal(State.CALLED.value, literal_execute=True)
    statement = select(Call.id).join(Entry, Entry.id == Call.entry_id)
    return statement.where(called, Entry.ended_at.is_(None), Call.outcome.is_(None))


def _made(call: Call, *, still: bool) -> CallMade:
    return CallMade(
        queue=Queue(call.gate_code, Direction(call.direction)),
        call_number=call.call_number,
        lane=Lane(call.lane),
        called_at=call.called_at,
        window_ends_at=call.window_ends_at,
        open_wait=call.open_wait,
        still_called=still,
    )
