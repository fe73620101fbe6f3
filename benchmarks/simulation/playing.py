"""One queue played through: trucks come, the gate calls, and what was promised is checked.

The check does not ask the queue rule: it looks, at each call, for the longest waits of the others.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.domain.queue_order import Rates
from app.domain.vocabulary import Lane
from benchmarks.simulation.rules import Rule
from benchmarks.simulation.traffic import Traffic, Truck


@dataclass(frozen=True, slots=True)
class Call:
    """A truck called at a reading of the open clock."""

    truck: Truck
    clock: int

    @property
    def wait(self) -> int:
        """How many open seconds it has waited."""
        return self.clock - self.truck.clock


@dataclass(frozen=True, slots=True)
class Played:
    """All calls in their order, and who still waits when all is over."""

    calls: Sequence[Call]
    waiting: Sequence[Truck]


@dataclass
class Kept:
    """What of the promises was kept: calls that broke one, and the closest to the bound.

    `least` has, by faster and slower lane, the smallest part of the other's wait that an overtaker
    had waited itself.
    """

    inversions: int = 0
    breaches: int = 0
    overtakes: int = 0
    least: dict[tuple[Lane, Lane], Fraction] = field(default_factory=dict)


def play(traffic: Traffic, rule: Rule) -> Played:
    """Let the trucks come and be called, one after the other, until all is over."""
    pace, trucks = traffic.pace, traffic.trucks
    calls: list[Call] = []
    come, free = 0, pace.starts[0]
    while True:
        if not len(rule):
            if come == len(trucks):
                break
            free = max(free, trucks[come].enters)
        if free >= pace.end:
            break
        while come < len(trucks) and trucks[come].enters <= free:
            rule.enter(trucks[come])
            come += 1
        calls.append(Call(rule.call(free), free))
        free += pace.at(free)
    called = {call.truck.id for call in calls}
    return Played(calls, [truck for truck in trucks if truck.id not in called])


def check(played: Played, rates: Rates) -> Kept:
    """Return what of the promises was kept in every call."""
    kept = Kept()
    line = _Longest(played)
    for call in played.calls:
        line.take(call.truck)
        _check(kept, call, line.waiting(call.clock), rates)
    return kept


def _check(kept: Kept, call: Call, others: Mapping[Lane, Truck], rates: Rates) -> None:
    """Compare a call with the one of each lane who has waited longest."""
    own, truck = rates[call.truck.lane], call.truck
    inverted = breached = overtook = False
    for lane, other in others.items():
        waited = call.clock - other.clock
        if lane == truck.lane:
            inverted |= (other.waits_from, other.id) < (truck.waits_from, truck.id)
        elif rates[lane] > own:
            inverted |= waited >= call.wait
        elif waited > call.wait:
            overtook = True
            breached |= call.wait * own < waited * rates[lane]
            part = Fraction(call.wait, waited)
            pair = (truck.lane, lane)
            kept.least[pair] = min(part, kept.least.get(pair, part))
    kept.inversions += inverted
    kept.breaches += breached
    kept.overtakes += overtook


class _Longest:
    """Those who have not been called, by lane, in the order in which they began to wait."""

    def __init__(self, played: Played) -> None:
        everybody = [*(call.truck for call in played.calls), *played.waiting]
        self._lanes: defaultdict[Lane, list[Truck]] = defaultdict(list)
        for truck in sorted(everybody, key=lambda one: (one.waits_from, one.id)):
            self._lanes[truck.lane].append(truck)
        self._first = dict.fromkeys(self._lanes, 0)
        self._called: set[Truck] = set()

    def take(self, truck: Truck) -> None:
        """Let a truck go."""
        self._called.add(truck)
        line, place = self._lanes[truck.lane], self._first[truck.lane]
        while place < len(line) and line[place] in self._called:
            place += 1
        self._first[truck.lane] = place

    def waiting(self, clock: int) -> dict[Lane, Truck]:
        """Return the first of each lane in which somebody waits at a reading."""
        return dict(self._heads(clock))

    def _heads(self, clock: int) -> Iterator[tuple[Lane, Truck]]:
        for lane, line in self._lanes.items():
            place = self._first[lane]
            if place < len(line) and line[place].clock <= clock:
                yield lane, line[place]
