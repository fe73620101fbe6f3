"""Movements and arrivals: observations that are never refused, and what follows from them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.errors import YardNotFoundError
from app.domain.gates import Yard
from app.domain.identifiers import plate_key
from app.domain.steps import ENDINGS, Step, observed
from app.domain.vocabulary import Queue, QueueMode, State
from app.models import Entry, ExceptionCase, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.assessment import driver_name_of, reassess
from app.services.fees import Charging
from app.services.sightings import Finder, Moment, Sighting, moment
from app.services.waiting import WaitingLine, join_line, queue_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored observation, the entry it is about (None: contested), what contradicts the rules."""

    observation: Observation
    entry: Entry | None
    exceptions: tuple[ExceptionCase, ...]
    replayed: bool = False


class Positions:
    """Records where vehicles are seen; starts waiting."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._finder = Finder(uow, act)
        self._opened: list[ExceptionCase] = []

    async def record_movement(
        self, yard_code: str, sighting: Sighting, *, way: str, gate: str | None = None
    ) -> Seen:
        """Record a vehicle that goes into a yard or out of it; in position it begins to wait.

        Raises:
            YardNotFoundError, EntryNotFoundError, OccurredInFutureError, ReasonRequiredError.
        """
        yard = self._act.reference.yards.get(yard_code)
        if yard is None:
            raise YardNotFoundError(yard=yard_code)
        known = await self._known(sighting)
        if known is not None:
            return known
        at = moment(self._act, sighting.occurred_at, sighting.reason)
        entry = await self._finder.find(sighting, gate or yard.gate_code or yard.serves[0])
        seen = self._observe(f"yard-{way}", sighting, at, entry, yard_code=yard.code)
        if entry is None:
            return await self._contested(seen)
        entry, line = await self._under_lock(entry)
        self._uow.add(seen)
        await self._uow.flush()
        await self._move(entry, line, yard, way, at)
        return await self._finish(seen, entry, line, "movement.recorded", yard=yard.code, way=way)

    async def record_arrival(self, gate_code: str, sighting: Sighting) -> Seen:
        """Record a vehicle at the gate itself; the day of it decides the tariff edition.

        Raises:
            UnknownCodeError, EntryNotFoundError, OccurredInFutureError, ReasonRequiredError.
        """
        gate = self._act.reference.gate(gate_code)
        known = await self._known(sighting)
        if known is not None:
            return known
        at = moment(self._act, sighting.occurred_at, sighting.reason)
        entry = await self._finder.find(sighting, gate.code)
        seen = self._observe("arrival", sighting, at, entry, gate_code=gate.code)
        if entry is None:
            return await self._contested(seen)
        entry, line = await self._under_lock(entry)
        self._uow.add(seen)
        await self._uow.flush()
        if entry.gate_code != gate.code:
            self._open("arrived-at-other-gate", entry, seen, gate=gate.code)
        else:
            await self._arrive(entry, line, at, seen)
        return await self._finish(seen, entry, line, "entry.arrived", gate=gate.code)

    async def _known(self, sighting: Sighting) -> Seen | None:
        """Return what the same reporter recorded before under the same reference of its own."""
        if sighting.source_reference is None:
            return None
        seen = await self._uow.records.observation_by_source(
            self._act.principal.organisation_id, sighting.source_reference
        )
        if seen is None:
            return None
        entry = await self._uow.entries.by_id(seen.entry_id) if seen.entry_id else None
        return Seen(seen, entry, (), replayed=True)

    def _observe(
        self,
        kind: str,
        sighting: Sighting,
        at: Moment,
        entry: Entry | None,
        **place: str,
    ) -> Observation:
        act = self._act
        return Observation(
            id=act.tools.new_id(),
            kind=kind,
            entry_id=entry.id if entry else None,
            direction=entry.direction if entry else sighting.direction,
            plate=plate_key(sighting.plate) if sighting.plate else None,
            occurred_at=at.occurred_at,
            recorded_at=act.now,
            reason=sighting.reason,
            backfilled=at.backfilled,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=sighting.source_reference,
            **place,
        )

    async def _contested(self, seen: Observation) -> Seen:
        """Several open entries share the plate: nobody gets position until one is named."""
        self._uow.add(seen)
        await self._uow.flush()
        self._open("plate-contested", None, seen)
        await self._uow.flush()
        return Seen(seen, None, tuple(self._opened))

    async def _under_lock(self, entry: Entry) -> tuple[Entry, WaitingLine]:
        """Take the queue's lock, then the entry as it is now; the waiting line begins there."""
        self._act, entry, line = await join_line(self._uow, self._act, entry)
        return entry, line

    async def _move(
        self, entry: Entry, line: WaitingLine, yard: Yard, way: str, at: Moment
    ) -> None:
        """Keep where the vehicle is; leaving a yard does not give up a place that was earned."""
        if State(entry.state) in ENDINGS:
            self._open("observed-after-end", entry, None)
            return
        entry.yard_code = yard.code if way == "in" else None
        entry.was_in_yard = True
        entry.presence_at = entry.presence_at or _presence(entry, at)
        if way == "in" and await self._counts(entry, yard):
            await self._take_position(entry)
        await self._reassess(entry, line)

    async def _counts(self, entry: Entry, yard: Yard) -> bool:
        """Tell whether a vehicle in this yard is in position, by the policy edition in force."""
        queue = queue_of(entry)
        edition = self._act.reference.policies.get(self._act.day)
        if edition is None or edition.mode_of(*queue) is not QueueMode.CALLED:
            return False
        if entry.gate_code not in yard.serves:
            self._open("yard-does-not-serve-gate", entry, None, yard=yard.code)
            return False
        return yard.location in edition.in_position

    async def _take_position(self, entry: Entry) -> None:
        """Hold plate and containers; another entry in position on one of them keeps them."""
        claims = [("plate", entry.tractor_plate)] if entry.tractor_plate else []
        claims += [("container", number) for number in entry.container_numbers]
        if entry.in_position or await self._uow.entries.claim(entry.id, claims):
            entry.in_position = True
        else:
            self._open("plate-already-in-position", entry, None)

    async def _arrive(self, entry: Entry, line: WaitingLine, at: Moment, seen: Observation) -> None:
        called = self._mode(line.queue) is QueueMode.CALLED
        after = observed(State(entry.state), Step.ARRIVE if called else Step.ARRIVE_IN_ORDER)
        if after.exception is not None:
            self._open(after.exception, entry, seen)
        if State(entry.state) in ENDINGS:
            return
        entry.presence_at = entry.presence_at or _presence(entry, at)
        entry.arrived_at = entry.arrived_at or at.occurred_at
        if after.state is State.ARRIVED and entry.queue_key is not None:
            await line.leave(entry, why="arrived")
        elif after.state is State.ARRIVED and entry.waits_from is None:
            await self._wait_in_order(entry, line)
        entry.state = after.state.value
        await self._reassess(entry, line)

    async def _wait_in_order(self, entry: Entry, line: WaitingLine) -> None:
        await self._take_position(entry)
        entry.waits_from = self._act.now
        entry.call_number = await line.next_number()

    async def _reassess(self, entry: Entry, line: WaitingLine) -> None:
        """Judge on the day of presence, price on the day of arrival, and let waiting follow."""
        assessed = reassess(self._act, entry, driver_name_of(self._act, entry))
        await line.follow(entry, assessed)
        cause = "arrived" if entry.arrived_at else "in-position"
        charging = Charging(self._uow, self._act)
        line.events += await charging.reprice(
            entry, line.queue, assessed.quote, assessed.priced_on, cause
        )

    async def _finish(
        self,
        seen: Observation,
        entry: Entry,
        line: WaitingLine,
        kind: str,
        **data: Any,  # noqa: ANN401
    ) -> Seen:
        entry.changed_at = self._act.now
        first = self._act.event(
            kind, line.queue, entry.id, seen.occurred_at, backfilled=seen.backfilled, **data
        )
        opened = [
            self._act.event("exception.opened", line.queue, entry.id, rule=one.rule)
            for one in self._opened
        ]
        await self._uow.flush()
        await self._uow.records.insert_events([first, *line.events, *opened])
        return Seen(seen, entry, tuple(self._opened))

    def _open(self, rule: str, entry: Entry | None, seen: Observation | None, **facts: str) -> None:
        case = ExceptionCase(
            id=self._act.tools.new_id(),
            entry_id=entry.id if entry else None,
            observation_id=seen.id if seen else None,
            rule=rule,
            facts=facts,
            opened_at=self._act.now,
            opened_by=self._act.principal.id,
        )
        self._opened.append(case)
        self._uow.add(case)

    def _mode(self, queue: Queue) -> QueueMode | None:
        return self._act.reference.mode(queue, self._act.day)


def _presence(entry: Entry, at: Moment) -> datetime:
    """Return the first presence: after a registration that was there within the same second.

    Instants are whole seconds, and the rule that a vehicle is declared before it comes is strict.
    """
    if entry.organisation_id is not None and at.occurred_at == entry.registered_at:
        return at.occurred_at + timedelta(seconds=1)
    return at.occurred_at
