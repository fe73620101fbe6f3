"""What was seen, checked and held, and the events that tell of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, func, literal, select, tuple_, union_all
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.certificate import Told
from app.domain.questions import ExceptionFilter
from app.domain.vocabulary import Queue
from app.models import (
    Check,
    CheckRequest,
    Entry,
    Event,
    ExceptionCase,
    Hold,
    Observation,
    Principal,
    ScopedHold,
)
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows


class Reviewed(NamedTuple):
    """An exception with what a reviewer asks: of which entry, seen where, given to whom."""

    case: ExceptionCase
    reference: str | None
    assigned_to: str | None
    seen: Observation | None


class RecordsRepository:
    """Questions about attributed records; all are only ever added to."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def observation_by_source(self, organisation_id: UUID, source: str) -> Observation | None:
        """Return an observation by the reference its reporter gave it."""
        statement = select(Observation).where(
            Observation.organisation_id == organisation_id, Observation.source_reference == source
        )
        return await self._session.scalar(statement)

    async def observations(self, entry_id: UUID) -> Sequence[Observation]:
        """Return what was seen of an entry, oldest first."""
        statement = (
            select(Observation)
            .where(Observation.entry_id == entry_id)
            .order_by(Observation.recorded_at, Observation.id)
        )
        return (await self._session.scalars(statement)).all()

    async def observations_page(
        self, entry_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Observation]:
        """Return up to `limit` of what was seen of an entry after a cursor, newest first."""
        order = (Observation.recorded_at, Observation.id)
        statement = select(Observation).where(Observation.entry_id == entry_id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def checks_by_source(
        self, organisation_id: UUID, sources: Collection[str]
    ) -> Sequence[Check]:
        """Return the checks that have these references, given by their organisation."""
        statement = select(Check).where(
            Check.organisation_id == organisation_id, Check.source_reference.in_(sources)
        )
        return (await self._session.scalars(statement)).all()

    async def checks(self, entry_id: UUID) -> Sequence[Check]:
        """Return all checks of an entry, oldest first."""
        return await self.checks_of([entry_id])

    async def checks_of(self, entry_ids: Collection[UUID]) -> Sequence[Check]:
        """Return all checks of entries, oldest first."""
        statement = (
            select(Check)
            .where(Check.entry_id.in_(entry_ids))
            .order_by(Check.occurred_at, Check.recorded_at, Check.id)
        )
        return (await self._session.scalars(statement)).all()

    async def drop_answered(self, answered: Collection[tuple[UUID, str]]) -> None:
        """Take the requests of these entries and kinds off the list of open work."""
        statement = delete(CheckRequest).where(
            tuple_(CheckRequest.entry_id, CheckRequest.kind).in_(answered)
        )
        await self._session.execute(statement)

    async def drop_requests(self, entry_id: UUID) -> None:
        """Take the requests of an entry that has ended off the list of open work."""
        await self._session.execute(delete(CheckRequest).where(CheckRequest.entry_id == entry_id))

    async def open_requests(
        self, kinds: Collection[str], gate: str | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[tuple[Check, Entry]]:
        """Return up to `limit` open requests of these kinds after a cursor, oldest first."""
        order = (CheckRequest.requested_at, CheckRequest.check_id)
        statement = (
            select(Check, Entry)
            .select_from(CheckRequest)
            .join(Check, Check.id == CheckRequest.check_id)
            .join(Entry, Entry.id == CheckRequest.entry_id)
            .where(CheckRequest.kind.in_(kinds), Entry.ended_at.is_(None))
        )
        if gate is not None:
            statement = statement.where(Entry.gate_code == gate)
        page = page_of(statement, order, after, limit, newest_first=False)
        return [(check, entry) for check, entry in await self._session.execute(page)]

    async def hold_by_source(self, organisation_id: UUID, source: str) -> Hold | None:
        """Return a hold by the reference its authority gave it."""
        statement = select(Hold).where(
            Hold.organisation_id == organisation_id, Hold.source_reference == source
        )
        return await self._session.scalar(statement)

    async def holds(self, entry_ids: Sequence[UUID]) -> Sequence[Hold]:
        """Return the holds of entries, oldest first, lifted ones included."""
        statement = (
            select(Hold).where(Hold.entry_id.in_(entry_ids)).order_by(Hold.placed_at, Hold.id)
        )
        return (await self._session.scalars(statement)).all()

    async def holds_under(self, scoped_hold_id: UUID) -> Sequence[Hold]:
        """Return the holds on entries under a scoped one that are not lifted, oldest first."""
        statement = (
            select(Hold)
            .where(Hold.scoped_hold_id == scoped_hold_id, Hold.lifted_at.is_(None))
            .order_by(Hold.placed_at, Hold.id)
        )
        return (await self._session.scalars(statement)).all()

    async def scoped_hold(self, scoped_hold_id: UUID) -> ScopedHold | None:
        """Return a scoped hold as it is now; ask under `lock_holds`."""
        return await self._session.get(ScopedHold, scoped_hold_id, populate_existing=True)

    async def scoped_holds(self, ids: Collection[UUID]) -> Sequence[ScopedHold]:
        """Return scoped holds, oldest first."""
        statement = (
            select(ScopedHold)
            .where(ScopedHold.id.in_(ids))
            .order_by(ScopedHold.placed_at, ScopedHold.id)
        )
        return (await self._session.scalars(statement)).all() if ids else ()

    async def scoped_hold_by_source(self, organisation_id: UUID, source: str) -> ScopedHold | None:
        """Return a scoped hold by the reference its authority gave it."""
        statement = select(ScopedHold).where(
            ScopedHold.organisation_id == organisation_id, ScopedHold.source_reference == source
        )
        return await self._session.scalar(statement)

    async def open_scoped_holds(
        self, authority: str | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ScopedHold]:
        """Return up to `limit` scoped holds that are not lifted, after a cursor, oldest first."""
        order = (ScopedHold.placed_at, ScopedHold.id)
        statement = select(ScopedHold).where(ScopedHold.lifted_at.is_(None))
        if authority is not None:
            statement = statement.where(ScopedHold.authority == authority)
        page = page_of(statement, order, after, limit, newest_first=False)
        return (await self._session.scalars(page)).all()

    async def exceptions(self, entry_id: UUID) -> Sequence[ExceptionCase]:
        """Return the exceptions opened on an entry, oldest first."""
        statement = (
            select(ExceptionCase)
            .where(ExceptionCase.entry_id == entry_id)
            .order_by(ExceptionCase.opened_at, ExceptionCase.id)
        )
        return (await self._session.scalars(statement)).all()

    async def locked_exception(self, case_id: UUID) -> ExceptionCase | None:
        """Return an exception as it is now, kept from other writers until the transaction ends."""
        statement = select(ExceptionCase).where(ExceptionCase.id == case_id).with_for_update()
        return await self._session.scalar(statement.execution_options(populate_existing=True))

    async def exception(self, case_id: UUID) -> Reviewed:
        """Return an exception that is there, as the review list shows it."""
        statement = _reviewed().where(ExceptionCase.id == case_id)
        return Reviewed(*(await self._session.execute(statement)).one())

    async def exceptions_page(
        self, where: ExceptionFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Reviewed]:
        """Return up to `limit` exceptions after a cursor: open oldest first, settled newest."""
        order = (ExceptionCase.opened_at, ExceptionCase.id)
        statement = _reviewed().where(*_of_review(where))
        page = page_of(statement, order, after, limit, newest_first=where.settled)
        return [Reviewed(*row) for row in await self._session.execute(page)]

    async def observation(self, observation_id: UUID | None) -> Observation | None:
        """Return an observation; None for none."""
        return await self._session.get(Observation, observation_id) if observation_id else None

    async def rates_changed_at(self, queue: Queue) -> datetime | None:
        """Return since when the rates of a queue count; None before its first edition."""
        statement = (
            select(Event.recorded_at)
            .where(
                Event.gate_code == queue.gate,
                Event.direction == queue.direction.value,
                Event.kind == literal("rates.changed", literal_execute=True),
            )
            .order_by(Event.number.desc())
            .limit(1)
        )
        return await self._session.scalar(statement)

    async def exceptions_to(self, observation_id: UUID) -> Sequence[ExceptionCase]:
        """Return the exceptions that an observation opened, oldest first."""
        statement = (
            select(ExceptionCase)
            .where(ExceptionCase.observation_id == observation_id)
            .order_by(ExceptionCase.opened_at, ExceptionCase.id)
        )
        return (await self._session.scalars(statement)).all()

    async def insert_events(self, events: Sequence[Mapping[str, Any]]) -> None:
        """Append events in the order given; their numbers are drawn here, after the lock."""
        await insert_rows(self._wire, (Event, events))

    async def anything_happened(self) -> bool:
        """Tell whether there is any event."""
        return bool(await self._session.scalar(select(select(Event.number).exists())))

    async def told(
        self, queue: Queue, kinds: Sequence[str]
    ) -> Sequence[tuple[str, UUID | None, dict[str, Any]]]:
        """Return kind, entry and data of a queue's events of some kinds, in order of number."""
        statement = (
            select(Event.kind, Event.entry_id, Event.data)
            .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
            .where(Event.kind.in_(kinds))
            .order_by(Event.number)
        )
        return [(kind, entry, data) for kind, entry, data in await self._session.execute(statement)]

    async def waited(self, queue: Queue, entry_id: UUID) -> tuple[int, int] | None:
        """Return the numbers of the first start of an entry's waiting in a queue and of its end.

        The end is the last time that it left the line; 0 where it never did.
        """
        started, stopped = (Event.kind == kind for kind in ("waiting.started", "waiting.stopped"))
        statement = (
            select(
                func.coalesce(func.min(Event.number).filter(started), 0),
                func.coalesce(func.max(Event.number).filter(stopped), 0),
            )
            .where(Event.entry_id == entry_id)
            .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
        )
        began, ended = (await self._session.execute(statement)).one()
        return (began, ended) if began else None

    async def told_while(
        self, queue: Queue, entry_id: UUID, kinds: Sequence[str], began: int, ended: int | None
    ) -> Sequence[Told]:
        """Return the events of a queue from number `began` to `ended`, in order of number.

        With what was told of the entry before, and the last change of rates before.
        """
        here = (Event.gate_code == queue.gate, Event.direction == queue.direction.value)
        row = (Event.number, Event.recorded_at, Event.kind, Event.entry_id, Event.data)
        rates = (
            select(*row)
            .where(*here, Event.kind == literal("rates.changed", literal_execute=True))
            .where(Event.number < began)
            .order_by(Event.number.desc())
            .limit(1)
            .subquery()
        )
        own = select(*row).where(*here, Event.entry_id == entry_id, Event.number < began)
        since = select(*row).where(*here, Event.number >= began)
        if ended is not None:
            since = since.where(Event.number <= ended)
        statement = union_all(
            select(rates), own.where(Event.kind.in_(kinds)), since.where(Event.kind.in_(kinds))
        ).order_by("number")
        return [Told(*one) for one in await self._session.execute(statement)]

    async def started_before(
        self, queue: Queue, entry_ids: Collection[UUID], number: int
    ) -> Collection[UUID | None]:
        """Return which of some entries began to wait in a queue before an event."""
        statement = (
            select(Event.entry_id)
            .where(Event.entry_id.in_(entry_ids), Event.kind == "waiting.started")
            .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
            .where(Event.number < number)
            .distinct()
        )
        return (await self._session.scalars(statement)).all()

    async def newest_at(self, queue: Queue) -> datetime | None:
        """Return when the newest event of a queue was recorded; ask under its exclusive lock."""
        statement = (
            select(Event.recorded_at)
            .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
            .order_by(Event.number.desc())
            .limit(1)
        )
        return await self._session.scalar(statement)

    async def event_told_at(self, event_id: UUID) -> datetime | None:
        """Return when an event was recorded; None where there is none of that id."""
        return await self._session.scalar(select(Event.recorded_at).where(Event.id == event_id))

    async def last_told_but(self, entry_id: UUID, kinds: Sequence[str]) -> datetime | None:
        """Return when the newest event of an entry that is of none of `kinds` was recorded."""
        statement = (
            select(Event.recorded_at)
            .where(Event.entry_id == entry_id, Event.kind.not_in(kinds))
            .order_by(Event.number.desc())
            .limit(1)
        )
        return await self._session.scalar(statement)

    async def last_told_at(self, entry_id: UUID, kinds: Sequence[str]) -> datetime | None:
        """Return when the newest event of an entry among `kinds` was recorded."""
        statement = (
            select(Event.recorded_at)
            .where(Event.entry_id == entry_id, Event.kind.in_(kinds))
            .order_by(Event.number.desc())
            .limit(1)
        )
        return await self._session.scalar(statement)


def _reviewed() -> Select[*tuple[Any, ...]]:
    return (
        select(ExceptionCase, Entry.reference, Principal.name, Observation)
        .outerjoin(Entry, Entry.id == ExceptionCase.entry_id)
        .outerjoin(Principal, Principal.id == ExceptionCase.assigned_to)
        .outerjoin(Observation, Observation.id == ExceptionCase.observation_id)
    )


def _of_review(where: ExceptionFilter) -> Iterator[ColumnElement[bool]]:
    settled = ExceptionCase.settled_at
    yield settled.is_not(None) if where.settled else settled.is_(None)
    if where.gate is not None:
        yield ExceptionCase.gate_code == where.gate
    if where.rule is not None:
        yield ExceptionCase.rule == where.rule
    if where.assigned_to is not None:
        named = select(Principal.id).where(Principal.name == where.assigned_to)
        yield ExceptionCase.assigned_to == named.scalar_subquery()
