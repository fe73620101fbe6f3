"""How an entry goes on from state to state: who is in the gate or has ended waits no more."""

from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.declarations.contests import Contests
from app.services.money.posting import Books
from app.services.queues.waiting import WaitingLine, queue_of

USES_GATE = frozenset({State.ARRIVED, State.IN_GATE, State.RELEASED})
"""Who ends from here owes the fee, which is for using the gate."""


class Way:
    """Moves entries on, under the queue's lock and, where they may end, their plate's."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def go_on(self, entry: Entry, line: WaitingLine, after: State, *, why: str) -> None:
        """Set the state of an entry; an ending frees its plate and what it owes for nothing."""
        used = State(entry.state) in USES_GATE or after is State.CROSSED
        ends = after in ENDINGS and entry.ended_at is None
        contests = Contests(self._uow, self._act)
        rivals = await contests.rivals_of(entry) if ends else []
        if entry.queue_key is not None and after not in {State.QUEUED, State.CALLED}:
            await line.leave(entry, why=why)
        entry.state = after.value
        if ends:
            await self._end(entry, used=used)
            line.events += contests.settle(rivals)

    async def may_free_plate(self, entry: Entry) -> bool:
        """Take the plate's lock, which is had before a queue's: so it may only be tried for."""
        if entry.tractor_plate is None:
            return True
        direction = queue_of(entry).direction
        return await self._uow.entries.try_lock_plate(entry.tractor_plate, direction)

    async def _end(self, entry: Entry, *, used: bool) -> None:
        entry.ended_at = self._act.now
        entry.in_position, entry.inside, entry.awaits_place = False, False, False
        entry.yard_code, entry.deferred_until = None, None
        entry.limited_until = entry.limited_to = None
        await self._uow.claims.release(entry.id)
        await self._uow.records.drop_requests(entry.id)
        if not used:
            cancelled = await self._uow.money.cancel_due(entry.id)
            await Books(self._uow, self._act).cancelled(cancelled)
