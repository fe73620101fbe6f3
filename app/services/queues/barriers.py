"""What keeps whole sub-queues from being called now: the first barrier that a chosen entry meets.

Barriers are asked for only when the rule has chosen somebody whom they may stop, so a call that
meets none asks nothing more.
"""

from typing import Final

from app.domain.notices import LIMITS, NoticeKind
from app.domain.occupancy import free_places, inside_yards
from app.domain.sub_queues import WHOLE, Barrier, BarrierKind, SubQueue
from app.domain.vocabulary import Queue, Role
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.notice_limits import is_used_up

# Whose word the capacities of the gates' routes are, and whose the movements in yards.
POSTS_CAPACITIES = Role.BOARD.value
POSTS_MOVEMENTS = Role.YARD.value
_BY_NOTICE: Final = {
    NoticeKind.CLOSURE: BarrierKind.ROUTE_CLOSED,
    NoticeKind.PAUSE: BarrierKind.ROUTE_PAUSED,
    NoticeKind.CAPACITY: BarrierKind.ROUTE_CAPACITY,
    NoticeKind.COUNTERPART_LIMIT: BarrierKind.ROUTE_COUNTERPART_LIMIT,
}


class Barriers:
    """Tells what bars the sub-queues of one queue; for a call, ask under the queue's lock."""

    def __init__(self, uow: UnitOfWork, today: Today, queue: Queue) -> None:
        """Ask within one transaction."""
        self._uow = uow
        self._today = today
        self._queue = queue
        self._known: dict[SubQueue, Barrier | None] = {}

    async def before(self, one: SubQueue) -> Barrier | None:
        """Return what keeps the entries of a sub-queue from being called now, or None."""
        by_route, by_place = SubQueue(one.route, inside=True), SubQueue(None, one.inside)
        return await self._once(by_route) or await self._once(by_place)

    async def _once(self, one: SubQueue) -> Barrier | None:
        if one not in self._known:
            self._known[one] = await self._ask(one)
        return self._known[one]

    async def _ask(self, one: SubQueue) -> Barrier | None:
        if one.route is not None:
            return await self._by_notice(one.route) or await self._route_used_up(one.route)
        return await self._yards_full() if one == WHOLE else None

    async def _yards_full(self) -> Barrier | None:
        """Return the barrier of a gate in whose yards there is no place for one more."""
        gate = self._queue.gate
        yards = inside_yards(self._today.reference.yards.values(), gate)
        if not yards:
            return None
        standing, kept = await self._uow.yards.places_taken(gate, [yard.code for yard in yards])
        if free_places(yards, standing, kept) > 0:
            return None
        return Barrier(BarrierKind.YARDS_FULL, None, POSTS_MOVEMENTS)

    async def _by_notice(self, code: str) -> Barrier | None:
        """Return the barrier of the first notice that stops a route, or whose limit is used up."""
        today = self._today
        for notice in today.reference.notices.barring(self._queue, code, today.now):
            limits = notice.kind in LIMITS
            if not limits or await is_used_up(self._uow, today, self._queue, notice):
                kind = _BY_NOTICE[notice.kind]
                return Barrier(kind, code, notice.posted_by, notice=str(notice.id))
        return None

    async def _route_used_up(self, code: str) -> Barrier | None:
        """Return the barrier of a route that has had as many calls today as it takes vehicles."""
        today = self._today
        route = today.reference.gates[self._queue.gate].route(code)
        capacity = route.capacity(today.day) if route else None
        if capacity is None:
            return None
        since = today.reference.day_begins(today.now)
        if await self._uow.queues.count_standing(self._queue, since, route=code) < capacity:
            return None
        return Barrier(BarrierKind.ROUTE_USED_UP, code, POSTS_CAPACITIES)
