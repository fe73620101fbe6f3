"""The certificate of one entry: everybody who came later and went before it, each with one reason.

It is read off the events of the queue, as stored or as sealed in the log, in the order in which the
queue saw them: from the start of the entry's waiting until it was called and came, or until now.
Later came whose start of waiting stands after ours; before went who was called meanwhile. A call
that no reason covers is an inversion, and there must be none.

Units: points as in `queue_order`; waits in open seconds of this queue.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from app.domain.log.retelling import CALL_MADE, NO_RATES, retold
from app.domain.overrides import Overridden
from app.domain.queue_order import Precedence, Waiting, charge, key_at, precedence
from app.domain.replay import (
    Called,
    Entered,
    Held,
    LaneChanged,
    Left,
    Lifted,
    Moved,
    RatesChanged,
    Returned,
)
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList

STARTED: Final = "waiting.started"
ENDED: Final = "waiting.stopped"
FOLLOWED: Final = frozenset({"arrived", "admission", "exit"})
"""Why an entry left the line that was called and came."""


class Why(StrEnum):
    """What let a later comer go first; each of them has exactly one of these."""

    OVERRIDE = "override"
    CALLED_BEFORE = "called-before"
    NOT_IN_LINE = "not-in-line"
    STRICT_LANE = "strict-lane"
    FASTER_LANE = "faster-lane"
    MISS_CHARGE = "miss-charge"
    TIME_NOT_COUNTED = "time-not-counted"
    OTHER_RATE = "other-rate"
    POINTS_KEPT = "points-kept"
    BEGAN_EARLIER = "began-earlier"
    HELD = "held"
    CLOSED = "closed"
    BARRED = "barred"
    INVERSION = "inversion"


@dataclass(frozen=True, slots=True)
class Told:
    """An event of a queue as it is stored, or as its leaf tells it."""

    number: int
    at: datetime
    kind: str
    entry: UUID | None
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where something stands in the log: the event's number, and when it was recorded."""

    number: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Claim:
    """What an entry had at a call: lane, rate, points, and its wait in open seconds."""

    lane: Lane
    rate: int
    points: int
    open_wait: int


@dataclass(frozen=True, slots=True)
class Overtake:
    """One who came later and went before, and why; `ours` is None while we were not in line.

    `because` names what stood in our way, where that was a hold, a closure or a barrier; of an
    override, its reason.
    """

    entry: UUID
    call_number: str
    started: Mark
    called: Mark
    why: Why
    theirs: Claim
    ours: Claim | None
    because: str | None = None


@dataclass(frozen=True, slots=True)
class Certificate:
    """Who came later and went before an entry between its start and its call, or until now."""

    entry: UUID
    started: Mark | None
    called: Mark | None
    overtakes: tuple[Overtake, ...]

    @property
    def inversions(self) -> int:
        """How many of them no rule lets pass; anything but 0 is a fault of the service."""
        return sum(one.why is Why.INVERSION for one in self.overtakes)

    @property
    def marks(self) -> Mapping[int, UUID]:
        """The events that it speaks of, by number, each with the entry whose it is."""
        own = {one.number: self.entry for one in (self.started, self.called) if one}
        theirs = {
            mark.number: one.entry for one in self.overtakes for mark in (one.started, one.called)
        }
        return {**own, **theirs}


def certify(
    entry: UUID, events: Iterable[Told], before: Collection[UUID | None] = ()
) -> Certificate:
    """Return the certificate of an entry from the events of its queue, in order.

    They begin with the last change of rates before its start, or with any earlier event; `before`
    are entries whose waiting had started by then. Nothing counts after a call that was followed.
    """
    book = _Book(entry, before)
    for told in events:
        book.hear(told)
        if book.is_over:
            break
    return book.certificate()


class _Book:
    """Whoever began to wait after one entry, as the queue saw them, and who was called meanwhile.

    Those who began before it are left out: they may go first.
    """

    def __init__(self, entry: UUID, before: Collection[UUID | None]) -> None:
        self.entry = entry
        self.is_over = False
        self._before: set[UUID | None] = set(before)
        self._started: Mark | None = None
        self._called: Mark | None = None
        self._line = WaitingList(NO_RATES)
        self._since: dict[UUID, tuple[Mark, Entered]] = {}
        self._went: dict[UUID, Overtake] = {}
        self._causes: dict[str, Why] = {}
        self._overrides: dict[UUID, Overridden] = {}
        self._charged = 0
        self._rested = False

    def certificate(self) -> Certificate:
        """Return what was heard; whom we were called before has not gone before us."""
        until = self._called.number if self._called else None
        went = [one for one in self._went.values() if until is None or one.called.number < until]
        return Certificate(self.entry, self._started, self._called, tuple(went))

    def hear(self, told: Told) -> None:
        for event in retold(told.kind, told.entry, told.data):
            match event:
                case RatesChanged():
                    self._line.change_rates(event.rates, event.clock, strict=event.strict)
                case Held() | Lifted() if event.entry == self.entry:
                    self._hold(told, event)
                case Overridden():
                    self._overrides[event.override] = event
                case Entered():
                    self._enter(Mark(told.number, told.at), event)
                case Moved() | Left() | LaneChanged() | Called() | Returned():
                    if event.entry in self._line:
                        self._go_on(told, event)
        if told.entry == self.entry and told.kind == ENDED:
            self.is_over = self._called is not None and told.data["why"] in FOLLOWED

    def _hold(self, told: Told, event: Held | Lifted) -> None:
        """Keep what is in our way; what a call tells is the closure that kept us from it."""
        if isinstance(event, Lifted):
            self._causes.pop(event.cause, None)
        else:
            self._causes[event.cause] = Why.CLOSED if told.kind == CALL_MADE else Why.HELD

    def _enter(self, mark: Mark, event: Entered) -> None:
        is_ours = event.entry == self.entry
        if is_ours and self._started is None:
            self._started = mark
        if self._started is None:
            self._before.add(event.entry)
        elif event.entry not in self._before:
            self._since.setdefault(event.entry, (mark, event))
            key = key_at(event.rate, event.clock, event.carried, event.charges)
            sub_queue, waits_from = event.sub_queue, event.waits_from
            self._line.enter(Waiting(event.entry, event.lane, key, waits_from, sub_queue))

    def _go_on(self, told: Told, event: Moved | Left | LaneChanged | Called | Returned) -> None:
        is_ours = event.entry == self.entry
        match event:
            case Moved():
                self._line.move(event.entry, event.sub_queue)
            case Left():
                self._rested = self._rested or is_ours
                self._line.leave(event.entry, event.clock)
            case LaneChanged():
                self._line.change_lane(event.entry, event.lane, event.clock)
            case Called():
                mark = Mark(told.number, told.at)
                if is_ours:
                    self._called = mark
                else:
                    self._went[event.entry] = self._judged(event, mark, told.data)
                self._line.take(event.entry)
            case _:
                self._line.put_back(event.entry, event.charges)
                self._went.pop(event.entry, None)
                if is_ours:
                    self._called, self._charged = None, self._charged + event.charges

    def _judged(self, call: Called, mark: Mark, data: Mapping[str, Any]) -> Overtake:
        started, _ = self._since[call.entry]
        in_line = self.entry in self._line
        ours = self._claim(self.entry, call.clock) if in_line else None
        theirs = self._claim(call.entry, call.clock)
        why, because = self._why(call, theirs, ours)
        number = data["call_number"]
        return Overtake(call.entry, number, started, mark, why, theirs, ours, because)

    def _why(self, call: Called, theirs: Claim, ours: Claim | None) -> tuple[Why, str | None]:
        """Return the one reason for which they went: the first that holds, in this order."""
        override = self._overrides.get(call.override) if call.override else None
        if override is not None and override.entry == call.entry:
            return Why.OVERRIDE, override.reason
        if ours is None:
            return Why.NOT_IN_LINE, None
        if self._line.is_called(self.entry):
            return Why.CALLED_BEFORE, None
        if self._precedence(call.entry, call.clock) < self._precedence(self.entry, call.clock):
            return self._better(call, theirs, ours), None
        for cause, why in self._causes.items():
            return why, cause
        stops = (one for one in call.barriers if one.stops(self._line.get(self.entry).sub_queue))
        barrier = next(stops, None)
        return (Why.BARRED, barrier.reason.value) if barrier else (Why.INVERSION, None)

    def _better(self, call: Called, theirs: Claim, ours: Claim) -> Why:
        """Return what made their claim the better one."""
        strict = self._line.strict
        if theirs.lane in strict and ours.lane not in strict:
            return Why.STRICT_LANE
        waited, own = theirs.rate * theirs.open_wait, ours.rate * ours.open_wait
        if theirs.rate > ours.rate and waited >= own:
            return Why.FASTER_LANE
        if self._charged and self._would_precede(call):
            return Why.MISS_CHARGE
        if ours.points + self._charged < own:
            return Why.TIME_NOT_COUNTED if self._rested else Why.OTHER_RATE
        return Why.POINTS_KEPT if theirs.points > waited else Why.BEGAN_EARLIER

    def _would_precede(self, call: Called) -> bool:
        """Tell whether we would have been called first without what missed calls cost us."""
        line, theirs = self._line, self._precedence(call.entry, call.clock)
        one = charge(line.get(self.entry), -self._charged)
        return precedence(one, line.rates, call.clock, strict=line.strict) < theirs

    def _claim(self, entry: UUID, clock: int) -> Claim:
        one, (_, start) = self._line.get(entry), self._since[entry]
        rate = self._line.rates[one.lane]
        return Claim(one.lane, rate, self._line.points(entry, clock), clock - start.clock)

    def _precedence(self, entry: UUID, clock: int) -> Precedence:
        line = self._line
        return precedence(line.get(entry), line.rates, clock, strict=line.strict)
