"""Text messages to drivers: what is to be made, what is due, and what became of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Select,
    bindparam,
    delete,
    exists,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.driver_messages import KINDS, MessageKind, MessageState, Reason
from app.models import (
    Call,
    DriverMessage,
    DriverMessageProgress,
    Entry,
    Event,
    FeedItem,
    FeedProgress,
)
from app.repositories.prepared import Prepared, Wire

# A constant of the statements, so that the partial index can be used.
PENDING: ColumnElement[str] = literal_column(f"'{MessageState.PENDING.value}'")
Instant = datetime | BindParameter[datetime]
UNTOLD = (MessageState.DROPPED.value, MessageState.GIVEN_UP.value)


class DriverMessagesRepository:
    """Questions about what drivers are told."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def has_work(self, now: datetime, machine: datetime) -> bool:
        """Tell whether messages are to be made or sent, in one statement."""
        return bool((await self._wire.ask(WORK, now=now, machine=machine))[0][0])

    # --- what makers ask -----------------------------------------------------------------------

    async def progress(self) -> DriverMessageProgress:
        """Return how far messages were made, kept from other makers; changing it is kept."""
        return await self._session.get_one(
            DriverMessageProgress, 1, with_for_update=True, populate_existing=True
        )

    async def has_news(self) -> bool:
        """Tell whether the feed went on since messages were made."""
        return bool(await self._session.scalar(select(_is_news())))

    async def newest(self) -> int:
        """Return the last position of the feed."""
        return await self._session.scalar(select(FeedProgress.position)) or 0

    async def news(self, after: int, to: int, limit: int) -> Sequence[tuple[int, Event]]:
        """Return up to `limit` events between two positions of which drivers may be told."""
        statement = (
            select(FeedItem.position, Event)
            .join(Event, Event.number == FeedItem.event_number)
            .where(FeedItem.position > after, FeedItem.position <= to)
            .where(Event.kind.in_(KINDS), Event.entry_id.is_not(None))
            .order_by(FeedItem.position)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def entries(self, ids: Collection[UUID]) -> Mapping[UUID, Entry]:
        """Return entries as they are now, by their ids."""
        statement = select(Entry).where(Entry.id.in_(ids))
        fresh = statement.execution_options(populate_existing=True)
        return {one.id: one for one in await self._session.scalars(fresh)}

    async def calls(self, entry_ids: Collection[UUID]) -> Sequence[Call]:
        """Return all calls of entries as they are now."""
        statement = select(Call).where(Call.entry_id.in_(entry_ids))
        fresh = statement.execution_options(populate_existing=True)
        return (await self._session.scalars(fresh)).all()

    async def told(self, entry_ids: Collection[UUID]) -> Sequence[tuple[UUID, datetime]]:
        """Return from when entries were, or will be, told that papers are missing."""
        statement = select(DriverMessage.entry_id, DriverMessage.sends_from).where(
            DriverMessage.entry_id.in_(entry_ids),
            DriverMessage.kind == MessageKind.PAPERS.value,
            DriverMessage.state.not_in(UNTOLD),
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def insert(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep new messages; of an event that has one, none."""
        if rows:
            await self._session.execute(insert(DriverMessage).on_conflict_do_nothing(), rows)

    # --- what senders ask ----------------------------------------------------------------------

    async def are_due(self, now: datetime, machine: datetime) -> bool:
        """Tell whether a message is to be sent now, or its time is over."""
        return bool(await self._session.scalar(select(_is_due(now, machine))))

    async def drop_late(self, now: datetime, machine: datetime) -> None:
        """Drop what nobody sends at this moment and whose time is over."""
        statement = update(DriverMessage).where(
            DriverMessage.state == PENDING, DriverMessage.sends_until <= now, _free(machine)
        )
        dropped = {"state": MessageState.DROPPED.value, "reason": Reason.TOO_LATE.value}
        await self._session.execute(statement.values(**dropped, ended_at=now, leased_until=None))

    async def take(
        self, now: datetime, machine: datetime, lease: timedelta, limit: int
    ) -> Sequence[DriverMessage]:
        """Return up to `limit` due messages that nobody else takes for a while, in order.

        The first of each entry: the next waits for it. Two who ask at once wait for one another
        for as long as that takes to write down.
        """
        earlier = aliased(DriverMessage)
        overtaken = exists().where(
            earlier.entry_id == DriverMessage.entry_id,
            earlier.state == PENDING,
            earlier.sends_from <= now,
            earlier.event_number < DriverMessage.event_number,
        )
        due = (
            select(DriverMessage)
            .where(DriverMessage.state == PENDING, DriverMessage.sends_from <= now)
            .where(DriverMessage.due_at <= machine, _free(machine), ~overtaken)
            .order_by(DriverMessage.sends_from, DriverMessage.event_number)
            .limit(limit)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        taken = (await self._session.scalars(due)).all()
        for one in taken:
            one.leased_until = machine + lease
        return taken

    async def held(self, ids: Collection[UUID]) -> Sequence[DriverMessage]:
        """Return messages that are still pending, as they are now, kept from other writers."""
        statement = (
            select(DriverMessage)
            .where(DriverMessage.id.in_(ids), DriverMessage.state == PENDING)
            .order_by(DriverMessage.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    # --- what readers ask ----------------------------------------------------------------------

    async def of_entry(
        self, entry_id: UUID, after: int, limit: int
    ) -> Sequence[tuple[DriverMessage, Call | None]]:
        """Return up to `limit` messages of an entry with their calls, in order of their events."""
        statement = (
            select(DriverMessage, Call)
            .outerjoin(Call, Call.id == DriverMessage.call_id)
            .where(DriverMessage.entry_id == entry_id, DriverMessage.event_number > after)
            .order_by(DriverMessage.event_number)
            .limit(limit)
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` messages that ended before an instant; return how many."""
        old = (
            select(DriverMessage.id)
            .where(DriverMessage.ended_at < before)
            .order_by(DriverMessage.ended_at)
            .limit(limit)
        )
        gone = delete(DriverMessage).where(DriverMessage.id.in_(old)).returning(DriverMessage.id)
        return len((await self._session.execute(gone)).all())


def _is_news() -> ColumnElement[bool]:
    made_to = select(DriverMessageProgress.position).scalar_subquery()
    return select(FeedProgress.position > made_to).scalar_subquery()


def _is_due(now: Instant, machine: Instant) -> ColumnElement[bool]:
    return exists().where(
        DriverMessage.state == PENDING,
        DriverMessage.sends_from <= now,
        or_(DriverMessage.due_at <= machine, DriverMessage.sends_until <= now),
        _free(machine),
    )


def _work() -> Select[bool]:
    now, machine = (bindparam(name, type_=DateTime(timezone=True)) for name in ("now", "machine"))
    return select(or_(_is_news(), _is_due(now, machine)))


def _free(machine: Instant) -> ColumnElement[bool]:
    return or_(DriverMessage.leased_until.is_(None), DriverMessage.leased_until <= machine)


WORK = Prepared(_work())
