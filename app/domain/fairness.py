"""How fair a queue was on a day: what anybody recomputes from its log, and what could bend it.

Everything here is read off the events of a queue, as stored or as sealed: whose calls they were,
whom they passed and by how much, what let somebody be skipped, what was moved, excused, overridden.
Calls count by when they were recorded. Overtakes and the bound compare a call with the next of each
other lane, as the call itself tells them; inversions are found by playing the rule again.

Units: waits in open seconds, ratios in thousandths.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from app.domain.certificate import Told
from app.domain.errors import SharesOverCapacityError
from app.domain.log.retelling import NO_RATES, retold
from app.domain.overrides import Overridden
from app.domain.queue_order import Rates, slowdown_thousandths
from app.domain.replay import Called, LaneChanged, Left, Moved, Returned, happen
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList

_OF_LINE: Final = (Moved, Left, LaneChanged, Called, Returned)
"""What happens to those in line only; of others it is left out."""
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


class _Day:
    """The figures of a day while events are heard."""

    def __init__(self, begin: datetime, end: datetime) -> None:
        self._begin, self._end = begin, end
        self._line = WaitingList(NO_RATES)
        self._overrides: dict[UUID, Overridden] = {}
        self._found = Fairness()
        self._waits: defaultdict[Lane, list[int]] = defaultdict(list)
        self._worst: dict[Pair, int] = {}

    def hear(self, told: Told) -> None:
        counts = told.at >= self._begin
        for event in retold(told.kind, told.entry, told.data):
            if isinstance(event, Called):
                self._found.inversions += counts and self._is_inversion(event)
            if isinstance(event, Overridden):
                self._overrides[event.override] = event
            if not isinstance(event, _OF_LINE) or event.entry in self._line:
                happen(self._line, event)
        if counts:
            self._count(told.kind, told.data, told.entry)

    def _is_inversion(self, call: Called) -> bool:
        """Tell whether a call went to another than the rule's, and not by an override that says so.

        Whether officers and budget stand behind an override is the verifier's to say.
        """
        choice = self._line.due(call.clock, call.barriers)
        due = choice.first.id if choice else None
        told = self._overrides.get(call.override) if call.override else None
        return due != call.entry and (told is None or (told.entry, told.due) != (call.entry, due))

    def figures(self) -> Fairness:
        """Return what was found, with the bounds and waits that come of all calls together."""
        line, found = self._line, self._found
        lanes = sorted(line.rates, key=lambda lane: -line.rates[lane])
        pairs = [Pair(one, other) for one in lanes for other in lanes]
        # One that ended in the day stands behind those that the edition has.
        called = [*lanes, *(lane for lane in Lane if lane not in line.rates)]
        found.bounds = [
            Bound(
                pair, 1000 * line.rates[pair.over] // line.rates[pair.lane], self._worst.get(pair)
            )
            for pair in pairs
            if line.rates[pair.lane] > line.rates[pair.over] and pair.lane not in line.strict
        ]
        found.waits = [
            _waits(lane, sorted(self._waits[lane])) for lane in called if self._waits[lane]
        ]
        found.slowdown = self._slowdown(line.rates)
        return found

    def _count(self, kind: str, data: Mapping[str, Any], entry: UUID | None) -> None:
        match kind:
            case "call.made" if entry is not None:
                self._call(data, entry)
            case "lane.changed":
                self._found.lane_changes[Lane(data["before"]), Lane(data["lane"])] += 1
            case "call.excused":
                self._found.excused.update(set(data["faults"]))
            case "override.made":
                self._found.overrides[data["reason"]] += 1
            case _:
                pass

    def _call(self, data: Mapping[str, Any], entry: UUID) -> None:
        """Count one call: its lane and wait, whom it passed, and who was skipped for what.

        One that is called out of its turn is not among those compared: only its lane is told.
        """
        self._found.skips.update({(one["reason"], one["posted_by"]) for one in data["skips"]})
        own = next((head for head in data["heads"] if head["entry"] == str(entry)), None)
        if own is None:
            self._found.calls.update([self._line.get(entry).lane] if entry in self._line else ())
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
        shares = {lane: 100 * len(one) // len(waits) for lane, one in self._waits.items() if one}
        predicted = self._predicted(rates, shares)
        slowest = self._waits[min(rates, key=lambda lane: rates[lane])]
        measured = (
            1000 * sum(slowest) * len(waits) // (len(slowest) * sum(waits))
            if slowest and sum(waits)
            else None
        )
        return Slowdown(predicted, measured)

    def _predicted(self, rates: Rates, shares: Mapping[Lane, int]) -> int | None:
        """Return what the equation gives, None where a lane took all or ended in the day."""
        if not shares.keys() <= rates.keys():
            return None
        try:
            return slowdown_thousandths(rates, shares, strict=self._line.strict)
        except SharesOverCapacityError:
            return None


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
