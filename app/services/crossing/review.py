"""The review list: what contradicted the rules, assigned to somebody, settled with a reason."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.errors import (
    EntryNotFoundError,
    EntryNotOnPlateError,
    ExceptionNotFoundError,
    ExceptionNotYoursError,
    ExceptionSettledError,
    FieldError,
)
from app.domain.questions import ExceptionFilter
from app.domain.review import CONTESTED, may_settle
from app.domain.vocabulary import Direction, Queue
from app.models import Entry, ExceptionCase, Observation
from app.repositories.records import Reviewed
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.assigning import assignee
from app.services.crossing.positions import Positions
from app.services.crossing.sightings import Sighting

__all__ = ["Review", "Reviewed"]


class Review:
    """Works off the exceptions."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(
        self, where: ExceptionFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Reviewed]:
        """Return up to `limit` exceptions after a cursor: open ones oldest first, others newest."""
        return await self._uow.records.exceptions_page(where, after, limit)

    async def assign(self, case_id: UUID, name: str | None) -> Reviewed:
        """Give an open exception to somebody by name, or to who asks.

        Raises:
            ExceptionNotFoundError, ExceptionSettledError, UnknownCodeError.
        """
        case = await self._open(case_id)
        case.assigned_to = await assignee(self._uow, self._act, name)
        case.assigned_at = self._act.now
        await self._tell("exception.assigned", case)
        return await self._shown(case_id)

    async def settle(self, case_id: UUID, reason: str, entry_id: UUID | None) -> Reviewed:
        """Settle an exception; of a contested plate name the entry, which then has its position.

        Its wait counts from when its queue was told of the sighting, if it could have begun then;
        else from when it could, or from now.

        Raises:
            ExceptionNotFoundError, ExceptionSettledError, ExceptionNotYoursError.
            EntryNotFoundError, EntryNotOnPlateError: the entry named is not, or not of that plate.
        """
        case = await self._open(case_id)
        if not may_settle(self._act.principal, case.rule, case.assigned_to):
            raise ExceptionNotYoursError
        if entry_id is not None:
            await self._name(case, entry_id, reason)
        case.settled_at, case.settled_by = self._act.now, self._act.principal.id
        case.settlement, case.named_entry_id = reason, entry_id
        await self._tell("exception.settled", case)
        return await self._shown(case_id)

    async def _open(self, case_id: UUID) -> ExceptionCase:
        """Return an open exception, kept from others until the transaction ends."""
        case = await self._uow.records.locked_exception(case_id)
        if case is None:
            raise ExceptionNotFoundError
        if case.settled_at is not None:
            raise ExceptionSettledError
        return case

    async def _name(self, case: ExceptionCase, entry_id: UUID, reason: str) -> None:
        entry = await self._uow.entries.by_id(entry_id)
        if entry is None:
            raise EntryNotFoundError
        seen = await self._uow.records.observation(case.observation_id)
        if case.rule != CONTESTED or seen is None or not _is_of(entry, seen):
            raise EntryNotOnPlateError(errors=(FieldError("/entry", EntryNotOnPlateError.code),))
        sighting = Sighting(reference=entry.reference, occurred_at=seen.occurred_at, reason=reason)
        positions = Positions(self._uow, self._act, named=seen.id)
        if seen.yard_code is None:
            await positions.record_arrival(str(seen.gate_code), sighting)
        else:
            way = seen.kind.removeprefix("yard-")
            await positions.record_movement(seen.yard_code, sighting, way=way)

    async def _tell(self, kind: str, case: ExceptionCase) -> None:
        await self._uow.flush()
        entry_id = case.named_entry_id or case.entry_id
        entry = await self._uow.entries.by_id(entry_id) if entry_id else None
        queue = Queue(entry.gate_code, Direction(entry.direction)) if entry else None
        facts = {"exception": str(case.id), "rule": case.rule}
        event = self._act.event(kind, queue, entry_id, None, **facts)
        await self._uow.records.insert_events([event])

    async def _shown(self, case_id: UUID) -> Reviewed:
        return await self._uow.records.exception(case_id)


def _is_of(entry: Entry, seen: Observation) -> bool:
    return (entry.tractor_plate, entry.direction) == (seen.plate, seen.direction or "export")
