"""The queue rule played again from its events: what anyone needs to check every call.

A plain model without database: events in the order of the log go in, and every call, every points
carried and every rate that the rule would not have given comes out. Order is the order of the
events, never their clocks: a call may read the clock and then wait for the lock.

Units as in `queue_order`: clocks are whole open seconds of the queue, points whole numbers.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
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
    heads,
    key_at,
    points,
)
from app.domain.sub_queues import WHOLE, Barrier, SubQueue
from app.domain.vocabulary import Lane


@dataclass(frozen=True, slots=True)
class Entered:
    """An entry began to wait, or waits again with the points it had when it left."""

    entry: UUID
    lane: Lane
    rate: int
    clock: int
    waits_from: datetime
    carried: int = 0
    charges: int = 0
    sub_queue: SubQueue = WHOLE


@dataclass(frozen=True, slots=True)
class Moved:
    """A waiting or called entry went to another sub-queue; its order stays."""

    entry: UUID
    sub_queue: SubQueue


@dataclass(frozen=True, slots=True)
class Left:
    """An entry waits no more: unready by its own doing (its points stand still), or ended."""

    entry: UUID
    clock: int


@dataclass(frozen=True, slots=True)
class Gone:
    """An entry went to another gate with the points it had earned here; it may come back."""

    entry: UUID
    earned: int


@dataclass(frozen=True, slots=True)
class Brought:
    """An entry came from another gate, with the points it waits with and what holds it."""

    entry: UUID
    carried: int
    causes: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class LaneChanged:
    """A waiting or called entry went to another lane with the points it had earned."""

    entry: UUID
    lane: Lane
    rate: int
    clock: int
    carried: int


@dataclass(frozen=True, slots=True)
class Held:
    """An entry may not be called until `cause` (a hold, a notice) is lifted; it keeps ageing."""

    entry: UUID
    cause: str


@dataclass(frozen=True, slots=True)
class Lifted:
    """One cause for which an entry might not be called is gone."""

    entry: UUID
    cause: str


@dataclass(frozen=True, slots=True)
class Called:
    """An entry was called, while barriers kept whole sub-queues from it.

    `override` is the one by which it was called out of its turn, told before.
    """

    entry: UUID
    clock: int
    barriers: tuple[Barrier, ...] = ()
    override: UUID | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """A called entry waits again: it missed its call at a charge, or the call was withdrawn."""

    entry: UUID
    charges: int = 0


@dataclass(frozen=True, slots=True)
class RatesChanged:
    """Another policy edition holds from this reading of the clock on.

    `overrides` is how many a week it lets two officers make alone, None where that was not told.
    """

    rates: Rates
    clock: int
    strict: Collection[Lane] = NO_LANE
    overrides: int | None = None


Event = (
    Entered
    | Moved
    | Left
    | Gone
    | Brought
    | LaneChanged
    | Held
    | Lifted
    | Overridden
    | Called
    | Returned
    | RatesChanged
)


class Fault(StrEnum):
    """In what an event differs from the rule."""

    CALL = "call"
    OVERRIDE = "override"
    POINTS = "points"
    RATE = "rate"
    NOT_WAITING = "not-waiting"
    WAITS_ALREADY = "waits-already"
    NOT_CALLED = "not-called"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where an event is not what the rule gives: its position, what was due, what was made."""

    position: int
    fault: Fault
    due: UUID | int | None
    made: UUID | int | None


Found = tuple[Fault, UUID | int | None, UUID | int | None]


class WaitingList:
    """Everybody who waits in one queue, and the rule that orders them."""

    __slots__ = (
        "_called", "_causes", "_kept", "_keyed", "_made", "_overrides", "budget", "rates", "strict",
    )  # fmt: skip

    def __init__(self, rates: Rates, *, strict: Collection[Lane] = NO_LANE) -> None:
        """Begin empty, under an edition's rates and strict lanes."""
        self.rates = rates
        self.strict = strict
        self._keyed: dict[UUID, Waiting] = {}
        self._called: set[UUID] = set()
        self._causes: defaultdict[UUID, set[str]] = defaultdict(set)
        self._kept: dict[UUID, int] = {}
        self._overrides: dict[UUID, Overridden] = {}
        self._made: Counter[str] = Counter()
        self.budget: int | None = None

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

    def is_held(self, entry: UUID) -> bool:
        """Tell whether something keeps an entry from being called."""
        return bool(self._causes.get(entry))

    def is_called(self, entry: UUID) -> bool:
        """Tell whether an entry has been called and has not come back or left."""
        return entry in self._called

    def kept(self, entry: UUID) -> int | None:
        """Return the points with which an entry left, None if it never waited here."""
        return self._kept.get(entry)

    def points(self, entry: UUID, clock: int) -> int:
        """Return what an entry that waits or is called has earned."""
        return points(self._keyed[entry], self.rates, clock)

    def enter(self, one: Waiting) -> None:
        """Let an entry wait, with the key it brings."""
        self._keyed[one.id] = one

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

    def bring(self, entry: UUID, carried: int, causes: Iterable[str]) -> None:
        """Expect an entry from another gate, with the points it has and what holds it."""
        self._kept[entry] = carried
        self._causes[entry].update(causes)

    def change_lane(self, entry: UUID, lane: Lane, clock: int) -> None:
        """Move an entry to another lane with the points it has."""
        self._keyed[entry] = change_lane(self._keyed[entry], lane, self.rates, clock)

    def move(self, entry: UUID, sub_queue: SubQueue) -> None:
        """Let an entry wait in another sub-queue."""
        self._keyed[entry] = replace(self._keyed[entry], sub_queue=sub_queue)

    def hold(self, entry: UUID, cause: str) -> None:
        """Let an entry not be called for `cause`; it keeps ageing."""
        self._causes[entry].add(cause)

    def lift(self, entry: UUID, cause: str) -> None:
        """Take one cause away; others still hold."""
        self._causes[entry].discard(cause)

    def due(self, clock: int, barriers: Collection[Barrier] = ()) -> Choice | None:
        """Return whom the rule calls next of those whom no barrier stops."""
        return choose(heads(self.free(barriers)), self.rates, clock, strict=self.strict)

    def free(self, barriers: Collection[Barrier]) -> list[Waiting]:
        """Return everybody who may be called: neither held nor stopped by a barrier."""
        return [one for one in self.callable if not any(it.stops(one.sub_queue) for it in barriers)]

    def override(self, told: Overridden) -> None:
        """Expect an entry to be called out of its turn."""
        self._overrides[told.override] = told

    def is_overridden(self, call: "Called", due: UUID | None) -> bool:
        """Tell whether a call has a complete override, made against whom the rule calls: `due`."""
        told = self._overrides.get(call.override) if call.override else None
        if told is None or (told.entry, told.due) != (call.entry, due):
            return False
        may_be_called = any(one.id == call.entry for one in self.free(call.barriers))
        return may_be_called and told.is_complete(self._made[told.week], self.budget)

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

    def change_rates(self, rates: Rates, clock: int, *, strict: Collection[Lane] = NO_LANE) -> None:
        """Go on under another edition; everybody keeps the points of this reading of the clock."""
        for entry, one in self._keyed.items():
            self._keyed[entry] = change_rates(one, self.rates, rates, clock)
        self.rates, self.strict = rates, strict


def replay(
    events: Iterable[Event], rates: Rates, *, strict: Collection[Lane] = NO_LANE
) -> list[Difference]:
    """Return every difference between a queue's events, in their order, and the rule.

    The list begins empty under `rates`. After a difference it goes on with what was made, so that
    one wrong call is one difference.
    """
    line = WaitingList(rates, strict=strict)
    return [
        Difference(position, fault, due, made)
        for position, event in enumerate(events)
        for fault, due, made in _follow(line, event)
    ]


def _follow(line: WaitingList, event: Event) -> list[Found]:
    """Let an event happen to the list and return in what it differs from the rule."""
    match event:
        case Moved() | Left() | LaneChanged() | Called() | Returned() if event.entry not in line:
            return [(Fault.NOT_WAITING, None, event.entry)]
        case _:
            found = list(_faults(line, event))
            happen(line, event)
            return found


def _faults(line: WaitingList, event: Event) -> Iterator[Found]:
    match event:
        case Entered():
            yield from _entry_faults(line, event)
        case Gone() | Brought() if event.entry in line:
            yield Fault.WAITS_ALREADY, None, event.entry
        case Gone() if line.kept(event.entry) not in {None, event.earned}:
            yield Fault.POINTS, line.kept(event.entry), event.earned
        case LaneChanged():
            yield from _rate_fault(line, event)
            due = line.points(event.entry, event.clock)
            if event.carried != due:
                yield Fault.POINTS, due, event.carried
        case Called():
            yield from _call_fault(line, event)
        case Returned() if not line.is_called(event.entry):
            yield Fault.NOT_CALLED, None, event.entry
        case _:
            pass


def _call_fault(line: WaitingList, event: Called) -> Iterator[Found]:
    choice = line.due(event.clock, event.barriers)
    due = None if choice is None else choice.first.id
    if event.override is not None:
        if not line.is_overridden(event, due):
            yield Fault.OVERRIDE, due, event.entry
    elif due != event.entry:
        yield Fault.CALL, due, event.entry


def _entry_faults(line: WaitingList, event: Entered) -> Iterator[Found]:
    yield from _rate_fault(line, event)
    if event.entry in line:
        yield Fault.WAITS_ALREADY, None, event.entry
    kept, brought = line.kept(event.entry), event.carried - event.charges
    if kept not in {None, brought}:
        yield Fault.POINTS, kept, brought


def _rate_fault(line: WaitingList, event: Entered | LaneChanged) -> Iterator[Found]:
    if event.rate != line.rates[event.lane]:
        yield Fault.RATE, line.rates[event.lane], event.rate


def happen(line: WaitingList, event: Event) -> None:
    """Let an event happen to the list; whoever moves, leaves or is called there must wait in it."""
    match event:
        case Entered():
            key = key_at(event.rate, event.clock, event.carried, event.charges)
            line.enter(Waiting(event.entry, event.lane, key, event.waits_from, event.sub_queue))
        case Moved():
            line.move(event.entry, event.sub_queue)
        case Left():
            line.leave(event.entry, event.clock)
        case LaneChanged():
            line.change_lane(event.entry, event.lane, event.clock)
        case Held():
            line.hold(event.entry, event.cause)
        case Lifted():
            line.lift(event.entry, event.cause)
        case Called():
            line.take(event.entry)
            line.count(event.override)
        case Returned():
            line.put_back(event.entry, event.charges)
        case _:
            _happen_beyond(line, event)


def _happen_beyond(line: WaitingList, event: Gone | Brought | Overridden | RatesChanged) -> None:
    """Let happen what comes from outside the queue: other gates, officers, another edition."""
    match event:
        case Overridden():
            line.override(event)
        case Gone():
            line.go(event.entry)
        case Brought():
            line.bring(event.entry, event.carried, event.causes)
        case _:
            line.change_rates(event.rates, event.clock, strict=event.strict)
            line.budget = event.overrides
