"""A queue as its officers see it: who is next and why, who may not be called, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.gates import Route
from app.domain.log.retelling import HELD
from app.domain.notices import Notice
from app.domain.occupancy import free_places, inside_yards
from app.domain.open_clock import OpenClock
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Waiting, in_order, points
from app.domain.vocabulary import Queue, QueueMode
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.barriers import Barriers
from app.services.queues.calling import queue_at
from app.services.queues.closing import exclusion_of
from app.services.queues.notice_limits import used_up
from app.services.queues.waiting import kept_edition

Stopped = tuple[str, str | None]
"""Why one who waits may not be called now, as skips tell it, and by whose word."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One who waits, at a place; waits are open seconds, rate and points None without calls."""

    place: int
    entry: Entry
    waited: int
    rate: int | None = None
    points: int | None = None
    stop: Stopped | None = None


@dataclass(frozen=True, slots=True)
class RouteUse:
    """How many vehicles of its day's capacity a route has had."""

    route: Route
    capacity: int
    used: int


@dataclass(frozen=True, slots=True)
class Line:
    """Who waits in a queue from a place on, and which places and routes are left.

    `free`: for how many there is a place inside the gate; None where no capacity is known.
    """

    queue: Queue
    mode: QueueMode
    policy: str
    clock: int
    as_of: datetime
    count: int
    placed: Sequence[Placed]
    free: int | None
    routes: Sequence[RouteUse]


class Lines:
    """Reads a queue as it is, without its lock: a look holds for its moment."""

    def __init__(self, uow: UnitOfWork, today: Today, queue: Queue) -> None:
        """Work within one transaction that only reads."""
        self._uow = uow
        self._today = today
        self._queue = queue
        self._barriers = Barriers(uow, today, queue)

    async def line(self, place: int, limit: int) -> Line:
        """Return up to `limit` who wait, from a place on.

        Raises:
            GateNotFoundError, QueueNotFoundError.
        """
        mode = queue_at(self._today, self._queue)
        edition = await kept_edition(self._uow, self._today, self._queue)
        part = slice(place - 1, place - 1 + limit)
        look = self._called if mode is QueueMode.CALLED else self._as_they_came
        count, placed = await look(edition, part)
        return Line(
            self._queue,
            mode,
            edition.code,
            self._clock.reading(self._today.now),
            self._today.now,
            count,
            placed,
            await self._free(),
            await self._uses(),
        )

    async def _called(self, edition: PolicyEdition, part: slice) -> tuple[int, Sequence[Placed]]:
        """Return how many wait to be called, and those of a part in the order of calls."""
        everybody = await self._uow.lines.ranks(self._queue)
        clock = self._clock.reading(self._today.now)
        order = in_order(everybody, edition.rates, clock, strict=edition.strict)
        entries = await self._uow.lines.of([one.id for one in order[part]])
        limits = await used_up(self._uow, self._today, self._queue)
        found = [
            Placed(
                place,
                entries[one.id],
                self._waited(one.waits_from),
                edition.rates[one.lane],
                points(one, edition.rates, clock),
                await self._stop(one, entries[one.id], limits),
            )
            for place, one in enumerate(order[part], part.start + 1)
        ]
        return len(order), found

    async def _as_they_came(self, _: PolicyEdition, part: slice) -> tuple[int, Sequence[Placed]]:
        """Return how many have come and are not let in, and those of a part as they came."""
        came = await self._uow.lines.in_arrival_order(self._queue)
        found = [
            Placed(place, entry, self._waited(entry.waits_from or self._today.now))
            for place, entry in enumerate(came[part], part.start + 1)
        ]
        return len(came), found

    async def _stop(self, one: Waiting, entry: Entry, limits: Sequence[Notice]) -> Stopped | None:
        """Return why one who waits is not called now, and by whose word; None: it may be."""
        if entry.held:
            return HELD, None
        exclusion = exclusion_of(self._today, entry, limits)
        if exclusion is not None:
            return exclusion.reason, exclusion.posted_by
        barrier = await self._barriers.before(one.sub_queue)
        return (barrier.reason.value, barrier.posted_by) if barrier else None

    async def _free(self) -> int | None:
        """Return for how many more there is a place inside the gate; None: no yard is known."""
        yards = inside_yards(self._today.reference.yards.values(), self._queue.gate)
        if not yards:
            return None
        codes = [yard.code for yard in yards]
        standing, kept = await self._uow.yards.places_taken(self._queue.gate, codes)
        return max(0, free_places(yards, standing, kept))

    async def _uses(self) -> Sequence[RouteUse]:
        """Return what the routes have had today whose capacity is known."""
        since = self._today.reference.day_begins(self._today.now)
        routes = self._today.reference.gates[self._queue.gate].routes
        return [
            RouteUse(
                route,
                most,
                await self._uow.queues.count_standing(self._queue, since, route=route.code),
            )
            for route in routes
            if (most := route.capacity(self._today.day)) is not None
        ]

    @property
    def _clock(self) -> OpenClock:
        return self._today.reference.clock(self._queue)

    def _waited(self, since: datetime) -> int:
        return max(0, self._clock.seconds_between(since, self._today.now))
