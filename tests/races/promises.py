"""What the public is promised of every call, looked for in the stored events alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from uuid import UUID

from app.domain.log.retelling import Told, replayed
from app.domain.replay import (
    Brought,
    Called,
    Entered,
    Event,
    Gone,
    Held,
    LaneChanged,
    Left,
    Lifted,
    Moved,
    Returned,
)
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Lane

RATES: Mapping[Lane, int] = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}


@dataclass
class Waiter:
    """Somebody who waits: `plain` while no lane change and no stop has touched what it earned."""

    entered: Entered
    where: SubQueue
    plain: bool = True


class Promises:
    """Follows events and says which call broke which promise.

    * Never before one of its own lane that began to wait earlier, nor before one of a faster lane
      that has waited at least as many open seconds.
    * A faster lane passes a slower one only after at least its share of the other's open wait.

    Whom a hold or a barrier keeps from being called is passed by everybody; whom two officers let
    be called out of its turn passes everybody.
    """

    def __init__(self) -> None:
        self.waiting: dict[UUID, Waiter] = {}
        self.touched: set[UUID] = set()
        self.holds: dict[UUID, set[str]] = {}
        self.called: dict[UUID, Waiter] = {}

    def broken(self, event: Event) -> list[str]:
        """Let an event happen and return the promises it breaks."""
        match event:
            case Entered():
                plain = event.entry not in self.touched
                self.waiting[event.entry] = Waiter(event, event.sub_queue, plain)
            case Moved():
                for line in (self.waiting, self.called):
                    if event.entry in line:
                        line[event.entry].where = event.sub_queue
            case Left() | LaneChanged():
                self.touched.add(event.entry)
                # Who changes its lane while it is called may miss the call and wait again.
                waiter = self.waiting.get(event.entry) or self.called.get(event.entry)
                if isinstance(event, Left):
                    self.waiting.pop(event.entry, None)
                elif waiter is not None:
                    waiter.plain = False
            case Called():
                first = self.called[event.entry] = self.waiting.pop(event.entry)
                by_rule = first.plain and event.override is None
                return list(self._of_call(first, event)) if by_rule else []
            case Returned():
                # Who was charged waits on, but no longer by its wait alone.
                back = self.waiting[event.entry] = self.called.pop(event.entry)
                back.plain = back.plain and event.charges == 0
            case _:
                self._hold(event)
        return []

    def _hold(self, event: Event) -> None:
        """Keep by what an entry is held, also of one that comes from another gate."""
        match event:
            case Held():
                self.holds.setdefault(event.entry, set()).add(event.cause)
            case Lifted():
                self.holds.setdefault(event.entry, set()).discard(event.cause)
            case Brought():
                self.touched.add(event.entry)
                self.holds.setdefault(event.entry, set()).update(event.causes)
            case Gone():
                self.holds.pop(event.entry, None)
            case _:
                pass

    def _of_call(self, first: Waiter, call: Called) -> Iterator[str]:
        called, clock = first.entered, call.clock
        wait = clock - called.clock
        if wait < 0:
            yield f"{called.entry} called {-wait} s before it began to wait"
        for other in self.waiting.values():
            entered = other.entered
            is_kept = any(barrier.stops(other.where) for barrier in call.barriers)
            if not other.plain or self.holds.get(entered.entry) or is_kept:
                continue
            waited = clock - entered.clock
            if _inverted(called, entered, waited - wait):
                yield f"{called.entry} called after {wait} s before {entered.entry} of {waited} s"
            if RATES[called.lane] > RATES[entered.lane] and wait * called.rate < (
                waited * entered.rate
            ):
                yield f"{called.entry} passed {entered.entry} of {waited} s after {wait} s"


def _inverted(called: Entered, other: Entered, longer: int) -> bool:
    if called.lane is other.lane:
        return other.waits_from < called.waits_from
    return RATES[other.lane] > RATES[called.lane] and longer >= 0


def broken_promises(told: Sequence[Told]) -> list[str]:
    """Return every promise that some call broke."""
    promises = Promises()
    return [broken for event in replayed(told) for broken in promises.broken(event)]


def out_of_time(told: Sequence[Told]) -> list[str]:
    """Return where time went back although events went on: past a call, or for one entry."""
    last_call = 0
    last: dict[UUID | None, int] = {}
    found: list[str] = []
    for kind, entry, data in told:
        clock = data.get("clock")
        if clock is None:
            continue
        if clock < max(last_call, last.get(entry, 0)):
            found.append(f"{kind} of {entry} at {clock}")
        last[entry] = clock
        if kind == "call.made":
            last_call = clock
    return found


def mixed(told: Sequence[Told]) -> int:
    """Return between how many pairs of calls somebody else changed the queue's order."""
    numbers = [at for at, (kind, _, _) in enumerate(told) if kind == "call.made"]
    return sum(later - earlier > 1 for earlier, later in pairwise(numbers))
