"""Outages of a gate: one officer reports, another signs; then waits told late count in full."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.errors import (
    FieldError,
    GateNotFoundError,
    OutageNotFoundError,
    OutageUnfitError,
    SecondOfficerNeededError,
)
from app.domain.outages import SignedOutage, counted_from
from app.domain.vocabulary import Direction, Queue
from app.models import Entry, Outage
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.waiting import queue_of

__all__ = ["Outage", "Outages", "since_when"]

DECLARED = ("entry.registered", "entry.amended", "waiting.stopped")
"""What makes an entry ready, or starts its wait anew."""


class Outages:
    """Keeps the times in which a gate could record nothing."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def report(
        self, gate: str, starts_at: datetime, ends_at: datetime, reason: str
    ) -> Outage:
        """Keep an outage that is over; it counts once another officer has signed it.

        Raises:
            GateNotFoundError, OutageUnfitError.
        """
        _ensure_gate(self._act, gate)
        starts_at, ends_at = starts_at.replace(microsecond=0), ends_at.replace(microsecond=0)
        if not starts_at < ends_at <= self._act.now:
            raise OutageUnfitError(errors=(FieldError("/ends_at", OutageUnfitError.code),))
        outage = Outage(
            id=self._act.tools.new_id(),
            gate_code=gate,
            starts_at=starts_at,
            ends_at=ends_at,
            reason=reason,
            reported_at=self._act.now,
            reported_by=self._act.principal.id,
        )
        self._uow.add(outage)
        await self._tell("outage.reported", outage)
        return outage

    async def sign(self, outage_id: UUID) -> Outage:
        """Sign an outage as the second officer; signing again changes nothing.

        Raises:
            OutageNotFoundError.
            SecondOfficerNeededError: it was this one who reported it.
        """
        outage = await self._uow.queues.outage(outage_id)
        if outage is None:
            raise OutageNotFoundError
        if outage.reported_by == self._act.principal.id:
            raise SecondOfficerNeededError
        if outage.signed_by is None:
            outage.signed_by, outage.signed_at = self._act.principal.id, self._act.now
            await self._tell("outage.signed", outage, first_officer=str(outage.reported_by))
        return outage

    async def page(self, gate: str, after: Sequence[Any] | None, limit: int) -> Sequence[Outage]:
        """Return up to `limit` outages of a gate after a cursor, newest first.

        Raises:
            GateNotFoundError.
        """
        _ensure_gate(self._act, gate)
        return await self._uow.queues.outages(gate, after, limit)

    async def _tell(self, kind: str, outage: Outage, **more: str) -> None:
        """Tell of it in the queues of both directions: either may have a wait that rests on it."""
        await self._uow.flush()
        facts = {
            "outage": str(outage.id),
            "starts_at": outage.starts_at.isoformat(),
            "ends_at": outage.ends_at.isoformat(),
            **more,
        }
        events = [
            self._act.event(kind, Queue(outage.gate_code, direction), None, None, **facts)
            for direction in Direction
        ]
        await self._uow.records.insert_events(events)


async def since_when(uow: UnitOfWork, act: Act, entry: Entry, occurred_at: datetime) -> datetime:
    """Return from when the wait of an entry counts that is recorded late; ask under the lock."""
    found = await uow.queues.signed_outages_at(entry.gate_code, occurred_at)
    outages = [SignedOutage(one.starts_at, one.ends_at) for one in found]
    if not outages:
        return act.now
    declared = await uow.records.last_told_at(entry.id, DECLARED)
    rates = await uow.records.rates_changed_at(queue_of(entry))
    floors = (entry.registered_at, declared, rates)
    return counted_from(occurred_at, act.now, outages, filter(None, floors))


def _ensure_gate(today: Today, gate: str) -> None:
    if gate not in today.reference.gates:
        raise GateNotFoundError(gate=gate)
