"""Putting an entry off: it leaves the line with what it has, and a deadline brings it back."""

from uuid import UUID

from app.domain.authorisation import Action
from app.domain.deadlines import DeadlineKind
from app.domain.deferrals import defer
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.queues.due import due
from app.services.queues.joining import join_line


class Deferring:
    """Puts entries off for their companies."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def defer(self, entry_id: UUID, minutes: int) -> Entry:
        """Let a waiting entry stand still for some minutes, as the edition of today offers.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's own.
            NoPolicyInForceError, DeferralNotOfferedError, StepRefusedError, DeferralUsedUpError.
        """
        found = await reached(self._uow, self._act, entry_id, Action.DEFER)
        act, entry, line = await join_line(self._uow, self._act, found)
        offered = act.policy.deferral
        before = await self._uow.deadlines.count_of(entry.id, DeadlineKind.DEFERRAL_END)
        after, until = defer(State(entry.state), offered, before, minutes, act.now)
        await line.leave(entry, why="deferred")
        entry.state, entry.deferred_until, entry.changed_at = after.value, until, act.now
        self._uow.add(due(act, entry, DeadlineKind.DEFERRAL_END, until))
        await self._uow.flush()
        event = act.event("entry.deferred", line.queue, entry.id, until=until.isoformat())
        await self._uow.records.insert_events([*line.events, event])
        return entry
