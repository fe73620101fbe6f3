"""Substitution: a company names another vehicle for an entry; its place is kept.

Where the edition wants it, a vehicle that has come is looked at first, by an officer or by the yard
on whose ground it stands. Plate locks, old and new, come before the queue's, as in registering.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.amendment import merged
from app.domain.authorisation import Action
from app.domain.declaration import read_declaration
from app.domain.discrepancies import refused, unconfirmed, withdrawn
from app.domain.errors import (
    EntryEndedError,
    SubstitutionNotFoundError,
)
from app.domain.steps import ENDINGS
from app.domain.substitution import (
    SubstitutionState,
    ensure_allowed,
    ensure_open,
    ensure_seen_by,
    substituted,
)
from app.domain.vocabulary import State
from app.models import Entry, Substitution
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.declarations.declaring import ensure_known
from app.services.declarations.redeclaring import follow
from app.services.declarations.replacement import Met, Replacement
from app.services.queues.joining import join_lines
from app.services.queues.waiting import queue_of

__all__ = ["Substitution", "Substitutions"]


class Substitutions:
    """Proposes, confirms, refuses and withdraws substitutions."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def of_entry(self, entry_id: UUID) -> Sequence[Substitution]:
        """Return the substitutions of an entry that the principal may see, oldest first.

        Raises:
            EntryNotFoundError.
        """
        await reached(self._uow, self._act, entry_id, Action.READ)
        return await self._uow.moves.substitutions(entry_id)

    async def propose(self, entry_id: UUID, change: Mapping[str, Any], reason: str) -> Substitution:
        """Name another vehicle; it counts at once unless somebody must look at it first.

        Raises:
            EntryNotFoundError, EntryEndedError, NothingSubstitutedError, SubstitutionOpenError,
            SubstitutionsUsedUpError, UnknownCodeError, PlateMissingError,
            PlateAlreadyRegisteredError, SubstituteInPositionError, BusyError.
        """
        found = await reached(self._uow, self._act, entry_id, Action.SUBSTITUTE)
        met = await self._under_locks(found, change)
        document, pointers = substituted(met.entry.declared, change)
        ensure_known(self._act.reference, read_declaration(document))
        rule = self._act.policy.substitution
        before = await self._uow.moves.substitutions(entry_id)
        ensure_allowed(rule, [SubstitutionState(one.state) for one in before])
        proposed = self._proposed(met.entry, change, pointers, reason)
        proposed.needs_check = rule.is_checked(came=any(one.presence_at for one in met.there))
        self._uow.add(proposed)
        if proposed.needs_check:
            met.entry.discrepancies = unconfirmed(met.entry.discrepancies)
            await self._follow(met, "substitution.proposed", proposed)
        else:
            self._decide(proposed, SubstitutionState.CONFIRMED, None)
            await self._substitute(met, proposed)
        return proposed

    async def confirm(self, entry_id: UUID, substitution_id: UUID) -> Substitution:
        """Say that the vehicle is as proposed: it is the entry's from now on.

        Raises:
            EntryNotFoundError, SubstitutionNotFoundError, SubstitutionDecidedError,
            EntryEndedError, VehicleNotInYardError, UnknownCodeError, PlateMissingError,
            PlateAlreadyRegisteredError, SubstituteInPositionError, BusyError.
        """
        met, proposed = await self._seen(entry_id, substitution_id)
        self._decide(proposed, SubstitutionState.CONFIRMED, None)
        await self._substitute(met, proposed)
        return proposed

    async def refuse(self, entry_id: UUID, substitution_id: UUID, reason: str) -> Substitution:
        """Say that the vehicle is not as proposed: it differs until it is seen as declared.

        Raises:
            EntryNotFoundError, SubstitutionNotFoundError, SubstitutionDecidedError,
            EntryEndedError, VehicleNotInYardError, BusyError.
        """
        met, proposed = await self._seen(entry_id, substitution_id)
        self._decide(proposed, SubstitutionState.REFUSED, reason)
        met.entry.discrepancies = refused(met.entry.discrepancies)
        await self._follow(met, "substitution.refused", proposed)
        return proposed

    async def withdraw(self, entry_id: UUID, substitution_id: UUID) -> Substitution:
        """Take back a proposal on which nobody has said a word; it does not count.

        Raises:
            EntryNotFoundError, SubstitutionNotFoundError, SubstitutionDecidedError,
            EntryEndedError, BusyError.
        """
        met, proposed = await self._proposal(entry_id, substitution_id, Action.SUBSTITUTE)
        self._decide(proposed, SubstitutionState.WITHDRAWN, None)
        met.entry.discrepancies = withdrawn(met.entry.discrepancies)
        await self._follow(met, "substitution.withdrawn", proposed)
        return proposed

    # --- load --------------------------------------------------------------------------------

    async def _seen(self, entry_id: UUID, substitution_id: UUID) -> tuple[Met, Substitution]:
        """Return an open proposal and its entry, where the principal may say a word on it."""
        met, proposed = await self._proposal(entry_id, substitution_id, Action.RECORD)
        yards = [self._act.reference.yards.get(one.yard_code or "") for one in met.there]
        serves = any(yard is not None and met.entry.gate_code in yard.serves for yard in yards)
        ensure_seen_by(self._act.principal.role, in_serving_yard=serves)
        return met, proposed

    async def _proposal(
        self, entry_id: UUID, substitution_id: UUID, action: Action
    ) -> tuple[Met, Substitution]:
        """Return an open proposal and its entry, if it is the principal's act, under locks."""
        found = await reached(self._uow, self._act, entry_id, action)
        proposed = await self._substitution(entry_id, substitution_id)
        met = await self._under_locks(found, proposed.change)
        proposed = await self._substitution(entry_id, substitution_id)
        ensure_open(SubstitutionState(proposed.state))
        return met, proposed

    async def _substitution(self, entry_id: UUID, substitution_id: UUID) -> Substitution:
        every = await self._uow.moves.substitutions(entry_id)
        one = next((one for one in every if one.id == substitution_id), None)
        if one is None:
            raise SubstitutionNotFoundError
        return one

    async def _under_locks(self, found: Entry, change: Mapping[str, Any]) -> Met:
        """Take the locks of both plates and the queues, then the entry as it is now."""
        direction = queue_of(found).direction
        old, new = found.tractor_plate, _plate_after(found, change)
        plates = [(plate, direction) for plate in (old, new) if plate]
        await self._uow.entries.lock_plates(plates)
        others: Sequence[Entry] = ()
        if new is not None and new != old:
            others = await self._uow.entries.open_with_plate(new, direction)
        unregistered = [one for one in others if one.organisation_id is None]
        self._act, lines = await join_lines(self._uow, self._act, [found, *unregistered])
        entry, line = lines[found.id]
        if State(entry.state) in ENDINGS:
            raise EntryEndedError(state=entry.state)
        return Met(entry, line, others, lines, (old, new))

    # --- decide and store ----------------------------------------------------------------------

    def _proposed(
        self, entry: Entry, change: Mapping[str, Any], pointers: list[str], reason: str
    ) -> Substitution:
        act = self._act
        return Substitution(
            id=act.tools.new_id(),
            entry_id=entry.id,
            state=SubstitutionState.PROPOSED.value,
            change=dict(change),
            pointers=pointers,
            reason=reason,
            proposed_at=act.now,
            proposed_by=act.principal.id,
        )

    def _decide(self, one: Substitution, state: SubstitutionState, reason: str | None) -> None:
        one.state, one.decision_reason = state.value, reason
        one.decided_at, one.decided_by = self._act.now, self._act.principal.id
        one.authority = self._act.principal.authority

    async def _substitute(self, met: Met, one: Substitution) -> None:
        document, _ = substituted(met.entry.declared, one.change)
        await Replacement(self._uow, self._act).replace(met, document)
        await self._follow(met, "entry.substituted", one, version=met.entry.version)

    async def _follow(self, met: Met, kind: str, one: Substitution, **more: int) -> None:
        facts = {"substitution": str(one.id), "pointers": one.pointers, **more}
        told = self._act.event(kind, met.line.queue, met.entry.id, None, **facts)
        await follow(self._uow, self._act, met.entry, met.line, "substituted", told)


def _plate_after(entry: Entry, change: Mapping[str, Any]) -> str | None:
    return read_declaration(merged(entry.declared, change)).tractor_plate
