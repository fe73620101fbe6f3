"""Holds: an authority's stop on an entry, with its reason, until it is lifted."""

from uuid import UUID

from app.domain.authorisation import Action
from app.domain.errors import (
    EntryEndedError,
    FieldError,
    HoldLiftedError,
    HoldNotFoundError,
    RetryMismatchError,
)
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry, Hold
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.crossing.lifting import is_lifted_by
from app.services.crossing.release import take_back
from app.services.queues.joining import join_line
from app.services.queues.waiting import WaitingLine

SOURCE = "/source_reference"


class Holds:
    """Places and lifts holds on one entry."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def place(self, entry_id: UUID, reason: str, source_reference: str | None) -> Hold:
        """Stop an entry, with a reason; it keeps ageing but is not called or released.

        Raises:
            EntryNotFoundError, EntryEndedError, RetryMismatchError.
        """
        if source_reference is not None:
            known = await self._uow.records.hold_by_source(
                self._act.principal.organisation_id, source_reference
            )
            if known is not None:
                return _same(known, entry_id)
        entry, line = await self._under_lock(entry_id)
        if State(entry.state) in ENDINGS:
            raise EntryEndedError(state=entry.state)
        hold = self._hold(entry, reason, source_reference)
        entry.held = True
        self._uow.add(hold)
        take_back(self._act, entry, line)
        await self._finish(entry, line, "hold.placed", hold)
        return hold

    async def lift(self, entry_id: UUID, hold_id: UUID, reason: str) -> Hold:
        """Lift a hold, or agree to it where two must; no hold left, the entry may be called.

        Raises:
            EntryNotFoundError, HoldNotFoundError, HoldNotYoursError, HoldLiftedError.
        """
        entry, line = await self._under_lock(entry_id)
        holds = await self._uow.records.holds([entry.id])
        hold = next((one for one in holds if one.id == hold_id), None)
        if hold is None:
            raise HoldNotFoundError
        if hold.lifted_at is not None:
            raise HoldLiftedError
        lifted = is_lifted_by(self._act, hold, reason)
        entry.held = any(one.lifted_at is None for one in holds)
        await self._finish(entry, line, "hold.lifted" if lifted else "hold.lift_agreed", hold)
        return hold

    async def _under_lock(self, entry_id: UUID) -> tuple[Entry, WaitingLine]:
        entry = await reached(self._uow, self._act, entry_id, Action.RECORD)
        self._act, entry, line = await join_line(self._uow, self._act, entry)
        return entry, line

    def _hold(self, entry: Entry, reason: str, source_reference: str | None) -> Hold:
        act = self._act
        return Hold(
            id=act.tools.new_id(),
            entry_id=entry.id,
            authority=act.principal.authority,
            reason=reason,
            placed_at=act.now,
            placed_by=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=source_reference,
        )

    async def _finish(self, entry: Entry, line: WaitingLine, kind: str, hold: Hold) -> None:
        entry.changed_at = self._act.now
        await self._uow.flush()
        facts = {"hold": str(hold.id), "authority": hold.authority}
        event = self._act.event(kind, line.queue, entry.id, None, **facts)
        await self._uow.records.insert_events([event, *line.events])


def _same(hold: Hold, entry_id: UUID) -> Hold:
    if hold.entry_id != entry_id:
        raise RetryMismatchError(errors=(FieldError(SOURCE, RetryMismatchError.code),))
    return hold
