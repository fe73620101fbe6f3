"""Entries that were never ready in time end by themselves, so that nobody waits for them.

Only a worker ends them. Whoever comes before it has is there, and nothing is lost by that.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.expiry import NOT_READY_IN_TIME
from app.domain.policy import PolicyEdition
from app.domain.steps import Step, step
from app.domain.vocabulary import Queue, State
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.endings import Way
from app.services.queues.waiting import WaitingLine, queue_of

Events = list[Mapping[str, Any]]


def forgotten_before(today: Today) -> datetime | None:
    """Return since when something must have spoken for an entry; None on a day without edition."""
    edition = today.reference.policy_at(today.now)
    if edition is None:
        return None
    return today.reference.begin_of(edition.expiry.ended_before(today.day))


class Expiry:
    """Ends the entries for which nothing has spoken for too long, by the edition in force."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def expire(self, queue: Queue, limit: int) -> tuple[int, Events]:
        """End up to `limit` such entries of a queue, whose lock the caller holds.

        Tell how many were ended, and give the events of it, which the caller stores.
        """
        edition, before = self._act.reference.policy_at(self._act.now), forgotten_before(self._act)
        if edition is None or before is None:
            return 0, []
        found = await self._uow.deadlines.forgotten(queue, before, limit)
        if not found:
            return 0, []
        service = await self._uow.access.service()
        act = replace(self._act, principal=service)
        ended = [await self._end(act, edition, entry, since) for entry, since in found]
        told = [events for events in ended if events is not None]
        return len(told), [event for events in told for event in events]

    async def _end(
        self, act: Act, edition: PolicyEdition, entry_id: UUID, since: datetime
    ) -> Events | None:
        """End one, dated at its instant; None where its plate is being registered right now."""
        entry = await self._uow.entries.locked(entry_id)
        queue = queue_of(entry)
        act = replace(act, now=self._ends_at(edition, since)).not_before(entry.changed_at)
        way, line = Way(self._uow, act), WaitingLine(self._uow, act, queue)
        if not await way.may_free_plate(entry):
            return None
        after = step(State(entry.state), Step.EXPIRE)
        await way.go_on(entry, line, after, why=after.value)
        entry.end_reason = NOT_READY_IN_TIME
        entry.changed_at = max(entry.changed_at, self._act.now)
        await self._uow.flush()
        event = act.event(
            "entry.expired", queue, entry.id,
            reason=NOT_READY_IN_TIME, since=since.isoformat(),
            days=edition.expiry.days, policy=edition.code,
        )  # fmt: skip
        return [{**one, "recorded_at": self._act.now} for one in (*line.events, event)]

    def _ends_at(self, edition: PolicyEdition, since: datetime) -> datetime:
        """Return with which instant an entry ends: not before the edition that says so rules."""
        reference = self._act.reference
        on = edition.expiry.ends_on(reference.day(since))
        return reference.begin_of(max(on, edition.valid.first or on))
