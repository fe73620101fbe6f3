"""What a gate needs on paper when nothing else works: who is called, and who would be next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.errors import GateNotFoundError
from app.domain.gates import Gate
from app.domain.notices import Effect, Notice
from app.domain.queue_order import in_order
from app.domain.vocabulary import Lane, Queue, QueueMode, State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.closing import exclusion_of, notices_about
from app.services.queues.waiting import kept_edition, waiting


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One vehicle; waits are open seconds, `until` is the end of its call's window.

    `barred`: a notice or a season keeps its road or its goods from being called.
    """

    call_number: str | None
    plate: str | None
    lane: Lane
    route: str | None
    yard: str | None
    waits_from: datetime | None
    waited: int | None
    held: bool
    until: datetime | None = None
    barred: bool = False


@dataclass(frozen=True, slots=True)
class QueueSheet:
    """A queue in its order: who is called now, then who waits, the first to be called first."""

    queue: Queue
    mode: QueueMode
    called: Sequence[SheetLine]
    waiting: Sequence[SheetLine]
    notices: Sequence[Notice] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """All queues of a gate at one moment."""

    gate: Gate
    as_of: datetime
    policy: str
    queues: Sequence[QueueSheet]


class Sheets:
    """Reads queues as they are, without their locks: a sheet holds for its moment."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Work within one transaction that only reads."""
        self._uow = uow
        self._today = today

    async def sheet(self, code: str) -> Sheet:
        """Return the sheet of a gate.

        Raises:
            GateNotFoundError, NoPolicyInForceError.
        """
        today = self._today
        gate = today.reference.gates.get(code)
        if gate is None:
            raise GateNotFoundError
        edition = today.policy
        queues = [
            await self._called(queue)
            if edition.modes[queue] is QueueMode.CALLED
            else await self._in_arrival_order(queue)
            for queue in today.reference.queues(today.day)
            if queue.gate == code
        ]
        return Sheet(gate, today.now, edition.code, queues)

    async def _called(self, queue: Queue) -> QueueSheet:
        edition = await kept_edition(self._uow, self._today, queue)
        clock = self._today.reference.clock(queue).reading(self._today.now)
        entries = {entry.id: entry for entry in await self._uow.lines.keyed(queue)}
        queued = [waiting(entry) for entry in entries.values() if entry.state == State.QUEUED]
        order = in_order(queued, edition.rates, clock, strict=edition.strict)
        called = [entry for entry in entries.values() if entry.state == State.CALLED]
        windows = await self._uow.queues.windows([entry.id for entry in called])
        lines = [self._line(queue, entry, windows.get(entry.id)) for entry in called]
        return QueueSheet(
            queue,
            QueueMode.CALLED,
            sorted(lines, key=lambda line: (line.until or self._today.now, line.call_number or "")),
            [self._line(queue, entries[one.id]) for one in order],
            self._today.reference.notices.in_force(queue, self._today.now),
        )

    async def _in_arrival_order(self, queue: Queue) -> QueueSheet:
        arrived = await self._uow.lines.in_arrival_order(queue)
        lines = [self._line(queue, entry) for entry in arrived]
        notices = self._today.reference.notices.in_force(queue, self._today.now)
        return QueueSheet(queue, QueueMode.ARRIVAL_ORDER, [], lines, notices)

    def _line(self, queue: Queue, entry: Entry, until: datetime | None = None) -> SheetLine:
        clock, since = self._today.reference.clock(queue), entry.waits_from
        return SheetLine(
            call_number=entry.call_number,
            plate=entry.tractor_plate,
            lane=Lane(entry.lane),
            route=entry.route_code,
            yard=entry.yard_code,
            waits_from=since,
            waited=clock.seconds_between(since, self._today.now) if since else None,
            held=entry.held,
            until=until,
            barred=entry.state == State.QUEUED and self._is_barred(entry),
        )

    def _is_barred(self, entry: Entry) -> bool:
        notices = notices_about(self._today, entry)
        by_notice = any(one.effect is Effect.EXCLUDED for one in notices)
        return by_notice or exclusion_of(self._today, entry) is not None
