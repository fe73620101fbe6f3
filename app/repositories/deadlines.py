"""What is due by itself: the open work list, and what bears on a call that was not followed."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.deadlines import DeadlineKind
from app.domain.misses import Traffic, Window
from app.domain.vocabulary import Direction, Queue, State
from app.models import Call, Deadline, Diversion, Entry, Hold, Observation
from app.repositories.prepared import Prepared, Wire
from app.repositories.strikes import kept_out_with_room

# The index over it is found by this expression and by a literal state.
SPOKEN_FOR_AT = func.greatest(
    Entry.registered_at,
    Entry.planned_arrival_at,
    Entry.moved_at,
    Entry.deferred_until,
    Entry.limited_until,
    Entry.left_line_at,
)
REGISTERED: ColumnElement[str] = literal_column(f"'{State.REGISTERED.value}'")
LONGEST_STAY = timedelta(hours=12)
"""Of those who stand before a gate, nobody was called longer ago."""


class DeadlinesRepository:
    """Questions about deadlines; ask under the queue's lock, but for those about all queues."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def queues_with_work(
        self, at: datetime, forgotten_before: datetime | None
    ) -> Sequence[tuple[Queue, datetime]]:
        """Return the queues in which something is to be done by itself at `at`, and since when.

        Something is due, a company's limit has room again, or nothing has spoken for an entry since
        `forgotten_before`, which is None where no entry ends by that. In order, in one statement.
        """
        rows = await self._wire.ask(WORK, at=at, before=forgotten_before)
        return sorted((Queue(gate, Direction(way)), since or at) for gate, way, since in rows)

    async def due(
        self, queue: Queue, at: datetime, kinds: Collection[DeadlineKind], limit: int
    ) -> Sequence[Deadline]:
        """Return up to `limit` deadlines of a queue that are due at `at`, in order of instants."""
        statement = (
            select(Deadline)
            .where(Deadline.gate_code == queue.gate, Deadline.direction == queue.direction.value)
            .where(Deadline.done_at.is_(None), Deadline.due_at <= at, Deadline.kind.in_(kinds))
            .order_by(Deadline.due_at, Deadline.id)
            .limit(limit)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def due_of(
        self, entry_id: UUID, at: datetime, kinds: Collection[DeadlineKind]
    ) -> Sequence[Deadline]:
        """Return the deadlines of an entry that are due at `at`, in order of instants."""
        statement = (
            select(Deadline)
            .where(Deadline.entry_id == entry_id, Deadline.done_at.is_(None))
            .where(Deadline.due_at <= at, Deadline.kind.in_(kinds))
            .order_by(Deadline.due_at, Deadline.id)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def forgotten(
        self, queue: Queue, before: datetime, limit: int
    ) -> Sequence[tuple[UUID, datetime]]:
        """Return up to `limit` entries of a queue for which nothing has spoken since `before`.

        The longest forgotten first, each with when something last did: its registration, the
        arrival it planned, a movement, the end of a wait, of a deferral or of a limit.
        """
        statement = (
            select(Entry.id, SPOKEN_FOR_AT)
            .where(Entry.gate_code == queue.gate, Entry.direction == queue.direction.value)
            .where(*_forgotten(before))
            .order_by(SPOKEN_FOR_AT, Entry.id)
            .limit(limit)
        )
        return [(entry, at) for entry, at in await self._session.execute(statement)]

    async def move(self, entry_id: UUID, queue: Queue) -> None:
        """Let what is still due for an entry be due in another queue; ask under both locks."""
        statement = update(Deadline).where(
            Deadline.entry_id == entry_id, Deadline.done_at.is_(None)
        )
        await self._session.execute(statement.values(gate_code=queue.gate))

    async def count_of(self, entry_id: UUID, kind: DeadlineKind) -> int:
        """Return how many deadlines of a kind an entry has had."""
        statement = (
            select(func.count())
            .select_from(Deadline)
            .where(Deadline.entry_id == entry_id, Deadline.kind == kind.value)
        )
        return await self._session.scalar(statement) or 0

    async def traffic(self, queue: Queue, window: Window) -> Traffic:
        """Return what a gate did with the called vehicles of a queue during a window.

        Those stand before it all the time who arrived by its start, are let in after its end or not
        yet, have not gone by then, and are held by nobody.
        """
        seen = _seen(queue, window)
        held = exists(
            select(Hold.id)
            .where(Hold.entry_id == seen.c.entry_id, Hold.placed_at < window.ends_at)
            .where(or_(Hold.lifted_at.is_(None), Hold.lifted_at > window.starts_at))
        )
        ended = exists(
            select(Entry.id).where(Entry.id == seen.c.entry_id, Entry.ended_at < window.ends_at)
        )
        diverted = exists(
            select(Diversion.id)
            .where(Diversion.entry_id == seen.c.entry_id, Diversion.from_gate == queue.gate)
            .where(Diversion.diverted_at >= seen.c.ended_at)
            .where(Diversion.diverted_at < window.ends_at)
        )
        later = or_(seen.c.admitted_at.is_(None), seen.c.admitted_at >= window.ends_at)
        stood = and_(seen.c.ended_at <= window.starts_at, later, ~ended, ~diverted, ~held)
        let_in = and_(seen.c.admitted_at >= window.starts_at, seen.c.admitted_at < window.ends_at)
        row = (
            await self._session.execute(
                select(func.count().filter(stood), func.count().filter(let_in)).select_from(seen)
            )
        ).one()
        return Traffic(*row)


def _seen(queue: Queue, window: Window) -> Subquery:
    """Return the calls of a queue that were followed, with when each vehicle was let in."""
    admitted_at = (
        select(func.min(Observation.occurred_at))
        .where(Observation.entry_id == Call.entry_id, Observation.kind == "admission")
        .correlate(Call)
        .scalar_subquery()
    )
    return (
        select(Call.id, Call.entry_id, Call.ended_at, admitted_at.label("admitted_at"))
        .where(Call.gate_code == queue.gate, Call.direction == queue.direction.value)
        .where(Call.called_at > window.starts_at - LONGEST_STAY)
        .where(Call.called_at < window.ends_at, Call.outcome == "answered")
        .subquery()
    )


def _forgotten(before: datetime | BindParameter[datetime]) -> Iterator[ColumnElement[bool]]:
    """Registered, in no yard, and nothing has spoken for them since `before`."""
    yield Entry.state == REGISTERED
    yield Entry.yard_code.is_(None)
    yield before > SPOKEN_FOR_AT


def _work() -> Select[*tuple[Any, ...]]:
    """Return the queues with something due, with room again for somebody, with a forgotten one."""
    at, before = (bindparam(name, type_=DateTime(timezone=True)) for name in ("at", "before"))
    of_entries = (Entry.gate_code, Entry.direction, null().cast(DateTime(timezone=True)))
    found = union_all(
        select(Deadline.gate_code, Deadline.direction, Deadline.due_at.label("since")).where(
            Deadline.done_at.is_(None), Deadline.due_at <= at
        ),
        select(*of_entries).where(*kept_out_with_room()),
        select(*of_entries).where(*_forgotten(before)),
    ).subquery()
    queue = (found.c.gate_code, found.c.direction)
    return select(*queue, func.min(found.c.since)).group_by(*queue)


WORK = Prepared(_work())
