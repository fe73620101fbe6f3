"""How fair a queue was on a day: what anybody recomputes from its log, and what could bend it.

Everything here is read off the events of a queue, as stored or as sealed: whose calls they were,
whom they passed and by how much, what let somebody be skipped, what was moved, excused, overridden.
Calls count by when they were recorded. Overtakes and the bound compare a call with the next of each
other lane, as the call itself tells them; inversions are found by playing the rule again.

Units: waits in open seconds, ratios in thousandths.
"""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.domain.certificate import Told
from app.domain.errors import SharesOverCapacityError
from app.domain.log.retelling import NO_RATES, retold
from app.domain.queue_order import Rates, Waiting, precedence, slowdown_thousandths
from app.domain.replay import (
    Called,
    Entered,
    Event,
    LaneChanged,
    Left,
    Moved,
    RatesChanged,
    Returned,
    happen,
)
from app.domain.sub_queues import Barrier
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList

_NEEDS_LINE: Final = (Moved, Left, LaneChanged, Called, Returned)
FEWEST: Final = 10
"""Calls on a day below which nobody can say how much longer a lane waited than another."""


class Pair(NamedTuple):
    """A lane whose vehicle was called, and another whose next one it passed."""

    lane: Lane
    over: Lane


@dataclass(frozen=True, slots=True)
class Bound:
    """The least part of the other's wait that a faster lane must have waited, and what came up.

    `worst` is the smallest that a call of the day had; None where none passed anybody.
    """

    pair: Pair
    promised: int
    worst: int | None


@dataclass(frozen=True, slots=True)
class Waits:
    """How long those of a lane had waited who were called: in the middle, nine of ten, the most."""

    lane: Lane
    calls: int
    p50: int
    p90: int
    longest: int


@dataclass(frozen=True, slots=True)
class Slowdown:
    """How many times as long as in order of coming the slowest lane waits, x 1000.

    `predicted` by the design equation from each lane's part of the day's calls, `measured` as its
    mean wait to that of all; None where nobody can say.
    """

    predicted: int | None
    measured: int | None


@dataclass(slots=True)
class Fairness:
    """The figures of one queue and one day that its log tells; every count is of calls or events.

    `skips` are calls by reason and who posted it: each changed who was called. `excused` are missed
    calls that cost nothing, by what stood in their way.
    """

    calls: Counter[Lane] = field(default_factory=Counter)
    overtakes: Counter[Pair] = field(default_factory=Counter)
    inversions: int = 0
    skips: Counter[tuple[str, str | None]] = field(default_factory=Counter)
    lane_changes: Counter[tuple[Lane, Lane]] = field(default_factory=Counter)
    excused: Counter[str] = field(default_factory=Counter)
    overrides: Counter[str] = field(default_factory=Counter)
    bounds: Sequence[Bound] = ()
    waits: Sequence[Waits] = ()
    slowdown: Slowdown = field(default=Slowdown(None, None))


def fairness(events: Iterable[Told], begin: datetime, end: datetime) -> Fairness:
    """Return the figures of a queue for what was recorded from `begin` (in) to `end` (out).

    `events` are in order and hold every change of rates, and all of whoever waited in that time.
    """
    day = _Day(begin, end)
    for told in events:
        if told.at >= end:
            break
        day.hear(told)
    return day.figures()


class _Order:
    """Who waits, in the order of each lane, so that the next of it is found without sorting."""

    def __init__(self) -> None:
        self.line = WaitingList(NO_RATES)
        self._lanes: defaultdict[Lane, list[tuple[int, datetime, UUID]]] = defaultdict(list)

    def happen(self, event: Event) -> None:
        """Let an event happen to the list; one that does not fit it is left out."""
        if isinstance(event, RatesChanged):
            happen(self.line, event)
            self._sort()
        elif isinstance(event, Entered) or event.entry in self.line:
            self._take_out(event.entry)
            happen(self.line, event)
            self._put_in(event.entry)
        elif not isinstance(event, _NEEDS_LINE):
            happen(self.line, event)

    def due(self, call: Called) -> UUID | None:
        """Return whom the rule calls at a call: the best of the lanes' next."""
        line = self.line
        firsts = [one for lane in self._lanes if (one := self._first(lane, call.barriers))]
        key = [(precedence(one, line.rates, call.clock, strict=line.strict), one) for one in firsts]
        return min(key)[1].id if key else None

    def _first(self, lane: Lane, barriers: Sequence[Barrier]) -> Waiting | None:
        for _, _, entry in self._lanes[lane]:
            one = self.line.get(entry)
            barred = any(barrier.stops(one.sub_queue) for barrier in barriers)
            if not self.line.is_held(entry) and not barred:
                return one
        return None

    def _rank(self, entry: UUID) -> tuple[int, datetime, UUID]:
        one = self.line.get(entry)
        return one.key, one.waits_from, one.id

    def _take_out(self, entry: UUID) -> None:
        if entry in self.line and not self.line.is_called(entry):
            ranks = self._lanes[self.line.get(entry).lane]
            del ranks[bisect_left(ranks, self._rank(entry))]

    def _put_in(self, entry: UUID) -> None:
        if entry in self.line and not self.line.is_called(entry):
            insort(self._lanes[self.line.get(entry).lane], self._rank(entry))

    def _sort(self) -> None:
        self._lanes.clear()
        for one in self.line.waiting:
            insort(self._lanes[one.lane], self._rank(one.id))


class _Day:
    """The figures of a day while events are heard."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin, self._end = begin, end
        self._order = _Order()
        self._found = Fairness()
        self._waits: defaultdict[Lane, list[int]] = defaultdict(list)
        self._worst: dict[Pair, int] = {}

    def hear(self, told: Told) -> None:
        counts = told.at >= self._begin
        for event in retold(told.kind, told.entry, told.data):
            if counts and isinstance(event, Called) and event.override is None:
                due = self._order.due(event)
                self._found.inversions += due != event.entry
            self._order.happen(event)
        if counts:
            self._count(told.kind, told.data, told.entry)

    def figures(self) -> Fairness:
        """Return what was found, with the bounds and waits that come of all calls together."""
        line, found = self._order.line, self._found
        lanes = sorted(line.rates, key=lambda lane: -line.rates[lane])
        pairs = [Pair(one, other) for one in lanes for other in lanes]
        found.bounds = [
            Bound(
                pair, 1000 * line.rates[pair.over] // line.rates[pair.lane], self._worst.get(pair)
            )
            for pair in pairs
            if line.rates[pair.lane] > line.rates[pair.over] and pair.lane not in line.strict
        ]
        found.waits = [
            _waits(lane, sorted(self._waits[lane])) for lane in lanes if self._waits[lane]
        ]
        found.slowdown = self._slowdown(line.rates)
        return found

    def _count(self, kind: str, data: Mapping[str, Any], entry: UUID | None) -> None:
        match kind:
            case "call.made" if entry is not None:
                self._call(data, str(entry))
            case "lane.changed":
                self._found.lane_changes[Lane(data["before"]), Lane(data["lane"])] += 1
            case "call.excused":
                self._found.excused.update(set(data["faults"]))
            case "override.made":
                self._found.overrides[data["reason"]] += 1
            case _:
                pass

    def _call(self, data: Mapping[str, Any], entry: str) -> None:
        """Count one call: its lane and wait, whom it passed, and who was skipped for what."""
        self._found.skips.update({(one["reason"], one["posted_by"]) for one in data["skips"]})
        own = next((head for head in data["heads"] if head["entry"] == entry), None)
        if own is None:
            return
        lane = Lane(own["lane"])
        self._found.calls[lane] += 1
        self._waits[lane].append(own["open_wait"])
        if data.get("override") is None:
            for pair, ratio in _passed(own, data["heads"]):
                self._found.overtakes[pair] += 1
                if ratio is not None:
                    self._worst[pair] = min(self._worst.get(pair, ratio), ratio)

    def _slowdown(self, rates: Rates) -> Slowdown:
        waits = [wait for one in self._waits.values() for wait in one]
        if len(waits) < FEWEST:
            return Slowdown(None, None)
        shares = {lane: 100 * len(one) // len(waits) for lane, one in self._waits.items()}
        try:
            predicted = slowdown_thousandths(rates, shares, strict=self._order.line.strict)
        except SharesOverCapacityError:
            predicted = None
        slowest = self._waits[min(rates, key=lambda lane: rates[lane])]
        measured = (
            1000 * sum(slowest) * len(waits) // (len(slowest) * sum(waits))
            if slowest and sum(waits)
            else None
        )
        return Slowdown(predicted, measured)


def _passed(
    own: Mapping[str, Any], heads: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[Pair, int | None]]:
    """Yield the lanes whose next one had waited longer, and the part of its wait that we had.

    The part is told of two whose points come of waiting alone: charges and kept points are no
    matter of the bound.
    """
    for head in heads:
        if head["lane"] != own["lane"] and head["open_wait"] > own["open_wait"]:
            of_waiting = all(one["points"] == one["rate"] * one["open_wait"] for one in (own, head))
            ratio = 1000 * own["open_wait"] // head["open_wait"] if of_waiting else None
            yield Pair(Lane(own["lane"]), Lane(head["lane"])), ratio


def _waits(lane: Lane, waits: Sequence[int]) -> Waits:
    """Return the waits of a lane, ascending, by the nearest rank."""
    half, most = (waits[-(-len(waits) * part // 100) - 1] for part in (50, 90))
    return Waits(lane, len(waits), half, most, waits[-1])
