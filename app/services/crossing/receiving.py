"""Receiving vehicles: what the border guard and customs saw of those that take goods over."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.errors import FieldError, RetryMismatchError
from app.domain.identifiers import plate_key
from app.domain.transshipment import Way, contradictions, entered, receiving_plates
from app.models import Entry, ExceptionCase, Reception
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.passage import Report
from app.services.crossing.release import passes_of
from app.services.crossing.sightings import moment
from app.services.queues.joining import join_line

__all__ = ["Receiver", "Receiving", "Reception"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """A receiving vehicle: declared or not, entered by both words or not, and what was seen."""

    plate: str
    declared: bool
    entered: bool
    seen: Sequence[Reception]


class Receiving:
    """Records how receiving vehicles come into the gate and leave it, each on its own."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._cases = Contradictions(uow)

    async def vehicles(self, entry_id: UUID) -> Sequence[Receiver]:
        """Return the receiving vehicles of an entry: the declared ones first, then others seen.

        Raises:
            EntryNotFoundError.
        """
        entry = await reached(self._uow, self._act, entry_id, Action.READ)
        seen = await self._uow.moves.receptions(entry.id)
        declared = list(dict.fromkeys(receiving_plates(entry.declared)))
        others = sorted({one.plate for one in seen} - set(declared))
        inside = entered(passes_of(seen))
        return [
            Receiver(
                plate,
                plate in declared,
                plate in inside,
                [one for one in seen if one.plate == plate],
            )
            for plate in (*declared, *others)
        ]

    async def record(
        self, entry_id: UUID, plate: str, way: Way, report: Report
    ) -> tuple[Reception, Sequence[ExceptionCase]]:
        """Record that a receiving vehicle passed the gate; never refused.

        Raises:
            EntryNotFoundError, OccurredInFutureError, ReasonRequiredError, RetryMismatchError.
        """
        key = plate_key(plate)
        found = await reached(self._uow, self._act, entry_id, Action.RECORD)
        self._act, entry, line = await join_line(self._uow, self._act, found)
        known = await self._known(entry, key, way, report.source_reference)
        if known is not None:
            return known, ()
        seen = self._reception(entry, key, way, report)
        before = passes_of(await self._uow.moves.receptions(entry.id))
        self._uow.add(seen)
        for rule in contradictions(key, way, receiving_plates(entry.declared), before):
            self._cases.open(self._act, rule, entry, plate=key)
        entry.changed_at = self._act.now
        await self._uow.flush()
        facts = {"reception": str(seen.id), "way": way.value, "authority": seen.authority}
        told = self._act.event(
            "receiving_vehicle.passed", line.queue, entry.id, seen.occurred_at, **facts
        )
        opened = self._cases.events(self._act, line.queue)
        await self._uow.records.insert_events([told, *opened])
        return seen, self._cases.opened

    async def _known(
        self, entry: Entry, plate: str, way: Way, source: str | None
    ) -> Reception | None:
        """Return what the same authority told before under its own reference."""
        if source is None:
            return None
        organisation = self._act.principal.organisation_id
        known = await self._uow.moves.reception_by_source(organisation, source)
        told = (entry.id, plate, way.value)
        if known is not None and (known.entry_id, known.plate, known.way) != told:
            error = FieldError("/source_reference", RetryMismatchError.code)
            raise RetryMismatchError(errors=(error,))
        return known

    def _reception(self, entry: Entry, plate: str, way: Way, report: Report) -> Reception:
        act = self._act
        at = moment(act, report.occurred_at, report.reason)
        return Reception(
            id=act.tools.new_id(),
            entry_id=entry.id,
            plate=plate,
            way=way.value,
            authority=act.principal.authority,
            occurred_at=at.occurred_at,
            recorded_at=act.now,
            reason=report.reason,
            backfilled=at.backfilled,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=report.source_reference,
        )
