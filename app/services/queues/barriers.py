"""What keeps whole sub-queues from being called now: the first barrier that a chosen entry meets.

Barriers are asked for only when the rule has chosen somebody whom they may stop, so a call that
meets none asks nothing more.
"""

from app.domain.sub_queues import Barrier, BarrierKind, SubQueue
from app.domain.vocabulary import Queue, Role
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today

# Whose word the capacities of the gates' routes are.
POSTS_CAPACITIES = Role.BOARD.value


class Barriers:
    """Tells what bars the sub-queues of one queue; for a call, ask under the queue's lock."""

    def __init__(self, uow: UnitOfWork, today: Today, queue: Queue) -> None:
        """Ask within one transaction."""
        self._uow = uow
        self._today = today
        self._queue = queue
        self._known: dict[str, Barrier | None] = {}

    async def before(self, one: SubQueue) -> Barrier | None:
        """Return what keeps the entries of a sub-queue from being called now, or None."""
        if one.route is None:
            return None
        if one.route not in self._known:
            self._known[one.route] = await self._route_used_up(one.route)
        return self._known[one.route]

    async def _route_used_up(self, code: str) -> Barrier | None:
        """Return the barrier of a route that has had as many calls today as it takes vehicles."""
        today = self._today
        route = today.reference.gates[self._queue.gate].route(code)
        capacity = route.capacity(today.day) if route else None
        if capacity is None:
            return None
        since = today.reference.day_begins(today.now)
        if await self._uow.queues.count_bound(self._queue, code, since) < capacity:
            return None
        return Barrier(BarrierKind.ROUTE_USED_UP, code, POSTS_CAPACITIES)
