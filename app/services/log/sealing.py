"""Sealing: committed events of queues become leaves of their logs, batch by batch.

Safe to run several at a time and to stop at any instant: a turn's leaves, tiles and checkpoints are
stored under one lock, in one transaction with how far it went. Batches follow the feed, which gives
positions after commit, and in a batch leaves follow their event numbers, as its readers expect: one
that was committed late has a late position though its number is low. A log that cannot be gone
on with, because somebody has changed its rows or an event has no form of the log, stops alone: the
others go on, and it catches up once that is mended. An event that another one of
its queue rests on was committed before the other drew its number, so it is first by either.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from app.core.database import is_passing
from app.core.signing import LogSigner
from app.domain.contested import SIGHTED
from app.domain.log.canonical import canonical
from app.domain.log.checkpoints import (
    Checkpoint,
    KeyType,
    NamedKey,
    Note,
    Sealed,
    Signature,
    origin_of,
)
from app.domain.log.leaves import (
    LOGGED,
    Clock,
    Leaf,
    LoggedEvent,
    What,
    commitment,
    commits,
    leaf_of,
    queue_of,
    seal,
)
from app.domain.log.merkle import leaf_hash
from app.domain.log.tiles import edge, grow, root_in
from app.domain.vocabulary import Queue
from app.repositories.log import Batches, Row, Seen, Tiles, Unsealed, row_of
from app.repositories.unit_of_work import UnitOfWork

EVENTS_A_TURN: Final = 1000
STARTED: Final = "waiting.started"
Opened = tuple[str, What, bytes, str]
"""What a field of a leaf hides, of which kind, under which salt."""
INTRODUCED: Final = (STARTED, "entry.joined")
"""What tells of an entry for the first time in a log, with commitments to plate and company."""


@dataclass(frozen=True, slots=True)
class Sealer:
    """What only the edge can give: the service's name, its key, which clock it goes by, salts."""

    service: str
    signer: LogSigner
    clock: Clock
    new_salt: Callable[[], bytes]

    def signed(self, checkpoint: Checkpoint) -> str:
        """Return a checkpoint as the note that is published."""
        key = NamedKey(checkpoint.origin, KeyType.NOTE, self.signer.publics[0])
        signature = Signature(key.name, key.id, self.signer.sign(checkpoint.body))
        return str(Note(checkpoint.body, [signature]))


@dataclass(frozen=True, slots=True)
class _Known:
    """What a turn goes on from."""

    heads: Mapping[Queue, Sealed]
    tiles: Tiles
    introduced: set[tuple[Queue, UUID]]
    plates: Mapping[UUID, str]
    seen: dict[tuple[Queue, UUID], Seen]


@dataclass(frozen=True, slots=True)
class Turn:
    """What was sealed; whether there is more; which logs could not be gone on with, and why."""

    events: int = 0
    is_full: bool = False
    stopped: Mapping[Queue, Exception] = field(default_factory=dict)


class Sealing:
    """Puts what was committed into the logs."""

    def __init__(self, uow: UnitOfWork, now: datetime, sealer: Sealer) -> None:
        """Work within one transaction, at an instant of the business clock."""
        self._uow = uow
        self._now = now
        self._sealer = sealer

    async def seal(self) -> Turn:
        """Seal up to `EVENTS_A_TURN` events of all queues, and of each that was stopped.

        None are while somebody else seals, who will have seen the same.
        """
        log = self._uow.log
        if (await log.standing()).is_idle or not await log.lock():
            return Turn()
        done, newest, _ = await log.standing()  # whoever held the lock may have gone on
        found = await log.unsealed((done, newest), LOGGED, EVENTS_A_TURN)
        is_full = len(found) == EVENTS_A_TURN
        to = found[-1].position if is_full else newest
        stops = await log.stops()
        queues = {queue: one for queue, one in _by_queue(found).items() if queue not in stops}
        stopped = await self._append(queues)
        for queue in stopped:
            await log.stop(queue, done, self._now)
        for queue, after in stops.items():
            stopped |= await self._catch_up(queue, (after, to))
        await log.passed(to)
        return Turn(len(found), is_full, stopped)

    async def _catch_up(self, queue: Queue, span: tuple[int, int]) -> dict[Queue, Exception]:
        """Go on with a log that was stopped; return it with what is still wrong, if anything is."""
        log = self._uow.log
        found = await log.unsealed(span, LOGGED, EVENTS_A_TURN, queue)
        stopped = await self._append(_by_queue(found))
        if not stopped and len(found) < EVENTS_A_TURN:
            await log.resume(queue)
        elif not stopped:
            await log.stop(queue, found[-1].position, self._now)
        return stopped

    async def _append(self, queues: Mapping[Queue, Sequence[Unsealed]]) -> dict[Queue, Exception]:
        """Add a batch to each log; return those to which none could be added, which stay whole."""
        known = await self._known(queues)
        stopped: dict[Queue, Exception] = {}
        for queue, events in queues.items():
            try:
                async with self._uow.attempt():
                    await self._uow.log.append(self._batch(known, queue, events))
            except Exception as error:
                if is_passing(error):
                    raise
                stopped[queue] = error
        return stopped

    async def _known(self, queues: Mapping[Queue, Sequence[Unsealed]]) -> _Known:
        if not queues:
            return _Known({}, {}, set(), {}, {})
        log = self._uow.log
        heads = await log.signed(queues)
        tiles = await log.tiles({queue: edge(head.size) for queue, head in heads.items()})
        starting = {
            one.event.entry
            for events in queues.values()
            for one in events
            if one.event.kind == STARTED and one.event.entry is not None
        }
        introduced = set(await log.already(starting, INTRODUCED))
        plates, seen = await self._sighted(one for found in queues.values() for one in found)
        return _Known(heads, tiles, introduced, plates, seen)

    async def _sighted(
        self, found: Iterable[Unsealed]
    ) -> tuple[Mapping[UUID, str], dict[tuple[Queue, UUID], Seen]]:
        """Return which plates were seen, and what opens the leaves that told of it before."""
        sightings = {sighting for one in found if (sighting := _sighting(one)) is not None}
        if not sightings:
            return {}, {}
        log = self._uow.log
        return await log.plates_seen(sightings), dict(await log.openings_seen(sightings))

    def _batch(self, known: _Known, queue: Queue, events: Sequence[Unsealed]) -> Batches:
        """Return a seal leaf and the leaves of events, with all that they change of their log.

        Raises:
            RuntimeError: the log's tiles are not what was signed; somebody has changed its rows.
        """
        before, turn = known.heads.get(queue), Batches()
        tiles = known.tiles.get(queue, {})
        if before is not None and root_in(tiles, before.size) != before.root:
            message = f"the log of {queue.gate} ({queue.direction}) is not what was signed"
            raise RuntimeError(message)
        size, sealed_at = (before.size, before.sealed_at) if before else (0, self._now)
        sealed_at = max(sealed_at, self._now)  # clocks of machines differ, seals never go back
        first = _row(queue, size, seal(sealed_at, len(events), self._sealer.clock))
        rows = [first, *self._leaves(turn, known, queue, events, size + 1)]
        changed = grow(tiles, size, [leaf_hash(row["leaf"].encode()) for row in rows])
        size += len(rows)
        head = Sealed(size, root_in({**tiles, **changed}, size), sealed_at)
        turn.leaves.extend(rows)
        turn.tiles[queue], turn.heads[queue] = changed, head
        turn.checkpoints.append(self._checkpoint(queue, head))
        return turn

    def _leaves(
        self,
        turn: Batches,
        known: _Known,
        queue: Queue,
        events: Sequence[Unsealed],
        first: int,
    ) -> Iterator[Row]:
        for index, one in enumerate(events, start=first):
            openings = list(self._openings(known, queue, one))
            hidden = {field: commitment(salt, what, value) for field, what, salt, value in openings}
            turn.openings.extend(
                row_of(
                    queue,
                    index=index,
                    entry_id=one.event.entry,
                    sighting_id=_sighting(one),
                    field=field,
                    what=what.value,
                    salt=salt,
                    value=value,
                )
                for field, what, salt, value in openings
            )
            yield _row(queue, index, leaf_of(one.event, hidden), one.event)

    def _openings(self, known: _Known, queue: Queue, one: Unsealed) -> Iterator[Opened]:
        """Yield what a leaf commits to; the two officers of one leaf share a salt.

        So do a sighting and the wait that counts from it: anybody sees that they are of one plate.
        """
        kind, entry, sighting = one.event.kind, one.event.entry, _sighting(one)
        if sighting is not None:
            yield from self._plate_seen(known, queue, one, sighting)
        if entry is not None and kind in INTRODUCED:
            is_known = (queue, entry) in known.introduced
            known.introduced.add((queue, entry))
            if is_known and kind == STARTED:
                return
        salts = defaultdict[What, bytes](self._sealer.new_salt)
        for name, what in commits(kind).items():
            value = _value(name, what, one)
            is_told = what is What.PLATE and (queue, sighting) in known.seen
            if value is not None and not is_told:
                yield name, what, salts[what], value

    def _plate_seen(
        self, known: _Known, queue: Queue, one: Unsealed, sighting: UUID
    ) -> Iterator[Opened]:
        """Yield the plate of a sighting, or of the wait that it serves."""
        if one.event.kind == SIGHTED and sighting in known.plates:
            known.seen[queue, sighting] = self._sealer.new_salt(), known.plates[sighting]
        if (queue, sighting) in known.seen:
            yield "plate", What.PLATE, *known.seen[queue, sighting]

    def _checkpoint(self, queue: Queue, head: Sealed) -> Row:
        origin = origin_of(self._sealer.service, queue.gate, queue.direction)
        note = self._sealer.signed(Checkpoint(origin, head.size, head.root))
        return row_of(queue, size=head.size, root=head.root, sealed_at=head.sealed_at, note=note)


def _by_queue(found: Sequence[Unsealed]) -> Mapping[Queue, Sequence[Unsealed]]:
    queues: dict[Queue, list[Unsealed]] = {}
    for one in sorted(found, key=lambda one: one.event.number):
        queue = queue_of(one.event.kind, one.gate, one.direction)
        if queue is not None:
            queues.setdefault(queue, []).append(one)
    return queues


def _value(name: str, what: What, one: Unsealed) -> str | None:
    """Return what a field of a leaf commits to, as text; None where the event says nobody."""
    known = {What.PLATE: one.plate, What.COMPANY: one.company, What.OFFICER: one.principal}
    value = one.event.data.get(name, known[what])
    return None if value is None else str(value)


def _sighting(one: Unsealed) -> UUID | None:
    """Return the sighting that an event tells of, or from which its wait counts.

    None where it names one as no log can: its leaf is refused then, and stops its own log alone.
    """
    sighting = one.event.data.get("sighting") if one.event.kind in {SIGHTED, STARTED} else None
    try:
        return None if sighting is None else UUID(sighting)
    except (ValueError, AttributeError):
        return None


def _row(queue: Queue, index: int, leaf: Leaf, event: LoggedEvent | None = None) -> Row:
    return row_of(
        queue,
        index=index,
        kind=leaf["kind"],
        event_number=event.number if event else None,
        entry_id=event.entry if event else None,
        leaf=canonical(leaf).decode(),
    )
