"""What queues remember: their lock, the edition of their keys, numbers and seasonal places."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, cast, func, or_, select
from sqlalchemy.dialects.postgresql import JSONPATH, insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.declaration import EMPTY
from app.domain.misses import COUNTED, CallOutcome
from app.domain.vocabulary import Queue
from app.models import (
    Call,
    CallCounter,
    Entry,
    Outage,
    QueueEdition,
    ReferenceRevision,
    SeasonDay,
)
from app.repositories.pages import page_of
from app.repositories.prepared import Prepared, Wire

QUEUE_SEED = 0
LINES = "$.consignments[*].lines[*]"
# Asked by each driver who looks.
EDITION = Prepared(
    select(QueueEdition.policy_code).where(
        QueueEdition.gate_code == bindparam("gate"),
        QueueEdition.direction == bindparam("direction"),
    )
)


class QueuesRepository:
    """Questions about queues."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def lock(self, queue: Queue, *, exclusive: bool = False) -> None:
        """Take the queue's advisory lock until the transaction ends, in a statement of its own.

        Shared for waiting starts, amendments, holds and checks; exclusive for calls. It comes
        before any event number is drawn, or an honest log would look forged.
        """
        take = func.pg_advisory_xact_lock if exclusive else func.pg_advisory_xact_lock_shared
        name = f"queue:{queue.gate}:{queue.direction.value}"
        await self._session.execute(select(take(func.hashtextextended(name, QUEUE_SEED))))

    async def edition(self, queue: Queue) -> str | None:
        """Return the code of the edition under which the queue's keys were computed."""
        found = await self._wire.ask(EDITION, gate=queue.gate, direction=queue.direction.value)
        return found[0][0] if found else None

    async def set_edition(self, queue: Queue, policy_code: str, *, replace: bool) -> bool:
        """Remember the edition of the queue's keys and tell whether it was; the first one stays.

        With `replace`, for which the caller holds the lock exclusively, it gives way.
        """
        row = insert(QueueEdition).values(
            gate_code=queue.gate, direction=queue.direction.value, policy_code=policy_code
        )
        if replace:
            row = row.on_conflict_do_update(
                constraint="pk_queue_editions", set_={"policy_code": policy_code}
            )
        else:
            row = row.on_conflict_do_nothing()
        statement = row.returning(QueueEdition.policy_code)
        return (await self._session.execute(statement)).first() is not None

    async def next_number(self, queue: Queue, on: date) -> int:
        """Return the next call number of a queue on a legal day, from 1."""
        row = insert(CallCounter).values(
            gate_code=queue.gate, direction=queue.direction.value, on_day=on, last=1
        )
        statement = row.on_conflict_do_update(
            constraint="pk_call_counters", set_={"last": CallCounter.last + 1}
        ).returning(CallCounter.last)
        return (await self._session.execute(statement)).scalar_one()

    async def take_season_place(
        self, product: str, gate: str, on: date, allotment: int | None
    ) -> bool:
        """Take a place in a day's allotment by one conditional update; False when it is used up."""
        row = insert(SeasonDay).values(product_code=product, gate_code=gate, on_day=on, taken=1)
        statement = row.on_conflict_do_update(
            constraint="pk_season_days",
            set_={"taken": SeasonDay.taken + 1},
            where=None if allotment is None else SeasonDay.taken < allotment,
        ).returning(SeasonDay.taken)
        if allotment == 0:
            return False
        return (await self._session.execute(statement)).first() is not None

    async def outage(self, outage_id: UUID) -> Outage | None:
        """Return an outage, kept from other writers until the transaction ends."""
        statement = select(Outage).where(Outage.id == outage_id).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def signed_outages_at(self, gate: str, at: datetime) -> Sequence[Outage]:
        """Return the outages of a gate that cover an instant and that two officers signed."""
        statement = select(Outage).where(
            Outage.gate_code == gate,
            Outage.starts_at <= at,
            Outage.ends_at > at,
            Outage.signed_at.is_not(None),
        )
        return (await self._session.scalars(statement)).all()

    async def outages(self, gate: str, after: Sequence[Any] | None, limit: int) -> Sequence[Outage]:
        """Return up to `limit` outages of a gate after a cursor, newest first."""
        order = (Outage.starts_at, Outage.id)
        statement = select(Outage).where(Outage.gate_code == gate)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def count_standing(
        self,
        queue: Queue,
        since: datetime,
        *,
        route: str | None = None,
        goods_group: str | None = None,
    ) -> int:
        """Return how many calls of a queue since an instant were followed or may be still.

        Of vehicles that were bound to `route` or carry `goods_group`, where those are given. Who
        missed a call takes nobody's place.
        """
        stands = or_(Call.outcome.is_(None), Call.outcome == CallOutcome.ANSWERED.value)
        statement = (
            select(func.count())
            .select_from(Call)
            .where(Call.gate_code == queue.gate, Call.direction == queue.direction.value)
            .where(Call.called_at >= since, stands)
        )
        if route is not None:
            statement = statement.where(Call.route_code == route)
        if goods_group is not None:
            carries = _carries(goods_group)
            statement = statement.join(Entry, Entry.id == Call.entry_id).where(carries)
        return await self._session.scalar(statement) or 0

    async def before_calling(self, queue: Queue) -> tuple[datetime | None, int]:
        """Return when a queue last called anybody, and the revision of the reference data."""
        last_call = select(func.max(Call.called_at)).where(
            Call.gate_code == queue.gate, Call.direction == queue.direction.value
        )
        statement = select(last_call.scalar_subquery(), ReferenceRevision.revision)
        called_at, revision = (await self._session.execute(statement)).one()
        return called_at, revision

    async def last_called_at(self, queue: Queue) -> datetime | None:
        """Return when a queue last called anybody."""
        statement = select(func.max(Call.called_at)).where(
            Call.gate_code == queue.gate, Call.direction == queue.direction.value
        )
        return await self._session.scalar(statement)

    async def windows(self, entry_ids: Sequence[UUID]) -> Mapping[UUID, datetime]:
        """Return when the window of the newest call of each entry ends."""
        statement = (
            select(Call.entry_id, Call.window_ends_at)
            .where(Call.entry_id.in_(entry_ids))
            .order_by(Call.called_at, Call.id)
        )
        rows = (await self._session.execute(statement)).all()
        return {row.entry_id: row.window_ends_at for row in rows}

    async def call(self, call_id: UUID) -> Call | None:
        """Return a call as it is now."""
        return await self._session.get(Call, call_id, populate_existing=True)

    async def open_call(self, entry_id: UUID) -> Call | None:
        """Return the call that an entry has not followed yet; ask with the entry locked."""
        statement = (
            select(Call)
            .where(Call.entry_id == entry_id, Call.outcome.is_(None))
            .order_by(Call.called_at.desc(), Call.id.desc())
            .limit(1)
            .execution_options(populate_existing=True)
        )
        return await self._session.scalar(statement)

    async def calls_of(self, entry_id: UUID) -> Sequence[Call]:
        """Return all calls of an entry, oldest first."""
        statement = select(Call).where(Call.entry_id == entry_id).order_by(Call.called_at, Call.id)
        return (await self._session.scalars(statement)).all()

    async def count_misses(self, entry_id: UUID) -> int:
        """Return how many calls an entry has missed that count."""
        statement = (
            select(func.count())
            .select_from(Call)
            .where(Call.entry_id == entry_id, Call.outcome.in_(COUNTED))
        )
        return await self._session.scalar(statement) or 0

    async def page_of_calls(
        self, queue: Queue, after: Sequence[Any] | None, limit: int, *, awaited: bool = False
    ) -> Sequence[tuple[Call, Entry]]:
        """Return up to `limit` calls of a queue after a cursor, newest first, with whom.

        Where only the `awaited` are asked for, those that nothing has come of yet.
        """
        order = (Call.called_at, Call.id)
        statement = (
            select(Call, Entry)
            .join(Entry, Entry.id == Call.entry_id)
            .where(Call.gate_code == queue.gate, Call.direction == queue.direction.value)
        )
        if awaited:
            statement = statement.where(Call.outcome.is_(None))
        page = page_of(statement, order, after, limit, newest_first=True)
        return [(call, entry) for call, entry in await self._session.execute(page)]


def _carries(goods_group: str) -> ColumnElement[bool]:
    """Return whether an entry has a goods line of a group; one without lines is empty."""
    if goods_group == EMPTY:
        return ~func.jsonb_path_exists(Entry.declared, cast(LINES, JSONPATH))
    of_group = cast(f"{LINES} ? (@.goods_group == $group)", JSONPATH)
    named = func.jsonb_build_object("group", goods_group)
    return func.jsonb_path_exists(Entry.declared, of_group, named)
