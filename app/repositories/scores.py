"""Expected waits that were told: kept, scored by the calls that came, folded into days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.misses import CallOutcome
from app.domain.vocabulary import Queue
from app.models import Call, WaitEstimate, WaitScore

LATE = timedelta(hours=1)
"""So long after a later one may a call be stored; those before are scored."""

Row = Mapping[str, Any]


class ScoresRepository:
    """Questions about estimates and their scores."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def due_from(self, at: datetime) -> set[tuple[UUID, datetime]]:
        """Return the estimates that were due from an instant on, by entry and instant."""
        columns = (WaitEstimate.entry_id, WaitEstimate.due_at)
        rows = await self._session.execute(select(*columns).where(WaitEstimate.due_at >= at))
        return {(entry, due_at) for entry, due_at in rows}

    async def keep(self, rows: Sequence[Row]) -> None:
        """Store estimates; one that is there already stays as it is."""
        if rows:
            statement = pg_insert(WaitEstimate).on_conflict_do_nothing()
            await self._session.execute(statement, list(rows))

    async def score(self, queue: Queue) -> int:
        """Score the estimates of a queue by the first call after each; return how many were."""
        first = _first_calls(queue).subquery("first")
        waited = first.c.clock - WaitEstimate.clock
        statement = (
            update(WaitEstimate)
            .where(WaitEstimate.entry_id == first.c.entry_id)
            .where(WaitEstimate.due_at == first.c.due_at, WaitEstimate.called_at.is_(None))
            .values(
                called_at=first.c.called_at,
                error=waited - WaitEstimate.likely,
                inside=waited.between(WaitEstimate.low, WaitEstimate.high),
            )
            .returning(WaitEstimate.entry_id)
        )
        return len((await self._session.execute(statement)).all())

    async def has_folded(self, on: date) -> bool:
        """Tell whether a day has been folded."""
        statement = select(WaitScore.on_day).where(WaitScore.on_day == on).limit(1)
        return await self._session.scalar(statement) is not None

    async def fold(self, on: date, day: datetime, week: datetime, end: datetime) -> int:
        """Sum up a day that begins at `day` and the week up to it that begins at `week`.

        The median is of nearest rank (`percentile_disc`): an error that somebody met.
        """
        error = func.abs(WaitEstimate.error)
        that_day, inside = WaitEstimate.called_at >= day, WaitEstimate.inside.is_(True)
        slot = (WaitEstimate.gate_code, WaitEstimate.direction, WaitEstimate.lane)
        sums: list[ColumnElement[Any]] = [
            func.count().filter(that_day),
            func.count().filter(that_day, inside),
            func.coalesce(func.sum(WaitEstimate.error).filter(that_day), 0),
            func.coalesce(func.sum(error).filter(that_day), 0),
            func.count(),
            func.count().filter(inside),
            func.percentile_disc(0.5).within_group(error),
        ]
        found = (
            select(literal(on), *slot, *sums)
            .where(WaitEstimate.called_at >= week, WaitEstimate.called_at < end)
            .group_by(*slot)
        )
        names = [column.name for column in WaitScore.__table__.columns]
        statement = pg_insert(WaitScore).from_select(names, found).on_conflict_do_nothing()
        folded = await self._session.execute(statement.returning(WaitScore.lane))
        return len(folded.all())

    async def forget(self, scored_before: datetime, due_before: datetime, limit: int) -> int:
        """Delete up to `limit` estimates: scored ones, and ones that no call has scored so long."""
        key = (WaitEstimate.entry_id, WaitEstimate.due_at)
        old = (
            select(*key)
            .where(WaitEstimate.due_at < scored_before)
            .where(or_(WaitEstimate.called_at < scored_before, WaitEstimate.due_at < due_before))
            .limit(limit)
        )
        statement = delete(WaitEstimate).where(tuple_(*key).in_(old))
        return len((await self._session.execute(statement.returning(WaitEstimate.lane))).all())


def _first_calls(queue: Queue) -> Select[UUID, datetime, datetime, int]:
    """Return the first call after each estimate of a queue that has no score.

    Only calls since about the last one that gave a score are looked at, not all there ever were.
    """
    in_queue = (
        WaitEstimate.gate_code == queue.gate,
        WaitEstimate.direction == queue.direction.value,
    )
    last = select(func.max(WaitEstimate.called_at)).where(
        *in_queue, WaitEstimate.called_at.is_not(None)
    )
    oldest = select(func.min(WaitEstimate.due_at))
    since = func.coalesce(last.scalar_subquery() - LATE, oldest.scalar_subquery())
    return (
        select(WaitEstimate.entry_id, WaitEstimate.due_at, Call.called_at, Call.clock)
        .ext(distinct_on(WaitEstimate.entry_id, WaitEstimate.due_at))
        .join(Call, Call.entry_id == WaitEstimate.entry_id)
        .where(*in_queue, WaitEstimate.called_at.is_(None))
        .where(Call.gate_code == queue.gate, Call.direction == queue.direction.value)
        .where(Call.called_at >= since, Call.called_at >= WaitEstimate.made_at)
        .where(Call.outcome.is_distinct_from(CallOutcome.WITHDRAWN.value))
        .order_by(WaitEstimate.entry_id, WaitEstimate.due_at, Call.called_at, Call.id)
    )
