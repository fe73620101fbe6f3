"""Overrides: one officer proposes a call out of turn, another confirms; past the budget the board.

Confirming and approving happen under the queue's exclusive lock, so of two officers at once one
makes the call, and the last place of a week's budget is given once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from app.domain.errors import (
    EntryNotFoundError,
    OverrideLapsedError,
    OverrideNotConfirmedError,
    OverrideNotFoundError,
    OverrideRefusedError,
    QueueCallsNobodyError,
    SecondOfficerNeededError,
    UnknownCodeError,
)
from app.domain.overrides import OverrideRefusal, OverrideState, is_reason, needs_board, week_of
from app.domain.vocabulary import Direction, Queue, QueueMode, State
from app.models import Override
from app.repositories.overrides import Told
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.calling import Calling, queue_at
from app.services.queues.waiting import queue_of

__all__ = ["Override", "Overrides", "OverridesMade", "Told", "overrides_made", "state_of"]

REASON: Final = "/reason"


@dataclass(frozen=True, slots=True)
class OverridesMade:
    """What everybody may know of a queue's overrides: a page of them, and how many."""

    page: Sequence[Told]
    week: date
    this_week: int
    budget: int
    by_reason: Mapping[str, int]


def state_of(override: Override, today: Today) -> OverrideState:
    """Return how far an override is on a legal day."""
    if override.made_at is not None:
        return OverrideState.MADE
    if override.proposed_on != today.day:
        return OverrideState.LAPSED
    return OverrideState.CONFIRMED if override.confirmed_at else OverrideState.PROPOSED


async def overrides_made(
    uow: UnitOfWork, today: Today, queue: Queue, after: Sequence[Any] | None, limit: int
) -> OverridesMade:
    """Return up to `limit` overrides of a queue that were made, after a cursor, newest first.

    Raises:
        GateNotFoundError, QueueNotFoundError.
    """
    queue_at(today, queue)
    week = week_of(today.day)
    return OverridesMade(
        page=await uow.overrides.page(queue, after, limit, made=True),
        week=week,
        this_week=await uow.overrides.count_made(queue, week),
        budget=today.policy.override_budget,
        by_reason=await uow.overrides.count_by_reason(queue),
    )


class Overrides:
    """Keeps who stands behind a call out of turn, and makes it."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def propose(self, queue: Queue, entry_id: UUID, reason: str) -> Told:
        """Propose that a waiting vehicle be called next; nothing happens before another confirms.

        Raises:
            GateNotFoundError, QueueNotFoundError, QueueCallsNobodyError, UnknownCodeError.
            EntryNotFoundError: no such entry in this queue.
            OverrideRefusedError: it does not wait.
        """
        if queue_at(self._act, queue) is not QueueMode.CALLED:
            raise QueueCallsNobodyError(gate=queue.gate)
        if not is_reason(reason, self._act.day, self._act.reference.override_reasons):
            raise UnknownCodeError.at(REASON, reason)
        entry = await self._uow.entries.by_id(entry_id)
        if entry is None or queue_of(entry) != queue:
            raise EntryNotFoundError
        if State(entry.state) is not State.QUEUED:
            raise OverrideRefusedError.because(OverrideRefusal.NOT_WAITING)
        override = Override(
            id=self._act.tools.new_id(),
            entry_id=entry.id,
            gate_code=queue.gate,
            direction=queue.direction.value,
            reason=reason,
            proposed_on=self._act.day,
            proposed_at=self._act.now,
            proposed_by=self._act.principal.id,
        )
        self._uow.add(override)
        await self._tell("override.proposed", override, self._act)
        return await self._uow.overrides.told(override.id)

    async def confirm(self, override_id: UUID) -> Told:
        """Confirm as the second officer: within the week's budget the vehicle is called.

        Past it the override waits for the board. Confirming again changes nothing.

        Raises:
            OverrideNotFoundError, OverrideLapsedError, and what `Calling.call_out_of_turn` raises.
            SecondOfficerNeededError: it was this one who proposed it.
        """
        override, calling, act = await self._begin(override_id)
        if override.proposed_by == act.principal.id:
            raise SecondOfficerNeededError
        if override.confirmed_by is not None:
            return await self._uow.overrides.told(override.id)
        override.confirmed_by, override.confirmed_at = act.principal.id, act.now
        await self._tell("override.confirmed", override, act)
        number = await self._number(override, act)
        if not needs_board(number, act.policy.override_budget):
            await self._make(override, number, calling, act)
        return await self._uow.overrides.told(override.id)

    async def approve(self, override_id: UUID) -> Told:
        """Approve for the board an override past the week's budget: the vehicle is called.

        Raises:
            OverrideNotFoundError, OverrideLapsedError, and what `Calling.call_out_of_turn` raises.
            OverrideNotConfirmedError: no second officer has confirmed it.
            SecondOfficerNeededError: it was this one who proposed or confirmed it.
        """
        override, calling, act = await self._begin(override_id)
        if override.confirmed_by is None:
            raise OverrideNotConfirmedError
        if act.principal.id in (override.proposed_by, override.confirmed_by):
            raise SecondOfficerNeededError
        if override.made_at is not None:
            return await self._uow.overrides.told(override.id)
        override.approved_by, override.approved_at = act.principal.id, act.now
        await self._tell("override.approved", override, act)
        await self._make(override, await self._number(override, act), calling, act)
        return await self._uow.overrides.told(override.id)

    async def page(self, queue: Queue, after: Sequence[Any] | None, limit: int) -> Sequence[Told]:
        """Return up to `limit` overrides of a queue, proposals too, the last proposed first.

        Raises:
            GateNotFoundError, QueueNotFoundError.
        """
        queue_at(self._act, queue)
        return await self._uow.overrides.page(queue, after, limit)

    async def _begin(self, override_id: UUID) -> tuple[Override, Calling, Act]:
        """Take the queue's exclusive lock, then the override as it is now."""
        found = await self._uow.overrides.get(override_id)
        if found is None:
            raise OverrideNotFoundError
        calling = Calling(self._uow, self._act, _queue(found))
        act = await calling.begin()
        override = await self._uow.overrides.get(override_id)
        assert override is not None
        if state_of(override, act) is OverrideState.LAPSED:
            raise OverrideLapsedError
        return override, calling, act

    async def _number(self, override: Override, act: Act) -> int:
        """Return the number, in its queue and week, of the next override; ask under the lock."""
        return await self._uow.overrides.count_made(_queue(override), week_of(act.day)) + 1

    async def _make(self, override: Override, number: int, calling: Calling, act: Act) -> None:
        override.number, override.week_on = number, week_of(act.day)
        override.made_at = act.now
        call = await calling.call_out_of_turn(override)
        override.made_at = call.called_at
        await self._uow.flush()

    async def _tell(self, kind: str, override: Override, act: Act) -> None:
        await self._uow.flush()
        facts = {"override": str(override.id), "reason": override.reason}
        event = act.event(kind, _queue(override), override.entry_id, None, **facts)
        await self._uow.records.insert_events([event])


def _queue(override: Override) -> Queue:
    return Queue(override.gate_code, Direction(override.direction))
