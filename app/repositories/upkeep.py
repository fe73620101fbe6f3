"""What the service tells of itself, for those who run it."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, literal, select, true
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.misses import CallOutcome
from app.domain.vitals import CallsMade, OldestDue, Pulse, Work
from app.domain.vocabulary import Direction, Lane, Queue
from app.models import (
    BookCheck,
    Call,
    Deadline,
    Delivery,
    Event,
    LogStop,
    Message,
    PriceCheck,
    StayProgress,
    WorkerPulse,
)

SUMS = ("runs", "failures", "done", "took_ms")


class UpkeepRepository:
    """Questions of an operator; nothing here names a vehicle or a company."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def note(self, works: Iterable[Work]) -> None:
        """Add what a process did of some jobs to what all did of them.

        All processes change the rows in one order, or two might wait for each other.
        """
        now = func.statement_timestamp()
        rows = [
            {**asdict(work), "ran_at": now, "succeeded_at": now if work.succeeded else None}
            for work in sorted(works, key=lambda work: work.job)
        ]
        for row in rows:
            del row["succeeded"]
        added = insert(WorkerPulse).values(rows)
        said: dict[str, Any] = {name: added.excluded[name] for name in rows[0] if name != "job"}
        table = WorkerPulse.__table__.c
        said |= {name: table[name] + added.excluded[name] for name in SUMS}
        said["succeeded_at"] = func.coalesce(added.excluded.succeeded_at, table.succeeded_at)
        await self._session.execute(
            added.on_conflict_do_update(constraint="pk_worker_pulses", set_=said)
        )

    async def pulses(self) -> tuple[Sequence[Pulse], OldestDue]:
        """Return what was done of every job, by name, and what waits longest for one."""
        oldest = _oldest().subquery()
        columns = list(WorkerPulse.__table__.c)
        statement = (
            select(*oldest.c, *columns)
            .select_from(oldest)
            .outerjoin(WorkerPulse, true())
            .order_by(WorkerPulse.job)
        )
        rows = (await self._session.execute(statement)).all()
        due, stopped = rows[0][:6], rows[0][6] or ()
        queues = tuple(Queue(gate, Direction(way)) for gate, way in stopped)
        pulses = [Pulse(*row[7:]) for row in rows if row[7] is not None]
        return pulses, replace(OldestDue(*due), stopped=queues)

    async def calls_since(self, since: datetime) -> Sequence[CallsMade]:
        """Return how many calls were made since an instant, by queue, lane and outcome."""
        statement = (
            select(Call.gate_code, Call.direction, Call.lane, Call.outcome, func.count())
            .where(Call.called_at >= since)
            .group_by(Call.gate_code, Call.direction, Call.lane, Call.outcome)
        )
        return [
            CallsMade(
                Queue(gate, Direction(way)),
                Lane(lane),
                CallOutcome(outcome) if outcome else None,
                count,
            )
            for gate, way, lane, outcome, count in (await self._session.execute(statement)).all()
        ]


def _oldest() -> Select[Any]:
    """Ask for what waits longest, and for what is not as it should be: one row."""
    deadline = select(func.min(Deadline.due_at)).where(Deadline.done_at.is_(None))
    seen = select(StayProgress.seen_to).scalar_subquery()
    event = select(Event.recorded_at).where(Event.number > seen).order_by(Event.number).limit(1)
    pending = select(func.count()).where(Delivery.state == literal("pending", literal_execute=True))
    quarantined = select(func.count()).where(
        Message.state == literal("quarantined", literal_execute=True)
    )
    differing = select(BookCheck.differing).order_by(BookCheck.checked_at.desc()).limit(1)
    mispriced = (
        select(PriceCheck.differing)
        .where(PriceCheck.finished_at.is_not(None))
        .order_by(PriceCheck.day.desc())
        .limit(1)
    )
    queue = array([LogStop.gate_code, LogStop.direction])
    return select(
        deadline.scalar_subquery().label("deadline"),
        event.scalar_subquery().label("event"),
        pending.scalar_subquery().label("backlog"),
        quarantined.scalar_subquery().label("quarantined"),
        differing.scalar_subquery().label("books_differing"),
        mispriced.scalar_subquery().label("prices_differing"),
        select(func.array_agg(queue)).scalar_subquery().label("stopped"),
    )
