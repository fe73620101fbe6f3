"""One message under its locks: applied, found to repeat another, or put into quarantine.

Locks come in one order for everybody: the rows of the messages, then plates, then the scoped holds,
then queues in key order, then entries by id. So many messages of one request, a worker and an
officer wait for each other and never in a circle.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from app.domain.camera_reads import repeats
from app.domain.exchange import AdapterKind, Decision, MessageState
from app.domain.vocabulary import Direction, Queue
from app.models import Message, Source
from app.repositories.exchange import Sought
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.sightings import moment
from app.services.exchange.adapters import adapter_of
from app.services.exchange.told import Desk, Record, Told

# How many days after its end an entry may still be told of by a message that was on the way.
TOLD_AFTER_END = timedelta(days=7)
MOST_CANDIDATES = 10


class Handling:
    """Finds out whom messages are about, and applies them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self.events: list[Mapping[str, Any]] = []

    async def lock(self, source: Source, told: Sequence[Told], named: UUID | None = None) -> None:
        """Take every lock that applying these messages may ask for, in the order of all."""
        ids = () if named is None else (named,)
        found = await self._uow.exchange.known(self._sought(told, ids=ids, guesses=False))
        vehicles = {(one.direction, one.plate) for one, _ in found if one.plate is not None}
        for one in told:
            if one.names.plate is not None:
                ways = [one.names.direction] if one.names.direction else list(Direction)
                vehicles |= {(way, one.names.plate) for way in ways}
        await self._uow.exchange.lock_vehicles(vehicles)
        await self._uow.entries.lock_holds()
        queues = {Queue(gate, one.direction) for one, gate in found}
        queues |= {Queue(gate, way) for gate in self._gates(source, told) for way in Direction}
        for queue in sorted(queues):
            await self._uow.queues.lock(queue)
        if found:
            await self._uow.entries.all_locked_in_queue([one.id for one, _ in found])

    async def handle(
        self, source: Source, told: Told, message: Message, named: UUID | None = None
    ) -> None:
        """Say what comes of a message, and do it; of `named`, where a person has said so.

        Raises:
            DomainError: why it is not taken; nothing of it stays.
        """
        desk = Desk(self._uow, self._act, source, told)
        moment(self._act, told.occurred_at, desk.reason)
        decision = await self._decide(source, told, message, named)
        message.tried_at = self._act.now
        if decision.repeats is not None:
            message.state = MessageState.REPEATED.value
        elif decision.reason is not None:
            self._set_aside(message, decision)
        else:
            async with self._uow.attempt():
                records = await adapter_of(source.adapter).apply(desk, decision.entries)
            self._applied(message, records)

    async def _decide(
        self, source: Source, told: Told, message: Message, named: UUID | None
    ) -> Decision:
        if named is not None:
            found = await self._uow.exchange.known(Sought(since=told.occurred_at, ids=(named,)))
            return Decision(entries=tuple(one for one, _ in found))
        earlier = await self._earlier(source, told)
        if earlier is not None:
            message.applied_to = earlier.applied_to
            return Decision(repeats=earlier.id)
        found = await self._uow.exchange.known(self._sought([told]))
        return adapter_of(source.adapter).decide(told, source, [one for one, _ in found])

    async def _earlier(self, source: Source, told: Told) -> Message | None:
        """Return the reading of the same passage that was applied before."""
        if source.adapter != AdapterKind.PLATE_CAMERA or told.names.plate is None:
            return None
        within = timedelta(seconds=source.repeat_seconds)
        read = await self._uow.exchange.read_before(
            source.id, told.names.plate, told.occurred_at, within
        )
        if read is None or not repeats(told.occurred_at, read.occurred_at, source.repeat_seconds):
            return None
        return read

    def _set_aside(self, message: Message, decision: Decision) -> None:
        assert decision.reason is not None
        is_new = message.state != MessageState.QUARANTINED.value
        message.state, message.reason = MessageState.QUARANTINED.value, decision.reason.value
        message.candidates = [
            {"entry": str(one.id), "reference": one.reference, "plate": one.plate}
            for one in decision.candidates[:MOST_CANDIDATES]
        ]
        if is_new:
            self.tell("message.quarantined", message, reason=decision.reason.value)

    def _applied(self, message: Message, records: Sequence[Record]) -> None:
        message.state = MessageState.APPLIED.value
        message.applied_to = [dict(one) for one in records]

    def tell(self, kind: str, message: Message, **facts: str | None) -> None:
        """Collect an event of a message; it names no vehicle."""
        event = self._act.event(kind, None, None, None, message=str(message.id), **facts)
        self.events.append(event)

    async def store(self) -> None:
        """Store what was collected."""
        await self._uow.flush()
        await self._uow.records.insert_events(self.events)

    def _sought(
        self, told: Sequence[Told], *, ids: Sequence[UUID] = (), guesses: bool = True
    ) -> Sought:
        names = [one.names for one in told]
        plates = {one.plate for one in names}
        if guesses:
            plates |= {plate for one in told for plate in one.guesses}
        earliest = min((one.occurred_at for one in told), default=self._act.now)
        return Sought(
            since=max(earliest, self._act.now - TOLD_AFTER_END),
            ids=ids,
            references=_given(one.reference for one in names),
            plates=_given(plates),
            declarations=_given(one.declaration for one in names),
            containers=_given(one.container for one in names),
        )

    def _gates(self, source: Source, told: Sequence[Told]) -> set[str]:
        """Return the gates that an unknown vehicle may be bound for."""
        yard = self._act.reference.yards.get(source.yard_code or "")
        named = {str(one.facts["gate"]) for one in told if one.facts.get("gate")}
        return {*filter(None, (source.gate_code,)), *(yard.serves if yard else ()), *named}


def _given(values: Iterable[str | None]) -> list[str]:
    return sorted(set(filter(None, values)))
