"""Movements and arrivals: observations that are never refused, and what follows from them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.ids import read_reference
from app.domain.discrepancies import observed as compared
from app.domain.errors import FieldError, RetryMismatchError, YardNotFoundError
from app.domain.gates import Yard
from app.domain.identifiers import plate_key
from app.domain.steps import ENDINGS, Step, observed
from app.domain.vocabulary import Direction, Queue, State
from app.models import Entry, ExceptionCase, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.contested import since_sighting, tell_sighting
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.outages import since_when
from app.services.crossing.presence import doubt_presence, note_arrival, note_presence
from app.services.crossing.sightings import Finder, Sighting, moment
from app.services.declarations.views import Place
from app.services.queues.joining import join_line
from app.services.queues.places import Places
from app.services.queues.waiting import WaitingLine


@dataclass(frozen=True, slots=True)
class Seen:
    """A stored observation and what it led to; no entry where several share the plate."""

    observation: Observation
    entry: Entry | None
    exceptions: Sequence[ExceptionCase]
    place: Place | None = None


class Positions:
    """Records where vehicles are seen; starts waiting."""

    def __init__(self, uow: UnitOfWork, act: Act, named: UUID | None = None) -> None:
        """Work within one transaction, for one act.

        `named` is the sighting of a contested plate whose entry is named by this act.
        """
        self._uow = uow
        self._act = act
        self._named = named
        self._finder = Finder(uow, act)
        self._cases = Contradictions(uow)

    async def record_movement(
        self, yard_code: str, sighting: Sighting, *, way: str, gate: str | None = None
    ) -> Seen:
        """Record a vehicle that goes into a yard or out of it; in position it begins to wait.

        Raises:
            YardNotFoundError, EntryNotFoundError, OccurredInFutureError, ReasonRequiredError,
            RetryMismatchError, UnknownCodeError.
        """
        yard = self._act.reference.yards.get(yard_code)
        if yard is None:
            raise YardNotFoundError(yard=yard_code)
        bound_for = self._act.reference.gate(gate or yard.gate_code or yard.serves[0]).code
        report = Reported(f"yard-{way}", sighting, bound_for, yard_code=yard.code)
        known = await self._known(report)
        if known is not None:
            return known
        seen, entry = await self._see(report)
        if entry is None:
            return await self._contested(seen, report)
        entry, line = await self._under_lock(entry)
        await self._keep(seen)
        if self._goes_on(entry, seen):
            doubt_presence(self._cases, self._act, entry, seen)
            await self._date_back(entry, line, seen)
            self._compare(entry, seen)
            await self._move(entry, line, yard, seen)
        event = self._event("movement.recorded", line, seen, yard=yard.code, way=way)
        return await self._finish(seen, entry, line, event)

    async def record_arrival(self, gate_code: str, sighting: Sighting) -> Seen:
        """Record a vehicle at the gate itself; the day of it decides the tariff edition.

        Raises:
            UnknownCodeError, EntryNotFoundError, OccurredInFutureError, ReasonRequiredError,
            RetryMismatchError.
        """
        gate = self._act.reference.gate(gate_code)
        report = Reported("arrival", sighting, gate.code, gate_code=gate.code)
        known = await self._known(report)
        if known is not None:
            return known
        seen, entry = await self._see(report)
        if entry is None:
            return await self._contested(seen, report)
        entry, line = await self._under_lock(entry, seen.occurred_at)
        await self._keep(seen)
        if self._goes_on(entry, seen):
            doubt_presence(self._cases, self._act, entry, seen)
            await self._date_back(entry, line, seen)
            self._compare(entry, seen)
            await self._arrive(entry, line, seen)
        event = self._event("entry.arrived", line, seen, gate=gate.code)
        return await self._finish(seen, entry, line, event)

    async def _known(self, report: "Reported") -> Seen | None:
        """Return what the same reporter recorded before under the same reference of its own."""
        source = report.sighting.source_reference
        if source is None:
            return None
        organisation = self._act.principal.organisation_id
        seen = await self._uow.records.observation_by_source(organisation, source)
        if seen is None:
            return None
        entry = await self._uow.entries.by_id(seen.entry_id) if seen.entry_id else None
        if not report.tells_the_same(seen, entry):
            error = FieldError("/source_reference", RetryMismatchError.code)
            raise RetryMismatchError(errors=(error,))
        if entry is None:
            return Seen(seen, None, await self._uow.records.exceptions_to(seen.id))
        return await self._seen(seen, entry, await self._uow.records.exceptions_to(seen.id))

    async def _see(self, report: "Reported") -> tuple[Observation, Entry | None]:
        """Return the observation, not stored yet, and the entry it is about."""
        act, sighting = self._act, report.sighting
        at = moment(act, sighting.occurred_at, sighting.reason)
        entry = await self._finder.find(sighting, report.bound_for)
        seen = Observation(
            id=act.tools.new_id(),
            kind=report.kind,
            entry_id=entry.id if entry else None,
            gate_code=report.gate_code,
            yard_code=report.yard_code,
            direction=entry.direction if entry else sighting.direction,
            plate=plate_key(sighting.plate) if sighting.plate else None,
            vehicle=sighting.vehicle,
            occurred_at=at.occurred_at,
            recorded_at=act.now,
            reason=sighting.reason,
            backfilled=at.backfilled,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=sighting.source_reference,
        )
        return seen, entry

    async def _keep(self, seen: Observation) -> None:
        self._uow.add(seen)
        await self._uow.flush()

    async def _contested(self, seen: Observation, report: "Reported") -> Seen:
        """Several open entries share the plate: nobody gets position until one is named."""
        told = await tell_sighting(self._uow, self._act, seen, self._finder.contested)
        await self._keep(seen)
        self._cases.open(self._act, "plate-contested", None, seen)
        self._cases.opened[-1].gate_code = report.bound_for
        await self._uow.flush()
        queue = Queue(report.bound_for, report.sighting.direction or Direction.EXPORT)
        await self._uow.records.insert_events([*told, *self._cases.events(self._act, queue)])
        return Seen(seen, None, self._cases.opened)

    async def _under_lock(
        self, entry: Entry, seen_at: datetime | None = None
    ) -> tuple[Entry, WaitingLine]:
        """Take the queue's lock, then the entry as it is now; the waiting line begins there."""
        self._act, entry, line = await join_line(self._uow, self._act, entry, seen_at)
        return entry, line

    def _goes_on(self, entry: Entry, seen: Observation) -> bool:
        """Tell whether what was seen moves an entry on; it does not after its end, or elsewhere."""
        if State(entry.state) in ENDINGS:
            self._cases.open(self._act, "observed-after-end", entry, seen)
            return False
        if seen.gate_code not in {None, entry.gate_code}:
            self._cases.open(
                self._act, "arrived-at-other-gate", entry, seen, gate=str(seen.gate_code)
            )
            return False
        return True

    async def _date_back(self, entry: Entry, line: WaitingLine, seen: Observation) -> None:
        """Let a first wait that is told late count from when two officers' word lets it.

        Or from when its plate was seen and contested, where that is earlier.
        """
        if seen.backfilled and entry.waits_from is None:
            line.since = await since_when(self._uow, self._act, entry, seen.occurred_at)
        if self._named is not None and line.is_called:
            since = await since_sighting(self._uow, self._act, entry, self._named)
            if since is not None and since < (line.since or self._act.now):
                line.since, line.sighting = since, self._named

    def _compare(self, entry: Entry, seen: Observation) -> None:
        """Note in what the vehicle that was seen is not the one that is declared."""
        if seen.vehicle is None:
            return
        before = entry.discrepancies
        entry.discrepancies = compared(before, entry.declared, seen.vehicle)
        if entry.organisation_id is not None and entry.discrepancies.keys() - before.keys():
            codes = ",".join(sorted(entry.discrepancies))
            self._cases.open(self._act, "vehicle-not-as-declared", entry, seen, parts=codes)

    async def _move(self, entry: Entry, line: WaitingLine, yard: Yard, seen: Observation) -> None:
        """Keep where the vehicle is; leaving a yard does not give up a place that was earned."""
        comes = seen.kind == "yard-in"
        line.stand(entry, yard.code if comes else None, seen.occurred_at)
        entry.was_in_yard = True
        if comes and line.is_called and self._counts(entry, yard, seen):
            await self._take_position(entry, seen)
        await note_presence(self._uow, self._act, entry, line, seen.occurred_at)

    def _counts(self, entry: Entry, yard: Yard, seen: Observation) -> bool:
        """Tell whether a vehicle in this yard is in position, by the policy edition in force."""
        if entry.gate_code not in yard.serves:
            self._cases.open(self._act, "yard-does-not-serve-gate", entry, seen, yard=yard.code)
            return False
        edition = self._act.policy
        return yard.location in edition.in_position

    async def _take_position(self, entry: Entry, seen: Observation) -> None:
        """Hold plate and containers; another entry in position on one of them keeps them."""
        if entry.in_position or await self._uow.claims.take(entry.id, claims_of(entry)):
            entry.in_position = True
        else:
            self._cases.open(self._act, "plate-already-in-position", entry, seen)

    async def _arrive(self, entry: Entry, line: WaitingLine, seen: Observation) -> None:
        after = observed(
            State(entry.state), Step.ARRIVE if line.is_called else Step.ARRIVE_IN_ORDER
        )
        if after.exception is not None:
            self._cases.open(self._act, after.exception, entry, seen)
        if after.state is State.ARRIVED and entry.queue_key is not None:
            await line.leave(entry, why="arrived")
        elif after.state is State.ARRIVED and None in {entry.waits_from, entry.call_number}:
            await self._wait_in_order(entry, line, seen)
        entry.state = after.state.value
        await note_arrival(self._uow, self._act, entry, line, seen.occurred_at)

    async def _wait_in_order(self, entry: Entry, line: WaitingLine, seen: Observation) -> None:
        await self._take_position(entry, seen)
        # Who was diverted keeps what it has waited.
        entry.waits_from = entry.waits_from or line.since or self._act.now
        entry.call_number = await line.next_number()

    def _event(
        self,
        kind: str,
        line: WaitingLine,
        seen: Observation,
        **data: object,
    ) -> Mapping[str, Any]:
        at, late = seen.occurred_at, seen.backfilled
        return self._act.event(kind, line.queue, seen.entry_id, at, backfilled=late, **data)

    async def _finish(
        self, seen: Observation, entry: Entry, line: WaitingLine, event: Mapping[str, Any]
    ) -> Seen:
        entry.changed_at = self._act.now
        await self._uow.flush()
        opened = self._cases.events(self._act, line.queue)
        events = [*self._finder.events, event, *line.events, *opened]
        await self._uow.records.insert_events(events)
        return await self._seen(seen, entry, self._cases.opened)

    async def _seen(self, seen: Observation, entry: Entry, opened: Sequence[ExceptionCase]) -> Seen:
        return Seen(seen, entry, opened, await Places(self._uow, self._act).place(entry))


@dataclass(frozen=True, slots=True)
class Reported:
    """One report as it is stored; `bound_for` is the gate of a plate that nobody registered."""

    kind: str
    sighting: Sighting
    bound_for: str
    gate_code: str | None = None
    yard_code: str | None = None

    def tells_the_same(self, seen: Observation, entry: Entry | None) -> bool:
        """Tell whether an observation stored before says what this report says."""
        one = self.sighting
        whom = (
            read_reference(one.reference) == (entry.reference if entry else None)
            if one.reference is not None
            else (plate_key(one.plate or ""), one.direction) == (seen.plate, seen.direction)
        )
        what = (self.kind, self.gate_code, self.yard_code, one.vehicle)
        return whom and what == (seen.kind, seen.gate_code, seen.yard_code, seen.vehicle)


def claims_of(entry: Entry) -> list[tuple[str, str]]:
    """Return what only one entry in position may hold, over all gates."""
    plates = [("plate", entry.tractor_plate)] if entry.tractor_plate else []
    return plates + [("container", number) for number in entry.container_numbers]
