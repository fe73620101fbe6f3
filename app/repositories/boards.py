"""What the boards show of every queue, in a few statements for all of them together."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.questions import CallMade, Standing
from app.domain.vocabulary import Direction, Lane, Queue, State
from app.models import Call, Entry

OPEN_STATES = (State.REGISTERED, State.QUEUED, State.CALLED, State.ARRIVED)


class BoardsRepository:
    """Questions about all queues at once; nothing here names a vehicle or a company."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def standings(self) -> Sequence[Standing]:
        """Return the counts of open entries by queue, state and lane."""
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
            .where(Entry.state.in_([state.value for state in OPEN_STATES]))
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
        """Return the calls since an instant and those still open, oldest first."""
        still = and_(Entry.state == State.CALLED.value, Entry.ended_at.is_(None))
        statement = (
            select(Call, Entry.state)
            .join(Entry, Entry.id == Call.entry_id)
            .where(or_(Call.called_at > since, still))
            .order_by(Call.called_at, Call.id)
        )
        return [
            CallMade(
                queue=Queue(call.gate_code, Direction(call.direction)),
                call_number=call.call_number,
                lane=Lane(call.lane),
                called_at=call.called_at,
                window_ends_at=call.window_ends_at,
                open_wait=call.open_wait,
                still_called=state == State.CALLED.value,
            )
            for call, state in (await self._session.execute(statement)).all()
        ]
