"""Everybody who waits in one queue, in memory: the queue rule without a database.

Units as in `queue_order`: clocks are whole open seconds of the queue, points whole numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from heapq import heappop, heappush
from uuid import UUID

from app.domain.overrides import Overridden
from app.domain.queue_order import (
    NO_LANE,
    Choice,
    Rates,
    Waiting,
    change_lane,
    change_rates,
    charge,
    choose,
    points,
)
from app.domain.sub_queues import Barrier, SubQueue
from app.domain.vocabulary import Lane

Where = tuple[Lane, SubQueue]
Rank = tuple[int, datetime, UUID]


class WaitingList:
    """Everybody who waits in one queue, and the rule that orders them.

    Of each lane and sub-queue the ranks lie in a heap. One that is out of date (its entry is held
    or called, or has another key by now) is left there until it comes up; `_offered` has the ranks
    that are not.
    """

    __slots__ = (
        "_called", "_causes", "_grounds", "_kept", "_keyed", "_made", "_offered", "_overrides",
        "_ranks", "budget", "rates", "strict",
    )  # fmt: skip

    def __init__(self, rates: Rates, *, strict: Collection[Lane] = NO_LANE) -> None:
        """Begin empty, under an edition's rates and strict lanes."""
        self.rates = rates
        self.strict = strict
        self._keyed: dict[UUID, Waiting] = {}
        self._called: set[UUID] = set()
        self._causes: defaultdict[UUID, set[str]] = defaultdict(set)
        self._grounds: dict[UUID, Lane] = {}
        self._kept: dict[UUID, int] = {}
        self._overrides: dict[UUID, Overridden] = {}
        self._made: Counter[str] = Counter()
        self.budget: int | None = None
        self._ranks: defaultdict[Where, list[Rank]] = defaultdict(list)
        self._offered: dict[UUID, tuple[Where, Rank]] = {}

    def __contains__(self, entry: UUID) -> bool:
        """Tell whether an entry has a key: it waits or is called."""
        return entry in self._keyed

    def get(self, entry: UUID) -> Waiting:
        """Return an entry that has a key."""
        return self._keyed[entry]

    @property
    def waiting(self) -> list[Waiting]:
        """Everybody who waits, held or not; a called entry does not."""
        return [one for one in self._keyed.values() if one.id not in self._called]

    @property
    def callable(self) -> list[Waiting]:
        """Everybody who waits and is not held."""
        return [one for one in self.waiting if not self._causes.get(one.id)]

    def without(self, rates: Rates) -> UUID | None:
        """Return the first who has a key in a lane that other rates do not have."""
        return next((one.id for one in self._keyed.values() if one.lane not in rates), None)

    def is_called(self, entry: UUID) -> bool:
        """Tell whether an entry has been called and has not come back or left."""
        return entry in self._called

    def is_held(self, entry: UUID) -> bool:
        """Tell whether something keeps an entry from being called."""
        return bool(self._causes.get(entry))

    def causes(self, entry: UUID) -> Collection[str]:
        """Return what keeps an entry from being called."""
        return self._causes.get(entry, ())

    def kept(self, entry: UUID) -> int:
        """Return the points with which an entry left or came, none if it never waited."""
        return self._kept.get(entry, 0)

    def by_ground(self, entry: UUID) -> Lane | None:
        """Return the lane that an entry's confirmed ground gives it, None without one."""
        return self._grounds.get(entry)

    def confirm_ground(self, entry: UUID, lane: Lane | None) -> None:
        """Let a confirmed ground give an entry a lane, or none any more."""
        self._grounds.pop(entry, None)
        if lane is not None:
            self._grounds[entry] = lane

    def points(self, entry: UUID, clock: int) -> int:
        """Return what an entry that waits or is called has earned."""
        return points(self._keyed[entry], self.rates, clock)

    def enter(self, one: Waiting) -> None:
        """Let an entry wait, with the key it brings."""
        self._keyed[one.id] = one
        self._offer(one.id)

    def leave(self, entry: UUID, clock: int) -> int:
        """Take an entry out, keep its points for its return and give them."""
        self._kept[entry] = self.points(entry, clock)
        self._called.discard(entry)
        del self._keyed[entry]
        return self._kept[entry]

    def go(self, entry: UUID) -> None:
        """Forget an entry, which waits at another gate from now on."""
        self._kept.pop(entry, None)
        self._causes.pop(entry, None)
        self._grounds.pop(entry, None)

    def forget(self, entry: UUID) -> bool:
        """Forget what an entry left with, which does not come back.

        Not while it waits, is held or has a confirmed ground, which may still be taken back. Tell
        whether it is forgotten.
        """
        if entry in self._keyed or entry in self._causes or entry in self._grounds:
            return False
        self._kept.pop(entry, None)
        return True

    def bring(self, entry: UUID, carried: int, causes: Iterable[str]) -> None:
        """Expect an entry from another gate, with the points it has and what holds it."""
        self._kept[entry] = carried
        for cause in causes:
            self.hold(entry, cause)

    def change_lane(self, entry: UUID, lane: Lane, clock: int) -> None:
        """Move an entry to another lane with the points it has."""
        self._keyed[entry] = change_lane(self._keyed[entry], lane, self.rates, clock)
        self._offer(entry)

    def move(self, entry: UUID, sub_queue: SubQueue) -> None:
        """Let an entry wait in another sub-queue."""
        self._keyed[entry] = replace(self._keyed[entry], sub_queue=sub_queue)
        self._offer(entry)

    def hold(self, entry: UUID, cause: str) -> None:
        """Let an entry not be called for `cause`; it keeps ageing."""
        self._causes[entry].add(cause)

    def lift(self, entry: UUID, cause: str) -> None:
        """Take one cause away; others still hold."""
        causes = self._causes[entry]
        causes.discard(cause)
        if not causes:
            del self._causes[entry]
        self._offer(entry)

    def due(self, clock: int, barriers: Collection[Barrier] = ()) -> Choice | None:
        """Return whom the rule calls next of those whom no barrier stops."""
        free = [where for where in self._ranks if not any(it.stops(where[1]) for it in barriers)]
        heads = [head for where in free if (head := self._head(where)) is not None]
        return choose(heads, self.rates, clock, strict=self.strict)

    def override(self, told: Overridden) -> None:
        """Expect an entry to be called out of its turn."""
        self._overrides[told.override] = told

    def is_overridden(
        self, entry: UUID, override: UUID, due: UUID | None, barriers: Collection[Barrier]
    ) -> bool:
        """Tell whether an override is complete, and made against whom the rule calls: `due`."""
        told = self._overrides.get(override)
        if told is None or (told.entry, told.due) != (entry, due):
            return False
        one = self._callable(entry)
        if one is None or any(barrier.stops(one.sub_queue) for barrier in barriers):
            return False
        return told.is_complete(self._made[told.week], self.budget)

    def count(self, override: UUID | None) -> None:
        """Count an override that has been made in its week; it calls once."""
        told = self._overrides.pop(override, None) if override else None
        if told is not None:
            self._made[told.week] += 1

    def call(self, clock: int, barriers: Collection[Barrier] = ()) -> Choice | None:
        """Call whom the rule calls next; None where nobody may be called."""
        choice = self.due(clock, barriers)
        if choice is not None:
            self.take(choice.first.id)
        return choice

    def take(self, entry: UUID) -> None:
        """Count an entry as called, whether or not it was due."""
        self._called.add(entry)

    def put_back(self, entry: UUID, charges: int = 0) -> None:
        """Let a called entry wait again: it never stopped ageing, and pays `charges`."""
        self._called.discard(entry)
        self._keyed[entry] = charge(self._keyed[entry], charges)
        self._offer(entry)

    def change_rates(self, rates: Rates, clock: int, *, strict: Collection[Lane] = NO_LANE) -> None:
        """Go on under another edition; everybody keeps the points of this reading of the clock.

        Raises:
            KeyError: somebody waits in a lane that the edition does not have.
        """
        for entry, one in self._keyed.items():
            self._keyed[entry] = change_rates(one, self.rates, rates, clock)
            self._offer(entry)
        self.rates, self.strict = rates, strict

    def _offer(self, entry: UUID) -> None:
        """Let the rank that an entry has now stand in its heap, where it may be called."""
        one = self._callable(entry)
        if one is not None and self._offered.get(entry) != (place := _rank(one)):
            self._offered[entry] = place
            heappush(self._ranks[place[0]], place[1])

    def _head(self, where: Where) -> Waiting | None:
        """Return the first of a lane and sub-queue that may be called, None where nobody may."""
        ranks = self._ranks[where]
        while ranks:
            entry = ranks[0][-1]
            one = self._callable(entry)
            if one is not None and _rank(one) == (where, ranks[0]):
                return one
            if self._offered.get(entry) == (where, ranks[0]):
                del self._offered[entry]
            heappop(ranks)
        return None

    def _callable(self, entry: UUID) -> Waiting | None:
        is_kept = entry in self._called or self._causes.get(entry)
        return None if is_kept else self._keyed.get(entry)


def _rank(one: Waiting) -> tuple[Where, Rank]:
    """Return where an entry stands: the lower is called first of its lane and sub-queue."""
    return (one.lane, one.sub_queue), (one.key, one.waits_from, one.id)
