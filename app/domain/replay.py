"""The queue rule played again from its events: what anyone needs to check every call.

A plain model without database: events in the order of the log go in, and every call, every points
carried and every rate that the rule would not have given comes out. Order is the order of the
events, never their clocks: a call may read the clock and then wait for the lock.

Units as in `queue_order`: clocks are whole open seconds of the queue, points whole numbers.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from app.domain.overrides import Overridden
from app.domain.queue_order import NO_LANE, Rates, Waiting, key_at
from app.domain.sub_queues import WHOLE, Barrier, SubQueue
from app.domain.vocabulary import BASIC_LANES, Lane
from app.domain.waiting_list import WaitingList


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
    """An entry waits no more: unready by its own doing (its points stand still), or ended.

    `carried` is what it is told to have earned, None where that was not told.
    """

    entry: UUID
    clock: int
    carried: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """An entry went to another gate with the points it had earned here; it may come back."""

    entry: UUID
    earned: int


@dataclass(frozen=True, slots=True)
class Brought:
    """An entry came from another gate, with the points it waits with and what holds it.

    `by_ground` is the lane that its confirmed ground gives it, None without one.
    """

    entry: UUID
    carried: int
    causes: Collection[str] = ()
    by_ground: Lane | None = None


@dataclass(frozen=True, slots=True)
class LaneChanged:
    """A waiting or called entry went to another lane with the points it had earned."""

    entry: UUID
    lane: Lane
    rate: int
    clock: int
    carried: int


@dataclass(frozen=True, slots=True)
class GroundConfirmed:
    """An authority confirmed a ground for which an entry belongs to a lane not of its goods."""

    entry: UUID
    lane: Lane


@dataclass(frozen=True, slots=True)
class GroundGone:
    """A confirmed ground was taken back, or covers no more what is declared."""

    entry: UUID


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

    `override` is the one by which it was called out of its turn, told before; `points` are those
    with which it is told to have been chosen, None where they were not told.
    """

    entry: UUID
    clock: int
    barriers: tuple[Barrier, ...] = ()
    override: UUID | None = None
    points: int | None = None


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
    | GroundConfirmed
    | GroundGone
    | Held
    | Lifted
    | Overridden
    | Called
    | Returned
    | RatesChanged
)


_Beyond = GroundConfirmed | GroundGone | Held | Lifted | Gone | Brought | Overridden | RatesChanged
"""What comes from outside the queue."""


class Fault(StrEnum):
    """In what an event differs from the rule."""

    CALL = "call"
    OVERRIDE = "override"
    POINTS = "points"
    RATE = "rate"
    NOT_WAITING = "not-waiting"
    WAITS_ALREADY = "waits-already"
    NOT_CALLED = "not-called"
    NOT_HELD = "not-held"
    LANE = "lane"
    GROUND = "ground"


@dataclass(frozen=True, slots=True)
class Difference:
    """Where an event is not what the rule gives: its position, what was due, what was made."""

    position: int
    fault: Fault
    due: UUID | int | None
    made: UUID | int | None


Found = tuple[Fault, UUID | int | None, UUID | int | None]


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
        for fault, due, made in follow(line, event)
    ]


def follow(line: WaitingList, event: Event) -> list[Found]:
    """Let an event happen to the list and return in what it differs from the rule.

    One that cannot happen is left out: of who does not wait, or into a lane that is none.
    """
    match event:
        case Moved() | Left() | LaneChanged() | Called() | Returned() if event.entry not in line:
            return [(Fault.NOT_WAITING, None, event.entry)]
        case Entered() | LaneChanged() if event.lane not in line.rates:
            return [(Fault.LANE, None, event.entry)]
        case RatesChanged() if left := line.without(event.rates):
            return [(Fault.LANE, None, left)]
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
        case Gone() if line.kept(event.entry) != event.earned:
            yield Fault.POINTS, line.kept(event.entry), event.earned
        case GroundGone() if line.by_ground(event.entry) is None:
            yield Fault.GROUND, None, event.entry
        case LaneChanged():
            yield from _ground_fault(line, event.entry, event.lane)
            yield from _rate_fault(line, event)
            yield from _points_fault(line, event, event.carried)
        case Called():
            yield from _call_faults(line, event)
        case Left() if event.carried is not None:
            yield from _points_fault(line, event, event.carried)
        case Returned() if not line.is_called(event.entry):
            yield Fault.NOT_CALLED, None, event.entry
        case Lifted() if event.cause not in line.causes(event.entry):
            yield Fault.NOT_HELD, None, event.entry
        case _:
            pass


def _ground_fault(line: WaitingList, entry: UUID, lane: Lane) -> Iterator[Found]:
    """Nobody is in a lane that goods do not give without a confirmed ground that gives it."""
    if lane not in BASIC_LANES and line.by_ground(entry) is not lane:
        yield Fault.GROUND, None, entry


def _call_faults(line: WaitingList, event: Called) -> Iterator[Found]:
    yield from _ground_fault(line, event.entry, line.get(event.entry).lane)
    choice = line.due(event.clock, event.barriers)
    due = None if choice is None else choice.first.id
    if event.override is not None:
        if not line.is_overridden(event.entry, event.override, due, event.barriers):
            yield Fault.OVERRIDE, due, event.entry
    elif due != event.entry:
        yield Fault.CALL, due, event.entry
    if event.points is not None:
        yield from _points_fault(line, event, event.points)


def _points_fault(
    line: WaitingList, event: Called | LaneChanged | Left, told: int
) -> Iterator[Found]:
    due = line.points(event.entry, event.clock)
    if told != due:
        yield Fault.POINTS, due, told


def _entry_faults(line: WaitingList, event: Entered) -> Iterator[Found]:
    yield from _ground_fault(line, event.entry, event.lane)
    yield from _rate_fault(line, event)
    if event.entry in line:
        yield Fault.WAITS_ALREADY, None, event.entry
    kept, brought = line.kept(event.entry), event.carried - event.charges
    if kept != brought:
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
        case Called():
            line.take(event.entry)
            line.count(event.override)
        case Returned():
            line.put_back(event.entry, event.charges)
        case _:
            _happen_beyond(line, event)


def _happen_beyond(
    line: WaitingList,
    event: _Beyond,
) -> None:
    """Let happen what comes from outside the queue: other gates, officers, another edition."""
    match event:
        case GroundConfirmed():
            line.confirm_ground(event.entry, event.lane)
        case GroundGone():
            line.confirm_ground(event.entry, None)
        case Held():
            line.hold(event.entry, event.cause)
        case Lifted():
            line.lift(event.entry, event.cause)
        case Overridden():
            line.override(event)
        case Gone():
            line.go(event.entry)
        case Brought():
            line.bring(event.entry, event.carried, event.causes)
            line.confirm_ground(event.entry, event.by_ground)
        case _:
            line.change_rates(event.rates, event.clock, strict=event.strict)
            line.budget = event.overrides
