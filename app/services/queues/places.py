"""Where an entry stands in its queue, and how long that is likely to take."""

from collections.abc import Mapping
from datetime import datetime

from app.domain.queue_order import Bound, bounds, points
from app.domain.sub_queues import Barrier
from app.domain.vocabulary import Lane, Queue, QueueMode, State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.declarations.views import Place
from app.services.queues.closing import exclusion_of
from app.services.queues.expected import expected_wait
from app.services.queues.order import Order, order_of
from app.services.queues.waiting import queue_of, waiting


class Places:
    """Answers "how many are before me?" by index ranges, whatever the length of the queue."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Ask within one transaction."""
        self._uow = uow
        self._today = today

    async def place(self, entry: Entry) -> Place | None:
        """Return the place of an entry that waits, None for any other."""
        # Whoever asks may have read the clock before the entry was last changed.
        self._today = self._today.not_before(entry.changed_at)
        if entry.state == State.QUEUED:
            return await self._in_called_queue(entry)
        if entry.state == State.ARRIVED and entry.waits_from is not None and self._in_order(entry):
            return await self._in_arrival_order(entry, entry.waits_from)
        return None

    def _in_order(self, entry: Entry) -> bool:
        mode = self._today.reference.mode(queue_of(entry), self._today.day)
        return mode is QueueMode.ARRIVAL_ORDER

    async def _in_called_queue(self, entry: Entry) -> Place:
        queue = queue_of(entry)
        clock = self._today.reference.clock(queue).reading(self._today.now)
        order = await order_of(self._uow, self._today, queue)
        edition = await order.edition()
        one = waiting(entry)
        before = bounds(one, edition.rates, clock, strict=edition.strict)
        own = await order.barrier(one.sub_queue)
        ahead = await _ahead(order, before, own)
        return Place(
            place=sum(ahead.values()) + 1,
            ahead={lane.value: count for lane, count in ahead.items()},
            points=points(one, edition.rates, clock),
            open_wait_seconds=self._open_wait(queue, one.waits_from),
            callable=not (entry.held or own) and exclusion_of(self._today, entry) is None,
            expected=await expected_wait(self._uow, self._today, entry),
        )

    async def _in_arrival_order(self, entry: Entry, waits_from: datetime) -> Place:
        queue = queue_of(entry)
        ahead = await self._uow.lines.count_arrived_before(queue, waits_from, entry.id)
        return Place(
            place=ahead + 1,
            ahead={},
            points=None,
            open_wait_seconds=self._open_wait(queue, waits_from),
            callable=not entry.held,
            expected=await expected_wait(self._uow, self._today, entry),
        )

    def _open_wait(self, queue: Queue, waits_from: datetime) -> int:
        return self._today.reference.clock(queue).seconds_between(waits_from, self._today.now)


async def _ahead(
    order: Order, before: Mapping[Lane, Bound], own: Barrier | None
) -> Mapping[Lane, int]:
    """Return how many of each lane would be called first.

    Whom a barrier stops is not counted, but for the entry's own: behind it they wait together.
    """
    ahead = dict.fromkeys(before, 0)
    for (lane, one), many in (await order.count_before(before)).items():
        if await order.barrier(one) in {None, own}:
            ahead[lane] += many
    return ahead
