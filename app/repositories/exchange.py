"""Partners' messages and their sources, and the entries that a message may be about."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    delete,
    func,
    literal,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, array, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.types import Text

from app.domain.exchange import Known, MessageState
from app.domain.principal import Principal
from app.domain.questions import QuarantineFilter
from app.domain.vocabulary import Agency, Direction, Role
from app.models import Entry, Message, Organisation, Source
from app.models import Principal as PrincipalRow
from app.repositories.entries import PLATE_SEED
from app.repositories.pages import page_of

WAITING = Message.state == literal(MessageState.QUARANTINED.value, literal_execute=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """By what entries are looked for, and since when they may have ended."""

    since: datetime
    ids: Collection[UUID] = ()
    references: Collection[str] = ()
    plates: Collection[str] = ()
    declarations: Collection[str] = ()
    containers: Collection[str] = field(default=())


class Registered(NamedTuple):
    """A source with the name of the organisation whose it is."""

    source: Source
    organisation: str


class Waiting(NamedTuple):
    """A message with its source."""

    message: Message
    source: Source


class ExchangeRepository:
    """Questions about partners' messages."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    # --- sources -----------------------------------------------------------------------------

    async def source(self, code: str) -> Source | None:
        """Return a source by its code."""
        return await self._session.scalar(select(Source).where(Source.code == code))

    async def locked_source(self, code: str) -> Source | None:
        """Return a source as it is now, kept from other writers until the transaction ends."""
        statement = select(Source).where(Source.code == code).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def registered(self, source_id: UUID) -> Registered:
        """Return a source that is there, as lists show it."""
        statement = _registered().where(Source.id == source_id)
        return Registered(*(await self._session.execute(statement)).one())

    async def sources(
        self, organisation_id: UUID | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Registered]:
        """Return up to `limit` sources after a cursor, of one organisation or all, oldest first."""
        statement = _registered()
        if organisation_id is not None:
            statement = statement.where(Source.organisation_id == organisation_id)
        order = (Source.registered_at, Source.id)
        page = page_of(statement, order, after, limit, newest_first=False)
        return [Registered(*row) for row in await self._session.execute(page)]

    async def sender(self, principal_id: UUID) -> Principal:
        """Return who sent a message: what came of it later is still that principal's word."""
        row = (
            await self._session.scalars(select(PrincipalRow).where(PrincipalRow.id == principal_id))
        ).one()
        agency = Agency(row.agency) if row.agency else None
        return Principal(row.id, row.organisation_id, row.name, Role(row.role), agency)

    # --- messages ----------------------------------------------------------------------------

    async def take(self, rows: Iterable[Mapping[str, Any]]) -> frozenset[UUID]:
        """Keep the messages that are new, and return the ids of those; none is kept twice.

        Whoever sends one of them at the same time waits here. All take them in one order, and
        before any other lock.
        """
        ordered = sorted(rows, key=lambda row: str(row["source_reference"]))
        statement = (
            insert(Message)
            .values(ordered)
            .on_conflict_do_nothing(constraint="uq_messages_source_id_source_reference")
        )
        found = await self._session.execute(statement.returning(Message.id))
        return frozenset(found.scalars())

    async def by_references(
        self, source_id: UUID, references: Collection[str]
    ) -> Mapping[str, Message]:
        """Return the messages of a source by the references that it gave them."""
        statement = select(Message).where(
            Message.source_id == source_id, Message.source_reference.in_(references)
        )
        return {one.source_reference: one for one in await self._session.scalars(statement)}

    async def drop(self, ids: Collection[UUID]) -> None:
        """Forget messages that were refused, so that they may be sent again."""
        if ids:
            await self._session.execute(delete(Message).where(Message.id.in_(ids)))

    async def locked(self, message_id: UUID) -> Waiting | None:
        """Return a message as it is now, kept from other writers until the transaction ends."""
        statement = (
            select(Message, Source)
            .join(Source, Source.id == Message.source_id)
            .where(Message.id == message_id)
            .with_for_update(of=Message)
            .execution_options(populate_existing=True)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return Waiting(*row) if row else None

    async def read_before(
        self, source_id: UUID, plate: str, at: datetime, within: timedelta
    ) -> Message | None:
        """Return the applied reading of a plate that is nearest to an instant, either side of it.

        Ask under the plate's lock, so that two readings of one passage do not miss each other.
        """
        statement = (
            select(Message)
            .where(
                Message.source_id == source_id,
                Message.plate == plate,
                Message.state == literal(MessageState.APPLIED.value, literal_execute=True),
                Message.occurred_at.between(at - within, at + within),
            )
            .order_by(func.abs(func.extract("epoch", Message.occurred_at - at)), Message.id)
            .limit(1)
        )
        return await self._session.scalar(statement)

    async def quarantine(
        self,
        organisation_id: UUID | None,
        where: QuarantineFilter,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Waiting]:
        """Return up to `limit` waiting messages after a cursor, of one organisation or all."""
        statement = (
            select(Message, Source)
            .join(Source, Source.id == Message.source_id)
            .where(WAITING, *_narrowed(where))
        )
        if organisation_id is not None:
            statement = statement.where(Source.organisation_id == organisation_id)
        order = (Message.received_at, Message.id)
        page = page_of(statement, order, after, limit, newest_first=False)
        return [Waiting(*row) for row in await self._session.execute(page)]

    async def to_try_again(self, since: datetime, limit: int) -> Sequence[UUID]:
        """Return waiting messages, received since an instant, for which something may be new.

        An entry of the plate or declaration has changed since they were looked at last, or the same
        camera has read the plate in the same passage.
        """
        statement = (
            select(Message.id)
            .join(Source, Source.id == Message.source_id)
            .where(WAITING, Source.retired_at.is_(None), Message.received_at >= since, _news())
            .order_by(Message.tried_at, Message.id)
            .limit(limit)
        )
        return (await self._session.scalars(statement)).all()

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` messages received before an instant, but none that still waits."""
        old = (
            select(Message.id)
            .where(Message.received_at < before, Message.state != MessageState.QUARANTINED.value)
            .limit(limit)
        )
        statement = delete(Message).where(Message.id.in_(old)).returning(Message.id)
        return len((await self._session.execute(statement)).all())

    async def put_back(self, message_id: UUID, at: datetime) -> None:
        """Note that a waiting message was looked at and could not be applied now."""
        await self._session.execute(
            update(Message).where(Message.id == message_id, WAITING).values(tried_at=at)
        )

    # --- entries -----------------------------------------------------------------------------

    async def lock_vehicles(self, vehicles: Iterable[tuple[Direction, str]]) -> None:
        """Take the locks of several plates as `entries.lock_plates` does, of both directions.

        Before any queue's lock; that of the scoped holds comes after all of them.
        """
        for direction, plate in sorted(set(vehicles)):
            name = func.hashtextextended(f"plate:{plate}:{direction}", PLATE_SEED)
            await self._session.execute(select(func.pg_advisory_xact_lock(name)))

    async def known(self, sought: Sought) -> Sequence[tuple[Known, str]]:
        """Return the entries that fit anything sought, each with its gate; long ended ones not."""
        lately = or_(Entry.ended_at.is_(None), Entry.ended_at >= sought.since)
        ways: list[Select[UUID]] = []
        if sought.ids:
            ways.append(select(Entry.id).where(Entry.id.in_(sought.ids)))
        if sought.references:
            ways.append(select(Entry.id).where(Entry.reference.in_(sought.references)))
        if sought.plates:
            ways.append(select(Entry.id).where(Entry.tractor_plate.in_(sought.plates), lately))
        if sought.declarations:
            numbers = literal(list(sought.declarations), ARRAY(Text))
            ways.append(select(Entry.id).where(Entry.declaration_numbers.overlap(numbers), lately))
        if sought.containers:
            numbers = literal(list(sought.containers), ARRAY(Text))
            is_open = Entry.ended_at.is_(None)
            some = Entry.container_numbers != literal([], ARRAY(Text))
            ways.append(
                select(Entry.id).where(Entry.container_numbers.overlap(numbers), some, is_open)
            )
        if not ways:
            return ()
        statement = (
            select(Entry)
            .where(Entry.id.in_(union(*ways)))
            .execution_options(populate_existing=True)
        )
        return [(_known(one), one.gate_code) for one in await self._session.scalars(statement)]


def _news() -> ColumnElement[bool]:
    """Return whether something is new for a message.

    Each is a question of its own for every message, by an index: of "exists", all entries that ever
    were would be hashed.
    """
    of_declaration = Entry.declaration_numbers.contains(array([Message.declaration_number]))
    read = aliased(Message)
    window = func.make_interval(0, 0, 0, 0, 0, 0, Source.repeat_seconds)
    of_plate = select(func.max(Entry.changed_at)).where(Entry.tractor_plate == Message.plate)
    of_paper = select(func.max(Entry.changed_at)).where(
        Message.declaration_number.is_not(None), of_declaration
    )
    again = select(func.max(read.occurred_at)).where(
        read.source_id == Message.source_id,
        read.plate == Message.plate,
        read.state == literal(MessageState.APPLIED.value, literal_execute=True),
        read.occurred_at.between(Message.occurred_at - window, Message.occurred_at + window),
    )
    plate, paper, reading = (
        one.correlate(Message, Source).scalar_subquery() for one in (of_plate, of_paper, again)
    )
    return or_(plate >= Message.tried_at, paper >= Message.tried_at, reading.is_not(None))


def _known(entry: Entry) -> Known:
    return Known(
        id=entry.id,
        reference=entry.reference,
        direction=Direction(entry.direction),
        registered_at=entry.registered_at,
        plate=entry.tractor_plate,
        containers=tuple(entry.container_numbers),
        declarations=tuple(entry.declaration_numbers),
        organisation_id=entry.organisation_id,
        ended_at=entry.ended_at,
        in_position=entry.in_position,
    )


def _registered() -> Select[*tuple[Any, ...]]:
    return select(Source, Organisation.name).join(
        Organisation, Organisation.id == Source.organisation_id
    )


def _narrowed(where: QuarantineFilter) -> Iterator[ColumnElement[bool]]:
    if where.source is not None:
        yield Source.code == where.source
    if where.gate is not None:
        yield Source.gate_code == where.gate
    if where.yard is not None:
        yield Source.yard_code == where.yard
    if where.reason is not None:
        yield Message.reason == where.reason
    if where.received_before is not None:
        yield Message.received_at < where.received_before
