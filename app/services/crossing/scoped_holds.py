"""Holds on a vehicle or a consignment: they stop every open entry that matches, later ones too.

Each entry gets a hold of its own, so that calling, releasing and replaying know one kind of hold.
Who places or lifts one is alone with the scoped holds (`lock_holds`), and comes before any queue's
lock; who registers or declares takes that lock shared, so that neither misses the other.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.errors import (
    FieldError,
    HoldLiftedError,
    HoldNotFoundError,
    RetryMismatchError,
)
from app.domain.hold_scope import Scope
from app.domain.steps import ENDINGS
from app.domain.vocabulary import Queue, State
from app.models import Entry, Hold, ScopedHold
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached_all
from app.services.crossing.lifting import is_lifted_by
from app.services.crossing.release import take_back
from app.services.queues.joining import join_lines
from app.services.queues.waiting import WaitingLine, queue_of

__all__ = ["ScopedHold", "ScopedHolds", "held_from_the_start", "meet_holds"]


class ScopedHolds:
    """Places and lifts holds on whatever a vehicle or consignment does."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._events: list[Mapping[str, Any]] = []

    async def place(
        self, scope: Scope, reason: str, source_reference: str | None
    ) -> tuple[ScopedHold, Sequence[UUID]]:
        """Stop every open entry of a scope, and those still to come; return the hold and whom.

        Raises:
            RetryMismatchError.
        """
        await self._uow.entries.lock_holds(exclusive=True)
        known = await self._known(scope, source_reference)
        if known is not None:
            return known, [hold.entry_id for hold in await self._uow.records.holds_under(known.id)]
        found = await self._uow.entries.open_matching(scope)
        self._act, entries = await join_lines(self._uow, self._act, found)
        placed = self._scoped(scope, reason, source_reference)
        self._uow.add(placed)
        await self._uow.flush()
        stopped = [entry for entry, _ in entries.values() if State(entry.state) not in ENDINGS]
        for entry in stopped:
            self._stop(placed, *entries[entry.id])
        self._tell("scoped_hold.placed", placed, len(stopped))
        await self._store()
        return placed, [entry.id for entry in stopped]

    async def lift(self, hold_id: UUID, reason: str) -> tuple[ScopedHold, Sequence[UUID]]:
        """Lift a scoped hold from every entry it stops; return it and whom it stopped.

        Raises:
            HoldNotFoundError, HoldNotYoursError, HoldLiftedError.
        """
        await self._uow.entries.lock_holds(exclusive=True)
        placed = await self._uow.records.scoped_hold(hold_id)
        if placed is None:
            raise HoldNotFoundError
        if placed.lifted_at is not None:
            raise HoldLiftedError
        if not is_lifted_by(self._act, placed, reason):
            self._tell("scoped_hold.lift_agreed", placed, 0)
            await self._store()
            return placed, []
        freed = await self._free(placed, reason)
        self._tell("scoped_hold.lifted", placed, len(freed))
        await self._store()
        return placed, freed

    async def open(
        self, authority: str | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ScopedHold]:
        """Return up to `limit` scoped holds that are not lifted, after a cursor, oldest first."""
        return await self._uow.records.open_scoped_holds(authority, after, limit)

    async def _free(self, placed: ScopedHold, reason: str) -> Sequence[UUID]:
        under = await self._uow.records.holds_under(placed.id)
        ids = [hold.entry_id for hold in under]
        found = await reached_all(self._uow, self._act, ids, Action.RECORD)
        self._act, entries = await join_lines(self._uow, self._act, found)
        holds = await self._uow.records.holds(ids)
        mine = [one for one in holds if one.scoped_hold_id == placed.id and one.lifted_at is None]
        for hold in mine:
            hold.lifted_at, hold.lifted_by = self._act.now, self._act.principal.id
            hold.lift_reason = reason
        left = {one.entry_id for one in holds if one.lifted_at is None}
        for hold in mine:
            entry, line = entries[hold.entry_id]
            entry.held = entry.id in left
            entry.changed_at = self._act.now
            self._events.append(hold_event(self._act, "hold.lifted", line.queue, hold))
        return [hold.entry_id for hold in mine]

    async def _known(self, scope: Scope, source: str | None) -> ScopedHold | None:
        if source is None:
            return None
        organisation = self._act.principal.organisation_id
        known = await self._uow.records.scoped_hold_by_source(organisation, source)
        if known is not None and (known.scope, known.value) != (scope.kind, scope.value):
            error = FieldError("/source_reference", RetryMismatchError.code)
            raise RetryMismatchError(errors=(error,))
        return known

    def _scoped(self, scope: Scope, reason: str, source_reference: str | None) -> ScopedHold:
        act = self._act
        return ScopedHold(
            id=act.tools.new_id(),
            scope=scope.kind.value,
            value=scope.value,
            authority=act.principal.authority,
            reason=reason,
            placed_at=act.now,
            placed_by=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=source_reference,
        )

    def _stop(self, placed: ScopedHold, entry: Entry, line: WaitingLine) -> None:
        hold = hold_under(self._act, placed, entry.id)
        self._uow.add(hold)
        entry.held, entry.changed_at = True, self._act.now
        self._events.append(hold_event(self._act, "hold.placed", line.queue, hold))
        take_back(self._act, entry, line)
        self._events += line.events
        line.events.clear()

    def _tell(self, kind: str, placed: ScopedHold, entries: int) -> None:
        facts = {"hold": str(placed.id), "authority": placed.authority, "scope": placed.scope}
        self._events.append(self._act.event(kind, None, None, None, **facts, entries=entries))

    async def _store(self) -> None:
        await self._uow.flush()
        await self._uow.records.insert_events(self._events)


async def held_from_the_start(
    uow: UnitOfWork, act: Act, queue: Queue, entry_id: UUID, stops: Iterable[UUID]
) -> tuple[list[Hold], list[Mapping[str, Any]]]:
    """Store the holds of a new entry under the scoped ones it meets; return them and the events."""
    placed = await uow.records.scoped_holds(list(stops))
    if not placed:
        return [], []
    holds = [hold_under(act, one, entry_id) for one in placed]
    uow.add(*holds)
    await uow.flush()
    return holds, [hold_event(act, "hold.placed", queue, hold) for hold in holds]


async def meet_holds(uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine) -> None:
    """Stop an entry whose declaration now matches scoped holds; one lifted for it stays lifted."""
    stops = await uow.entries.holds_met(entry)
    if not stops:
        return
    under = {hold.scoped_hold_id for hold in await uow.records.holds([entry.id])}
    new = [stop for stop in stops if stop not in under]
    holds, events = await held_from_the_start(uow, act, queue_of(entry), entry.id, new)
    entry.held = entry.held or bool(holds)
    line.events += events
    if holds:
        take_back(act, entry, line)


def hold_under(act: Act, placed: ScopedHold, entry_id: UUID) -> Hold:
    """Return the hold of one entry under a scoped one."""
    return Hold(
        id=act.tools.new_id(),
        entry_id=entry_id,
        scoped_hold_id=placed.id,
        authority=placed.authority,
        reason=placed.reason,
        placed_at=act.now,
        placed_by=placed.placed_by,
        organisation_id=placed.organisation_id,
    )


def hold_event(act: Act, kind: str, queue: Queue, hold: Hold) -> Mapping[str, Any]:
    """Return the event of a hold on one entry."""
    facts = {"hold": str(hold.id), "authority": hold.authority}
    return act.event(kind, queue, hold.entry_id, None, **facts)
