"""A queue's order: as the rows have it, or as a process read it a moment ago for all who look.

Whoever acts is told from the rows. Drivers who only look are many, and read the same queue: once a
second it is asked for all of them whether it changed, and read where it did. Each place is a search
in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.policy import PolicyEdition
from app.domain.queue_order import Bound
from app.domain.ranking import Ranking
from app.domain.sub_queues import Barrier, SubQueue
from app.domain.vocabulary import Lane, Queue
from app.repositories.forecasts import Mark
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.barriers import Barriers
from app.services.queues.waiting import edition_of, kept_edition

Counts = Mapping[tuple[Lane, SubQueue], int]


class Order(Protocol):
    """What a place is found from."""

    async def edition(self) -> PolicyEdition:
        """Return the edition under which the keys of the queue stand."""

    async def count_before(self, bounds: Mapping[Lane, Bound]) -> Counts:
        """Return how many may be called and stand before a place, per lane and sub-queue."""

    async def barrier(self, one: SubQueue) -> Barrier | None:
        """Return what keeps a sub-queue from being called now, or None."""


async def order_of(uow: UnitOfWork, today: Today, queue: Queue) -> Order:
    """Return the order of a queue: the kept one where whoever asks only looks, else the rows'."""
    kept, key = today.orders, (queue, today.reference.revision)
    if kept is None:
        return StoredOrder(uow, today, queue)
    order: KeptOrder | None = kept.get(key)
    if order is not None:
        return order
    async with kept.turn:
        order = kept.get(key) or await _read(uow, today, queue, kept.last(key))
        kept.put(key, order)
    return order


class StoredOrder:
    """The order as the rows have it now."""

    def __init__(self, uow: UnitOfWork, today: Today, queue: Queue) -> None:
        """Ask within one transaction."""
        self._uow = uow
        self._today = today
        self._queue = queue
        self._barriers = Barriers(uow, today, queue)

    async def edition(self) -> PolicyEdition:
        """Return the edition of the keys."""
        return await kept_edition(self._uow, self._today, self._queue)

    async def count_before(self, bounds: Mapping[Lane, Bound]) -> Counts:
        """Return the counts of index ranges."""
        return await self._uow.lines.count_before(self._queue, bounds)

    async def barrier(self, one: SubQueue) -> Barrier | None:
        """Return what the notices, calls and movements of now come to."""
        return await self._barriers.before(one)


@dataclass(frozen=True, slots=True)
class KeptOrder:
    """The order as it was a moment ago; `mark` tells whether the queue is still the same."""

    mark: Mark
    edition_code: str | None
    kept_edition: PolicyEdition
    ranking: Ranking
    barriers: Mapping[SubQueue, Barrier | None]

    async def edition(self) -> PolicyEdition:
        """Return the edition of the keys."""
        return self.kept_edition

    async def count_before(self, bounds: Mapping[Lane, Bound]) -> Counts:
        """Return what a search finds."""
        return self.ranking.count_before(bounds)

    async def barrier(self, one: SubQueue) -> Barrier | None:
        """Return what was found; who is the first of a sub-queue hears of it a moment later."""
        return self.barriers.get(one)


async def _read(uow: UnitOfWork, today: Today, queue: Queue, last: KeptOrder | None) -> KeptOrder:
    """Return the order as it is, from the one before where nobody came, went or moved since.

    What bars parts of it is looked at each time: that follows calls, movements and the clock.
    """
    mark = await uow.forecasts.mark(queue)  # before the rows, so that what changes between is seen
    if last is not None and last.mark == mark:
        code, ranking = last.edition_code, last.ranking
    else:
        line_up = await uow.forecasts.waiting(queue)
        code, ranking = line_up.edition, Ranking(line_up.callable)
    barriers = Barriers(uow, today, queue)
    before = {one: await barriers.before(one) for one in ranking.sub_queues}
    return KeptOrder(mark, code, edition_of(today, code), ranking, before)
