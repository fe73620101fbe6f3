"""Rules that say who is called next; each gets the same trucks at the same readings.

`ByPoints` is the product itself: the waiting list with which anybody replays its calls. The others
are what gates do elsewhere.
"""

from collections import deque
from collections.abc import Callable, Collection
from datetime import datetime
from heapq import heappop, heappush
from typing import Protocol
from uuid import UUID

from app.domain.queue_order import NO_LANE, Rates, Waiting, key_at
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList
from benchmarks.simulation.traffic import MIX, PRODUCE, Truck

TURNS = (Lane.GREEN, *[Lane.ORDINARY] * 7)
"""Of eight calls one is for produce: 1-1-1-5, of whose four classes two do not come here."""

Rank = tuple[int, datetime, UUID]


class Rule(Protocol):
    """A queue under one rule."""

    def __len__(self) -> int:
        """Tell how many wait."""
        ...

    def enter(self, truck: Truck) -> None:
        """Let a truck wait from now on."""
        ...

    def call(self, clock: int) -> Truck:
        """Return whom the rule calls at a reading of the open clock; somebody waits."""
        ...


class ByPoints:
    """Ours: accumulating priority, at the rates of an edition."""

    def __init__(self, rates: Rates, *, strict: Collection[Lane] = NO_LANE) -> None:
        """Begin with nobody."""
        self._line = WaitingList(rates, strict=strict)
        self._trucks: dict[UUID, Truck] = {}

    def __len__(self) -> int:
        """Tell how many wait."""
        return len(self._trucks)

    def enter(self, truck: Truck) -> None:
        """Let a truck wait with the key that the service would store."""
        key = key_at(self._line.rates[truck.lane], truck.clock)
        self._line.enter(Waiting(truck.id, truck.lane, key, truck.waits_from))
        self._trucks[truck.id] = truck

    def call(self, clock: int) -> Truck:
        """Call whom the service would call; it goes to the gate at once."""
        choice = self._line.call(clock)
        if choice is None:
            message = "nobody waits"
            raise IndexError(message)
        self._line.leave(choice.first.id, clock)
        return self._trucks.pop(choice.first.id)


class ByRank:
    """The lowest rank is called, and no waiting changes it."""

    def __init__(self, rank: Callable[[Truck], Rank]) -> None:
        """Begin with nobody."""
        self._rank = rank
        self._waiting: list[tuple[Rank, Truck]] = []

    def __len__(self) -> int:
        """Tell how many wait."""
        return len(self._waiting)

    def enter(self, truck: Truck) -> None:
        """Let a truck wait."""
        heappush(self._waiting, (self._rank(truck), truck))

    def call(self, _clock: int) -> Truck:
        """Call whoever has the lowest rank."""
        return heappop(self._waiting)[1]


class ByTurns:
    """A fixed share of the calls is for produce; a turn that nobody takes is the others'."""

    def __init__(self) -> None:
        """Begin with nobody."""
        self._turn = 0
        self._produce: deque[Truck] = deque()
        self._others: deque[Truck] = deque()

    def __len__(self) -> int:
        """Tell how many wait."""
        return len(self._produce) + len(self._others)

    def enter(self, truck: Truck) -> None:
        """Let a truck wait among its like."""
        (self._produce if truck.lane in PRODUCE else self._others).append(truck)

    def call(self, _clock: int) -> Truck:
        """Call the first of those whose turn it is."""
        produce_first = TURNS[self._turn % len(TURNS)] in PRODUCE
        self._turn += 1
        first, second = self._produce, self._others
        if not produce_first:
            first, second = second, first
        return (first or second).popleft()


def first_come() -> Rule:
    """Return the rule that goes by the start of waiting alone."""
    return ByRank(lambda truck: (0, truck.waits_from, truck.id))


def strict_priority() -> Rule:
    """Return the rule that calls a faster lane whenever one of it waits."""
    lanes = [*MIX]
    return ByRank(lambda truck: (lanes.index(truck.lane), truck.waits_from, truck.id))


def first_registered() -> Rule:
    """Return the rule of slot systems: who clicked first goes first, once it is there."""
    return ByRank(lambda truck: (0, truck.registered_at, truck.id))
