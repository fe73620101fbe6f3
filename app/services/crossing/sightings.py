"""Whom an observation is about: a reference decides, else a plate and a direction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.ciphers import hash_of_token
from app.core.ids import read_reference
from app.domain.authorisation import Action
from app.domain.declaration import read_declaration
from app.domain.errors import (
    EntryNotFoundError,
    FieldError,
    OccurredInFutureError,
    ReasonRequiredError,
)
from app.domain.hold_scope import scopes_of
from app.domain.identifiers import Status, plate_key, read
from app.domain.vocabulary import Direction, Journey, Queue, State
from app.models import Entry, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.crossing.scoped_holds import held_from_the_start
from app.services.declarations.assessment import assess
from app.services.declarations.declaring import declared_columns
from app.services.declarations.situation import Situation
from app.services.queues.waiting import queue_of

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["LATE", "Finder", "Moment", "Observation", "Sighting", "Sightings", "moment"]

LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What somebody reports to have seen, and of whom; one of reference and plate is given.

    `vehicle` has the parts of it that were looked at.
    """

    reference: str | None = None
    plate: str | None = None
    direction: Direction | None = None
    occurred_at: datetime | None = None
    reason: str | None = None
    source_reference: str | None = None
    vehicle: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Moment:
    """When something happened, and whether that was written down late."""

    occurred_at: datetime
    backfilled: bool


def moment(act: Act, occurred_at: datetime | None, reason: str | None) -> Moment:
    """Return when a report says it happened.

    Raises:
        OccurredInFutureError: later than now by more than clocks differ.
        ReasonRequiredError: more than ten minutes ago, and no reason for the delay.
    """
    at = (occurred_at or act.now).replace(microsecond=0)
    if at > act.now + LATE:
        raise OccurredInFutureError(errors=(FieldError("/occurred_at", "occurred-in-future"),))
    backfilled = act.now - at > LATE
    if backfilled and not reason:
        raise ReasonRequiredError(errors=(FieldError("/reason", "reason-required"),))
    return Moment(at, backfilled)


class Sightings:
    """What was seen of an entry, for those who may see the entry."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def of(
        self, entry_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Observation]:
        """Return up to `limit` observations of an entry after a cursor, newest first.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        await reached(self._uow, self._act, entry_id, Action.READ)
        return await self._uow.records.observations_page(entry_id, after, limit)


class Finder:
    """Finds the entry that somebody saw, or opens one for a plate nobody registered."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self.events: list[Mapping[str, Any]] = []
        self.contested: list[Queue] = []

    async def find(self, sighting: Sighting, gate: str) -> Entry | None:
        """Return the entry; None where several open entries share the plate (`contested` queues).

        Raises:
            EntryNotFoundError: no entry has the reference.
        """
        if sighting.reference is not None:
            entry = await self._uow.entries.by_reference(read_reference(sighting.reference))
            if entry is None:
                raise EntryNotFoundError
            return entry
        plate, direction = plate_key(sighting.plate or ""), sighting.direction or Direction.EXPORT
        await self._uow.entries.lock_plate(plate, direction)
        scopes = scopes_of(plate, (), ())
        candidates, stops = await self._uow.entries.open_or_held(plate, direction, scopes)
        holding = [entry for entry in candidates if entry.in_position]
        if len(candidates) > 1 and len(holding) != 1:
            self.contested = [queue_of(entry) for entry in candidates]
            return None
        if candidates:
            return holding[0] if holding else candidates[0]
        entry = await self._open_unregistered(plate, sighting.plate or "", Queue(gate, direction))
        await self._stop(entry, stops)
        return entry

    async def _stop(self, entry: Entry, stops: Sequence[UUID]) -> None:
        """Hold a vehicle that nobody registered but somebody waits for."""
        queue = Queue(entry.gate_code, Direction(entry.direction))
        holds, events = await held_from_the_start(self._uow, self._act, queue, entry.id, stops)
        entry.held = bool(holds)
        self.events += events

    async def _open_unregistered(self, plate: str, raw: str, queue: Queue) -> Entry:
        """Store an entry without declarant; its blocking finding goes when somebody registers."""
        act = self._act
        document = _document(queue, raw)
        declaration = read_declaration(document)
        assessed = assess(act, declaration, None, Situation(declared_at=None))
        identity = act.tools.new_id()
        lane = assessed.likely_lane
        entry = Entry(
            id=identity,
            reference=act.tools.reference_of(identity),
            state=State.REGISTERED.value,
            version=1,
            registered_by=act.principal.id,
            registered_at=act.now,
            changed_at=act.now,
            **{**declared_columns(document, declaration), "tractor_plate": plate},
            findings=assessed.findings,
            verdict=assessed.verdict_document(lane, provisional=True),
            lane=lane.value,
            contested=False,
            held=False,
            discrepancies={},
            inside=False,
            awaits_place=False,
            in_position=False,
            points_carried=0,
            tracking_version=1,
            tracking_hash=hash_of_token(act.tools.tokens.tracking(identity, 1)),
        )
        self._uow.add(entry)
        await self._uow.flush()
        self.events.append(act.event("entry.opened-unregistered", queue, entry.id))
        return entry


def _document(queue: Queue, plate: str) -> Mapping[str, Any]:
    vietnamese, chinese = read("plate-vn", plate), read("plate-cn", plate)
    foreign = vietnamese.status is Status.INVALID and chinese.status is not Status.INVALID
    return {
        "gate": queue.gate,
        "direction": queue.direction.value,
        "journey": Journey.OWN_VEHICLE.value,
        "vehicle": {"tractor_plate": plate, "country": "CN" if foreign else "VN"},
        "consignments": [],
    }
