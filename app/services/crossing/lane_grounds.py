"""Grounds of lanes: an authority confirms what a company declares, or takes that back."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.declaration import read_declaration
from app.domain.errors import (
    EntryEndedError,
    GroundNotConfirmedError,
    GroundNotDeclaredError,
    GroundNotYoursError,
)
from app.domain.lane_grounds import Confirmation, GroundWord, LaneGround, goods_of, ground_on
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry, LaneGroundWord
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.declarations.assessment import driver_name_of, reassess
from app.services.queues.joining import join_line
from app.services.queues.waiting import WaitingLine

__all__ = ["LaneGroundWord", "LaneGrounds"]


class LaneGrounds:
    """Confirms grounds of entries and takes confirmations back; waiting follows at once."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def of_entry(self, entry_id: UUID) -> Sequence[LaneGroundWord]:
        """Return what was said of an entry's grounds, oldest first.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        await reached(self._uow, self._act, entry_id, Action.READ)
        return await self._uow.lane_grounds.words(entry_id)

    async def confirm(
        self, entry_id: UUID, code: str, document_reference: str, reason: str
    ) -> LaneGroundWord:
        """Confirm the ground that an entry declares, on a paper, for the goods that it declares.

        Raises:
            EntryNotFoundError, EntryEndedError.
            GroundNotYoursError: no row of today lets this authority confirm it.
            GroundNotDeclaredError: the entry declares another ground, or none.
        """
        row = self._ensure_own(code)
        entry, line = await self._under_lock(entry_id)
        declaration = read_declaration(entry.declared)
        if declaration.lane_ground != code:
            raise GroundNotDeclaredError
        authority = self._act.principal.authority
        goods = goods_of(declaration)
        said = Confirmation(code, row.lane, authority, document_reference, goods)
        entry.confirmed_ground = said.document()
        word = line.say_ground(entry, said, GroundWord.CONFIRMED, reason)
        await self._follow(entry, line)
        return word

    async def withdraw(self, entry_id: UUID, code: str, reason: str) -> LaneGroundWord:
        """Take the confirmation of a ground back; points that were earned stay.

        Whoever gave it may, though its row has ended since; else who may give it now.

        Raises:
            EntryNotFoundError, EntryEndedError, GroundNotYoursError.
            GroundNotConfirmedError: none of this ground stands.
        """
        entry, line = await self._under_lock(entry_id)
        stored = entry.confirmed_ground
        said = Confirmation.parse(stored) if stored and stored["ground"] == code else None
        if said is None or said.authority != self._act.principal.authority:
            self._ensure_own(code)
        if said is None:
            raise GroundNotConfirmedError
        entry.confirmed_ground = None
        word = line.say_ground(entry, said, GroundWord.WITHDRAWN, reason)
        await self._follow(entry, line)
        return word

    def _ensure_own(self, code: str) -> LaneGround:
        row = ground_on(self._act.reference.lane_grounds, code, self._act.day)
        confirmers = row.confirmed_by if row else ()
        if row is None or self._act.principal.authority not in {one.value for one in confirmers}:
            raise GroundNotYoursError
        return row

    async def _under_lock(self, entry_id: UUID) -> tuple[Entry, WaitingLine]:
        found = await reached(self._uow, self._act, entry_id, Action.RECORD)
        self._act, entry, line = await join_line(self._uow, self._act, found)
        if State(entry.state) in ENDINGS:
            raise EntryEndedError(state=entry.state)
        return entry, line

    async def _follow(self, entry: Entry, line: WaitingLine) -> None:
        """Judge the entry anew and let its lane agree with what was said."""
        assessed = reassess(self._act, entry, driver_name_of(self._act, entry))
        await line.follow(entry, assessed)
        entry.changed_at = self._act.now
        await self._uow.flush()
        await self._uow.records.insert_events(line.events)
