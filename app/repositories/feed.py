"""The feed of events: what has no position yet, who reads what, and what has served its time."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    DateTime,
    Select,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.events import FOR_ORGANISATIONS, FOR_REPORTERS, FOR_SIDES, Concerned
from app.domain.feed import Horizon, Seen
from app.domain.questions import DoneEvent, FeedQuestion, ToldEvent
from app.models import (
    Delivery,
    Difficulty,
    Entry,
    Event,
    FeedItem,
    FeedProgress,
    FeedReader,
    LogProgress,
    LogStop,
    Principal,
)
from app.repositories.delegations import others_who_read
from app.repositories.pages import page_of
from app.repositories.prepared import Prepared, Wire
from app.repositories.rows import insert_rows
from app.repositories.stays import NEWEST, SNAPSHOT

SCANNED = 1000
"""So many positions a question looks through at most, whatever it is narrowed to."""


@dataclass(frozen=True, slots=True)
class Unnumbered:
    """An event without a position, and whom it may concern."""

    number: int
    kind: str
    entry: UUID | None
    gate: str | None
    concerned: Concerned


@dataclass(frozen=True, slots=True)
class Found:
    """What one look at the feed found: events, how far it looked, and where the feed ends.

    `scanned_to` is None where nothing lay after the position asked for; `is_full` tells that the
    look ended before the feed did.
    """

    newest: int
    forgotten_to: int
    scanned_to: int | None
    is_full: bool
    events: Sequence[ToldEvent]


@dataclass(frozen=True, slots=True)
class News:
    """What came after a position: up to where, for all or for whom."""

    newest: int
    for_all: bool
    readers: frozenset[UUID]


class FeedRepository:
    """Questions about positions of events."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def lock(self, ripe: datetime) -> bool:
        """Keep others from numbering until the transaction ends.

        False where nothing is to be done, or somebody does it now: no event is without position,
        and the horizon cannot move. What was marked up to `ripe` may move it.
        """
        return bool((await self._wire.ask(LOCK, ripe=ripe))[0][0])

    async def standing(self) -> tuple[int, Horizon, Seen]:
        """Return the last position, the horizon, and what moves it, as they are now."""
        found = await self._wire.ask(STANDING)
        position, settled_to, marked_to, marked_at, marked_xid, *seen = found[0]
        return position, Horizon(settled_to, marked_to, marked_at, marked_xid), Seen(*seen)

    async def advance(self, position: int, horizon: Horizon) -> None:
        """Write down how far positions were given."""
        moved = update(FeedProgress).values(position=position, **asdict(horizon))
        await self._session.execute(moved)

    async def progress(self) -> FeedProgress:
        """Return how far positions were given, and how far they are forgotten."""
        return await self._session.get_one(FeedProgress, 1, populate_existing=True)

    async def unnumbered(self, after: int, limit: int) -> Sequence[Unnumbered]:
        """Return up to `limit` events above a number that have no position, lowest first."""
        reported = case(
            (Event.kind.in_(FOR_REPORTERS), cast(Event.data["difficulty"].astext, PG_UUID))
        )
        about = case(
            (
                Event.kind.in_(FOR_ORGANISATIONS | FOR_SIDES),
                cast(Event.data["organisation"].astext, PG_UUID(as_uuid=True)),
            ),
            else_=Difficulty.organisation_id,
        )
        grantor = case(
            (
                Event.kind.in_(FOR_SIDES),
                cast(Event.data["grantor"].astext, PG_UUID(as_uuid=True)),
            )
        )
        concerned = (Entry.organisation_id, others_who_read(Event.recorded_at), about, grantor)
        statement = (
            select(
                Event.number,
                Event.kind,
                Event.entry_id,
                func.coalesce(Event.gate_code, Entry.gate_code),
                *concerned,
            )
            .outerjoin(Entry, Entry.id == Event.entry_id)
            .outerjoin(Difficulty, Difficulty.id == reported)
            .where(Event.number > after, ~_numbered())
            .order_by(Event.number)
            .limit(limit)
        )
        return [_unnumbered(*row) for row in await self._session.execute(statement)]

    async def insert(
        self,
        items: Sequence[Mapping[str, Any]],
        readers: Sequence[Mapping[str, Any]],
        deliveries: Sequence[Mapping[str, Any]],
    ) -> None:
        """Give events their positions, say who may see them and which webhooks hear of them."""
        rows = ((FeedReader, readers), (Delivery, deliveries), (FeedItem, items))
        await insert_rows(self._wire, *rows)

    async def after(
        self, position: int, reader: UUID | None, where: FeedQuestion, limit: int
    ) -> Found:
        """Return up to `limit` events after a position: a company's and all's, or everything.

        `reader` is None for who may see everything. One statement, one snapshot: whatever is up to
        `newest` was there to be found.
        """
        most = SCANNED if where.is_narrowed else limit
        scanned = _positions(position, reader, most).cte("scanned")
        ends = select(func.max(scanned.c.position), func.count()).select_from(scanned).subquery()
        found = (
            _told(FeedItem.position)
            .join(FeedItem, FeedItem.event_number == Event.number)
            .join(scanned, scanned.c.position == FeedItem.position)
            .where(*_of(where))
            .order_by(FeedItem.position)
            .limit(limit)
            .subquery()
        )
        statement = (
            select(FeedProgress.position, FeedProgress.forgotten_to, *ends.c, *found.c)
            .select_from(FeedProgress)
            .join(ends, true())
            .outerjoin(found, true())
            .order_by(found.c.position)
        )
        rows = (await self._session.execute(statement)).all()
        newest, forgotten, scanned_to, count = rows[0][:4]
        events = [ToldEvent(*row[4:]) for row in rows if row[4] is not None]
        is_full = count == most or len(events) == limit
        last = events[-1].position if len(events) == limit else scanned_to
        return Found(newest, forgotten, last, is_full, events)

    async def of_entry(
        self,
        entry_id: UUID,
        kinds: Collection[str],
        after: int,
        limit: int,
        *,
        newest_first: bool = False,
    ) -> Sequence[DoneEvent]:
        """Return up to `limit` events of an entry after a number, with whose act each was."""
        whose = (func.coalesce(Principal.agency, Principal.role), Principal.organisation_id)
        found = (
            _told(literal(None))
            .add_columns(*whose)
            .join(Principal, Principal.id == Event.principal_id)
            .where(Event.entry_id == entry_id, Event.kind.in_(kinds))
        )
        page = page_of(
            found, (Event.number,), (after,) if after else None, limit, newest_first=newest_first
        )
        rows = await self._session.execute(page)
        return [DoneEvent(ToldEvent(*told), by, house) for *told, by, house in rows]

    async def told(self, numbers: Collection[int]) -> Sequence[ToldEvent]:
        """Return events by their numbers, without positions."""
        statement = _told(literal(None)).where(Event.number.in_(numbers))
        return [ToldEvent(*row) for row in await self._session.execute(statement)]

    async def news(self, after: int) -> News:
        """Return what came after a position, for those who wait for it."""
        for_all = exists().where(FeedItem.for_all, FeedItem.position > after)
        readers = (
            select(func.array_agg(FeedReader.organisation_id.distinct()))
            .where(FeedReader.position > after)
            .scalar_subquery()
        )
        statement = select(FeedProgress.position, for_all, readers)
        newest, told_all, found = (await self._session.execute(statement)).one()
        return News(newest, told_all, frozenset(found or ()))

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` positions that were given before an instant; return how many.

        What no log has yet stays.
        """
        stopped = select(func.min(LogStop.position)).scalar_subquery()
        sealed = select(func.least(LogProgress.position, stopped)).scalar_subquery()
        old = (
            select(FeedItem.position)
            .where(FeedItem.at < before, FeedItem.position <= sealed)
            .order_by(FeedItem.at)
        )
        positions = (await self._session.scalars(old.limit(limit))).all()
        if positions:
            await self._session.execute(
                delete(FeedReader).where(FeedReader.position.in_(positions))
            )
            await self._session.execute(delete(FeedItem).where(FeedItem.position.in_(positions)))
            last = func.greatest(FeedProgress.forgotten_to, max(positions))
            await self._session.execute(update(FeedProgress).values(forgotten_to=last))
        return len(positions)


def _unnumbered(
    number: int,
    kind: str,
    entry: UUID | None,
    gate: str | None,
    *whom: Any,  # noqa: ANN401 - the columns of `concerned`
) -> Unnumbered:
    declarant, others, named, grantor = whom
    parties = frozenset(others) | ({declarant} if declarant is not None else set())
    return Unnumbered(number, kind, entry, gate, Concerned(parties, named, grantor))


def _numbered() -> ColumnElement[bool]:
    return exists().where(FeedItem.event_number == Event.number)


def _lock() -> Select[bool | None]:
    """Return a look at whether something is to be done, which takes the lock only where it is."""
    ripe = bindparam("ripe", type_=DateTime(timezone=True))
    is_news = exists().where(Event.number > FeedProgress.settled_to, ~_numbered())
    can_move = or_(
        and_(FeedProgress.marked_to.is_(None), FeedProgress.settled_to < NEWEST),
        and_(FeedProgress.marked_xid.is_(None), FeedProgress.marked_at <= ripe),
        FeedProgress.marked_xid <= SNAPSHOT[0],
    )
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended("feed", 0))
    return select(case((or_(can_move, is_news), lock)))


def _standing() -> Select[*tuple[Any, ...]]:
    horizon = [getattr(FeedProgress, one.name) for one in fields(Horizon)]
    return select(FeedProgress.position, *horizon, *SNAPSHOT, NEWEST)


def _positions(after: int, reader: UUID | None, limit: int) -> Select[int]:
    """Return the next positions of one range, or of the two that a company reads."""
    every = select(FeedItem.position).where(FeedItem.position > after)
    if reader is None:
        return every.order_by(FeedItem.position).limit(limit)
    own = select(FeedReader.position).where(
        FeedReader.organisation_id == reader, FeedReader.position > after
    )
    ranges = (
        own.order_by(FeedReader.position).limit(limit),
        every.where(FeedItem.for_all).order_by(FeedItem.position).limit(limit),
    )
    both = union_all(*(select(one.subquery().c.position) for one in ranges)).subquery()
    return select(both.c.position).order_by(both.c.position).limit(limit)


def _told(position: ColumnElement[Any] | Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - a column
    return select(
        position.label("position"),
        Event.number,
        Event.id,
        Event.kind,
        Event.entry_id,
        Entry.reference,
        func.coalesce(Event.gate_code, Entry.gate_code),
        func.coalesce(Event.direction, Entry.direction),
        Event.occurred_at,
        Event.recorded_at,
        Event.data,
    ).outerjoin(Entry, Entry.id == Event.entry_id)


def _of(where: FeedQuestion) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if where.kinds is not None:
        narrowed.append(Event.kind.in_(where.kinds))
    if where.gate is not None:
        narrowed.append(func.coalesce(Event.gate_code, Entry.gate_code) == where.gate)
    return narrowed


LOCK = Prepared(_lock())
STANDING = Prepared(_standing())
