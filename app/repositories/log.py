"""The sealed logs: what is still to be sealed, what a batch adds, and what anybody may read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    exists,
    func,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.authorisation import Action, decide
from app.domain.log.checkpoints import Sealed
from app.domain.log.leaves import LoggedEvent
from app.domain.log.tiles import Tile
from app.domain.principal import Principal
from app.domain.vocabulary import Direction, Queue
from app.models import (
    Entry,
    Event,
    FeedItem,
    FeedProgress,
    LogCheckpoint,
    LogCosignature,
    LogDisclosure,
    LogLeaf,
    LogOpening,
    LogProgress,
    LogStop,
    LogTile,
    LogTree,
    Observation,
    Organisation,
)
from app.models import Principal as PrincipalRow
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import Rows, insert_rows

LOCK = "log"
SEED = 0
Row = Mapping[str, Any]
Tiles = Mapping[Queue, Mapping[Tile, bytes]]
Seen = tuple[bytes, str]
"""What opens the commitment of a sighting: salt and plate."""


LOGGED_COLUMNS = (
    Event.number,
    Event.id,
    Event.kind,
    Event.entry_id,
    Event.occurred_at,
    Event.recorded_at,
    Event.data,
)
BESIDE_COLUMNS = (
    FeedItem.position,
    Event.gate_code,
    Event.direction,
    Event.principal_id,
    Entry.tractor_plate,
    Entry.organisation_id,
)


@dataclass(frozen=True, slots=True)
class Unsealed:
    """An event that no log has yet, and what its leaf may commit to."""

    event: LoggedEvent
    position: int
    gate: str | None
    direction: str | None
    principal: UUID
    plate: str | None
    company: UUID | None


@dataclass(frozen=True, slots=True)
class Batches:
    """The rows of what a turn seals of a queue, as they come."""

    leaves: list[Row] = field(default_factory=list)
    openings: list[Row] = field(default_factory=list)
    checkpoints: list[Row] = field(default_factory=list)
    tiles: dict[Queue, Mapping[Tile, bytes]] = field(default_factory=dict)
    heads: dict[Queue, Sealed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint, and what witnesses have said of it."""

    checkpoint: LogCheckpoint
    cosignatures: Sequence[LogCosignature]

    @property
    def note(self) -> str:
        """The signed note with the lines of its witnesses."""
        return self.checkpoint.note + "".join(one.line for one in self.cosignatures)


def row_of(queue: Queue, **columns: object) -> Row:
    """Return a row of a queue's log."""
    return {"gate_code": queue.gate, "direction": queue.direction.value, **columns}


class Standing(NamedTuple):
    """Up to which position events were sealed, the last that there is, and whether a log stands."""

    done: int
    newest: int
    is_stopped: bool

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to do."""
        return self.done == self.newest and not self.is_stopped


class Disclosed(NamedTuple):
    """An opening by an auditor with what a reader of the record asks: of which entry, by whom."""

    disclosure: LogDisclosure
    reference: str
    auditor: str
    organisation: str


class LogRepository:
    """Questions about the logs; whoever appends holds the lock."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    # --- what is sealed ------------------------------------------------------------------------

    async def lock(self) -> bool:
        """Keep others from sealing until the transaction ends; False where somebody does now."""
        take = func.pg_try_advisory_xact_lock(func.hashtextextended(LOCK, SEED))
        return bool(await self._session.scalar(select(take)))

    async def standing(self) -> Standing:
        """Return how far events were sealed, and whether there is anything to do."""
        statement = select(
            LogProgress.position, FeedProgress.position, exists(select(LogStop.position))
        ).join(FeedProgress, FeedProgress.id == LogProgress.id)
        return Standing(*(await self._session.execute(statement)).one())

    async def stops(self) -> Mapping[Queue, int]:
        """Return which logs cannot be gone on with, and up to which position they have events."""
        rows = await self._session.execute(
            select(LogStop.gate_code, LogStop.direction, LogStop.position)
        )
        return {Queue(gate, Direction(direction)): position for gate, direction, position in rows}

    async def unsealed(
        self,
        span: tuple[int, int],
        kinds: Collection[str],
        limit: int,
        queue: Queue | None = None,
    ) -> Sequence[Unsealed]:
        """Return up to `limit` events of some kinds, of all queues or of one, in order.

        Their positions lie after the first of `span` and up to the second. Plate and company are
        those that the entry has now.
        """
        after, to = span
        mine = _queue_is(Event, queue) if queue else true()
        statement = (
            select(*LOGGED_COLUMNS, *BESIDE_COLUMNS)
            .join(Event, Event.number == FeedItem.event_number)
            .outerjoin(Entry, Entry.id == Event.entry_id)
            .where(FeedItem.position > after, FeedItem.position <= to, Event.kind.in_(kinds), mine)
            .order_by(FeedItem.position)
            .limit(limit)
        )
        rows = await self._session.execute(statement)
        logged = len(LOGGED_COLUMNS)
        return [Unsealed(LoggedEvent(*row[:logged]), *row[logged:]) for row in rows]

    async def sealed(self, queues: Collection[Queue] | None = None) -> Mapping[Queue, Sealed]:
        """Return how logs stand, of all queues or of some; one that has no leaf is left out."""
        statement = select(
            LogTree.gate_code, LogTree.direction, LogTree.size, LogTree.root, LogTree.sealed_at
        )
        if queues is not None:
            statement = statement.where(_queue_in(LogTree, queues))
        return {
            Queue(gate, Direction(direction)): Sealed(size, root, sealed_at)
            for gate, direction, size, root, sealed_at in await self._session.execute(statement)
        }

    async def signed(self, queues: Collection[Queue]) -> Mapping[Queue, Sealed]:
        """Return how logs stand, with the roots that were signed; without one it is empty."""
        statement = (
            select(
                LogTree.gate_code,
                LogTree.direction,
                LogTree.size,
                func.coalesce(LogCheckpoint.root, b""),
                LogTree.sealed_at,
            )
            .outerjoin(
                LogCheckpoint,
                and_(
                    LogCheckpoint.gate_code == LogTree.gate_code,
                    LogCheckpoint.direction == LogTree.direction,
                    LogCheckpoint.size == LogTree.size,
                ),
            )
            .where(_queue_in(LogTree, queues))
        )
        return {
            Queue(gate, Direction(direction)): Sealed(size, root, sealed_at)
            for gate, direction, size, root, sealed_at in await self._session.execute(statement)
        }

    async def tiles(self, wanted: Mapping[Queue, Collection[Tile]]) -> Tiles:
        """Return tiles as they are; one that is not there is left out."""
        keys = [
            (queue.gate, queue.direction.value, tile.level, tile.number)
            for queue, tiles in wanted.items()
            for tile in tiles
        ]
        found: dict[Queue, dict[Tile, bytes]] = {queue: {} for queue in wanted}
        if keys:
            row = (LogTile.gate_code, LogTile.direction, LogTile.level, LogTile.number)
            statement = select(*row, LogTile.hashes).where(tuple_(*row).in_(keys))
            for gate, direction, level, number, hashes in await self._session.execute(statement):
                found[Queue(gate, Direction(direction))][Tile(level, number)] = hashes
        return found

    async def already(
        self, entries: Collection[UUID], kinds: Collection[str]
    ) -> frozenset[tuple[Queue, UUID]]:
        """Return which entries have a leaf of some kinds in the log of which queue."""
        if not entries:
            return frozenset()
        statement = (
            select(LogLeaf.gate_code, LogLeaf.direction, LogLeaf.entry_id)
            .where(LogLeaf.entry_id.in_(entries), LogLeaf.kind.in_(kinds))
            .distinct()
        )
        rows = await self._session.execute(statement)
        return frozenset(
            (Queue(gate, Direction(direction)), entry)
            for gate, direction, entry in rows
            if entry is not None
        )

    async def plates_seen(self, sightings: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the plates of observations, of those that have one."""
        statement = select(Observation.id, Observation.plate).where(Observation.id.in_(sightings))
        rows = await self._session.execute(statement)
        return {sighting: plate for sighting, plate in rows if plate is not None}

    async def openings_seen(self, sightings: Collection[UUID]) -> Mapping[tuple[Queue, UUID], Seen]:
        """Return what opens the leaves that told of sightings, by queue and sighting."""
        statement = select(
            LogOpening.gate_code,
            LogOpening.direction,
            LogOpening.sighting_id,
            LogOpening.salt,
            LogOpening.value,
        ).where(LogOpening.sighting_id.in_(sightings), LogOpening.entry_id.is_(None))
        return {
            (Queue(gate, Direction(direction)), sighting): (salt, plate)
            for gate, direction, sighting, salt, plate in await self._session.execute(statement)
            if sighting is not None
        }

    # --- what anybody reads --------------------------------------------------------------------

    async def checkpoint(self, queue: Queue, size: int | None = None) -> Published | None:
        """Return a log's checkpoint of a size, or its newest, with the cosignatures it has."""
        at = LogCheckpoint.size == size if size is not None else true()
        newest = (
            select(LogCheckpoint)
            .where(_queue_is(LogCheckpoint, queue), at)
            .order_by(LogCheckpoint.size.desc())
            .limit(1)
        )
        found = await self._session.scalar(newest)
        if found is None:
            return None
        return (await self._published([found], queue))[0]

    async def checkpoints(self, queue: Queue, after: int, limit: int) -> Sequence[Published]:
        """Return up to `limit` checkpoints of a log above a size, lowest first."""
        statement = (
            select(LogCheckpoint)
            .where(_queue_is(LogCheckpoint, queue), LogCheckpoint.size > after)
            .order_by(LogCheckpoint.size)
            .limit(limit)
        )
        return await self._published((await self._session.scalars(statement)).all(), queue)

    async def leaves(self, queue: Queue, start: int, end: int) -> Sequence[str]:
        """Return the texts of a log's leaves from an index up to another, which is out."""
        statement = (
            select(LogLeaf.leaf)
            .where(_queue_is(LogLeaf, queue), LogLeaf.index >= start, LogLeaf.index < end)
            .order_by(LogLeaf.index)
        )
        return (await self._session.scalars(statement)).all()

    async def leaves_of(
        self, queue: Queue, entries: Collection[UUID], numbers: Collection[int]
    ) -> Mapping[int, tuple[int, str]]:
        """Return index and text of the leaves of some events of some entries, by event number."""
        statement = select(LogLeaf.event_number, LogLeaf.index, LogLeaf.leaf).where(
            _queue_is(LogLeaf, queue),
            LogLeaf.entry_id.in_(entries),
            LogLeaf.event_number.in_(numbers),
        )
        rows = await self._session.execute(statement)
        return {number: (index, leaf) for number, index, leaf in rows if number is not None}

    async def openings(self, entry: UUID, whats: Collection[str]) -> Sequence[LogOpening]:
        """Return what opens the commitments of an entry, of some kinds, in all logs."""
        statement = (
            select(LogOpening)
            .where(LogOpening.entry_id == entry, LogOpening.what.in_(whats))
            .order_by(LogOpening.gate_code, LogOpening.direction, LogOpening.index)
            .order_by(LogOpening.field)
        )
        return (await self._session.scalars(statement)).all()

    async def disclosures(
        self,
        principal: Principal,
        entry: UUID | None,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Disclosed]:
        """Return up to `limit` openings by auditors after a cursor, newest first.

        A company finds those of what it declared.
        """
        statement = (
            select(LogDisclosure, Entry.reference, PrincipalRow.name, Organisation.name)
            .join(Entry, Entry.id == LogDisclosure.entry_id)
            .join(PrincipalRow, PrincipalRow.id == LogDisclosure.principal_id)
            .join(Organisation, Organisation.id == LogDisclosure.organisation_id)
        )
        if not decide(principal, Action.READINGS):
            statement = statement.where(LogDisclosure.company_id == principal.organisation_id)
        if entry is not None:
            statement = statement.where(LogDisclosure.entry_id == entry)
        order = (LogDisclosure.opened_at, LogDisclosure.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return [Disclosed(*row) for row in await self._session.execute(page)]

    async def cosign(self, queue: Queue, size: int, lines: Rows) -> None:
        """Keep what witnesses say of a checkpoint; of each the first word stays."""
        rows = [row_of(queue, size=size, **line) for line in lines]
        await self._session.execute(insert(LogCosignature).values(rows).on_conflict_do_nothing())

    async def _published(self, found: Sequence[LogCheckpoint], queue: Queue) -> Sequence[Published]:
        statement = (
            select(LogCosignature)
            .where(
                _queue_is(LogCosignature, queue),
                LogCosignature.size.in_([one.size for one in found]),
            )
            .order_by(LogCosignature.received_at, LogCosignature.witness)
        )
        lines = (await self._session.scalars(statement)).all() if found else ()
        return [Published(one, [line for line in lines if line.size == one.size]) for one in found]

    # --- what is appended ----------------------------------------------------------------------

    async def append(self, batches: Batches) -> None:
        """Store what a turn has sealed, whole."""
        if not batches.leaves:
            return
        await insert_rows(
            self._wire,
            (LogOpening, batches.openings),
            (LogCheckpoint, batches.checkpoints),
            (LogLeaf, batches.leaves),
        )
        tiles = [
            row_of(queue, level=tile.level, number=tile.number, hashes=hashes)
            for queue, changed in batches.tiles.items()
            for tile, hashes in changed.items()
        ]
        heads = [
            row_of(queue, size=head.size, root=head.root, sealed_at=head.sealed_at)
            for queue, head in batches.heads.items()
        ]
        await self._replace(LogTile, tiles, ("hashes",))
        await self._replace(LogTree, heads, ("size", "root", "sealed_at"))

    async def passed(self, position: int) -> None:
        """Remember up to which position events have been sealed."""
        await self._session.execute(update(LogProgress).values(position=position))

    async def stop(self, queue: Queue, position: int, now: datetime) -> None:
        """Remember that a log cannot be gone on with after a position, and since when."""
        row = insert(LogStop).values(row_of(queue, position=position, stopped_at=now))
        await self._session.execute(
            row.on_conflict_do_update(constraint="pk_log_stops", set_={"position": position})
        )

    async def resume(self, queue: Queue) -> None:
        """Forget that a log was stopped: it has all events again."""
        await self._session.execute(delete(LogStop).where(_queue_is(LogStop, queue)))

    async def _replace(
        self, table: type[LogTile | LogTree], rows: Rows, columns: Sequence[str]
    ) -> None:
        row = insert(table).values(rows)
        changed = {column: row.excluded[column] for column in columns}
        constraint = f"pk_{table.__tablename__}"
        await self._session.execute(row.on_conflict_do_update(constraint=constraint, set_=changed))


def _queue_is(
    table: type[Event | LogCheckpoint | LogCosignature | LogLeaf | LogStop], queue: Queue
) -> ColumnElement[bool]:
    return and_(table.gate_code == queue.gate, table.direction == queue.direction.value)


def _queue_in(table: type[LogTree], queues: Collection[Queue]) -> ColumnElement[bool]:
    keys = [(queue.gate, queue.direction.value) for queue in queues]
    return tuple_(table.gate_code, table.direction).in_(keys)
