"""Who waits in a queue, in its order: heads, counts of index ranges; ask under the queue's lock."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.queue_order import Bound, Waiting
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Lane, Queue, State
from app.models import Entry

KEYED = (State.QUEUED.value, State.CALLED.value)


class LinesRepository:
    """Questions about those who wait in a queue."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def heads(
        self, queue: Queue, only: Collection[SubQueue] | None = None
    ) -> Sequence[Entry]:
        """Return the callable entry with the lowest key of each lane; ask under the lock only.

        Where barriers stop some sub-queues, of each lane and sub-queue of `only`.
        """
        if only is None:
            first = union_all(*(_head_id(queue, lane) for lane in Lane))
        elif only:
            first = union_all(*(_head_id(queue, lane, one) for lane in Lane for one in only))
        else:
            return ()
        statement = (
            select(Entry).where(Entry.id.in_(first)).execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def waiting(self, queue: Queue) -> Sequence[Entry]:
        """Return everybody who waits to be called, callable or held."""
        statement = (
            select(Entry)
            .where(_in_queue(queue), _state(State.QUEUED), Entry.ended_at.is_(None))
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def ranks(self, queue: Queue) -> Sequence[Waiting]:
        """Return everybody who waits to be called as the rule sees them, callable or held.

        Without their rows: of hundreds who wait, those are read who are looked at (`of`).
        """
        statement = select(
            Entry.id, Entry.lane, Entry.queue_key, Entry.waits_from, Entry.route_code, Entry.inside
        ).where(_in_queue(queue), _state(State.QUEUED), Entry.ended_at.is_(None))
        rows = await self._session.execute(statement)
        return [
            Waiting(entry, Lane(lane), key, since, SubQueue(route, inside))
            for entry, lane, key, since, route, inside in rows
            if key is not None and since is not None
        ]

    async def of(self, entry_ids: Collection[UUID]) -> Mapping[UUID, Entry]:
        """Return entries by their ids."""
        found = await self._session.scalars(select(Entry).where(Entry.id.in_(entry_ids)))
        return {entry.id: entry for entry in found}

    async def keyed(self, queue: Queue) -> Sequence[Entry]:
        """Return everybody who has a key: those who wait and those who are called."""
        statement = (
            select(Entry)
            .where(_in_queue(queue), Entry.state.in_(KEYED), Entry.ended_at.is_(None))
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def in_arrival_order(self, queue: Queue) -> Sequence[Entry]:
        """Return everybody who waits at a gate that calls nobody, the first to arrive first."""
        statement = (
            select(Entry)
            .where(_in_queue(queue), _state(State.ARRIVED), Entry.waits_from.is_not(None))
            .order_by(Entry.waits_from, Entry.id)
        )
        return (await self._session.scalars(statement)).all()

    async def held_before(
        self, queue: Queue, bounds: Mapping[Lane, Bound], limit: int
    ) -> Sequence[Entry]:
        """Return up to `limit` held entries that the rule would have called first."""
        before = or_(*(and_(Entry.lane == lane.value, _before(b)) for lane, b in bounds.items()))
        statement = (
            select(Entry)
            .where(_in_queue(queue), _state(State.QUEUED), Entry.held, before)
            .order_by(Entry.waits_from, Entry.id)
            .limit(limit)
        )
        return (await self._session.scalars(statement)).all()

    async def count_before(
        self, queue: Queue, bounds: Mapping[Lane, Bound]
    ) -> dict[tuple[Lane, SubQueue], int]:
        """Return how many callable entries stand before a place, by index ranges.

        Of each lane and sub-queue that has any.
        """
        counts = (
            select(literal(lane.value), Entry.route_code, Entry.inside, func.count())
            .where(_in_queue(queue), Entry.lane == lane.value, _state(State.QUEUED), ~Entry.held)
            .where(_before(bound))
            .group_by(Entry.route_code, Entry.inside)
            for lane, bound in bounds.items()
        )
        rows = await self._session.execute(union_all(*counts))
        return {(Lane(lane), SubQueue(route, inside)): many for lane, route, inside, many in rows}

    async def count_arrived_before(self, queue: Queue, waits_from: datetime, entry_id: UUID) -> int:
        """Return how many arrived earlier in an arrival-order queue and still wait."""
        statement = (
            select(func.count())
            .select_from(Entry)
            .where(_in_queue(queue), _state(State.ARRIVED))
            .where(tuple_(Entry.waits_from, Entry.id) < tuple_(waits_from, entry_id))
        )
        return await self._session.scalar(statement) or 0


def _in_queue(queue: Queue) -> ColumnElement[bool]:
    return and_(Entry.gate_code == queue.gate, Entry.direction == queue.direction.value)


def _state(state: State) -> ColumnElement[bool]:
    # Literal: a generic plan cannot use a partial index through a parameter.
    return Entry.state == literal(state.value, literal_execute=True)


_IN_LANE = (Entry.queue_key, Entry.waits_from, Entry.id)
# The whole order of `ix_entries_sub_queues`, so that it is read where nobody is passed over.
_IN_SUB_QUEUE = (
    Entry.route_code, Entry.inside, Entry.queue_key.nulls_first(), Entry.waits_from, Entry.id,
)  # fmt: skip


def _head_id(queue: Queue, lane: Lane, only: SubQueue | None = None) -> Select[UUID]:
    statement = (
        select(Entry.id)
        .where(_in_queue(queue), Entry.lane == lane.value, _state(State.QUEUED), ~Entry.held)
        .where(*_of(only))
        .order_by(*(_IN_LANE if only is None else _IN_SUB_QUEUE))
        # Literal: of a parameter the planner would not know that it is one row.
        .limit(literal_column("1"))
    )
    return select(statement.subquery().c.id)


def _of(one: SubQueue | None) -> Iterator[ColumnElement[bool]]:
    if one is not None:
        yield Entry.route_code.is_(None) if one.route is None else Entry.route_code == one.route
        yield Entry.inside.is_(one.inside)


def _before(bound: Bound) -> ColumnElement[bool]:
    """Return a domain bound as one range of the lane's index."""
    if bound.below is None:
        return true()
    if bound.tied is None:
        return Entry.queue_key < bound.below
    return tuple_(Entry.queue_key, Entry.waits_from, Entry.id) < tuple_(bound.below, *bound.tied)
