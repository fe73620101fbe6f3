"""What a rule came to: waits by lane, the slow-down of the slowest lane, promises kept.

Waits are open seconds, slow-downs thousandths: whole numbers, the same on any machine.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from app.domain.queue_order import NO_LANE, Rates, slowdown_thousandths
from app.domain.vocabulary import Lane
from benchmarks.simulation.playing import Call, Kept, Played, check, play
from benchmarks.simulation.rules import ByPoints, ByTurns, Rule, first_come, strict_priority
from benchmarks.simulation.traffic import (
    CLOSED,
    DIRECTION,
    FALLS,
    FIRST,
    GATE,
    MIX,
    PAUSED,
    PRODUCE,
    USUAL_CAPACITY,
    Site,
    Traffic,
    draw,
    draw_even,
    site_clock,
)

Json = dict[str, Any]
SLOWEST: Final = Lane.ORDINARY
SEASON: Final = frozenset({Lane.GREEN_SEASON})
PERCENT: Final = 100


@dataclass(frozen=True, slots=True)
class Contender:
    """A rule that is tried, and what the design equation says of it.

    `rates` and `strict` are what it amounts to; without rates the equation says nothing.
    """

    code: str
    make: Callable[[], Rule]
    rates: Rates | None
    strict: Collection[Lane] = NO_LANE

    def predicted(self, shares: Mapping[Lane, int]) -> int | None:
        """Return the slow-down that the equation gives, in thousandths."""
        if self.rates is None:
            return None
        return slowdown_thousandths(self.rates, shares, strict=self.strict)


def contenders(rates: Rates) -> Sequence[Contender]:
    """Return the rules, ours first, at the rates of an edition."""
    alike = dict.fromkeys(rates, 1)
    return (
        Contender("ours", lambda: ByPoints(rates), rates),
        Contender("first-come", first_come, alike),
        Contender("fixed-share", ByTurns, None),
        Contender("strict-priority", strict_priority, rates, PRODUCE),
        Contender("strict-season", lambda: ByPoints(rates, strict=SEASON), rates, SEASON),
    )


def shares_percent(traffic: Traffic) -> dict[Lane, int]:
    """Return which part of the capacity the faster lanes ask for, as an edition publishes it."""
    capacity = traffic.pace.capacity
    came = {lane: sum(truck.lane == lane for truck in traffic.trucks) for lane in PRODUCE}
    return {lane: round(PERCENT * came[lane] / capacity) for lane in MIX if lane in PRODUCE}


def compared(traffic: Traffic, rates: Rates, told: Callable[[], None]) -> list[Json]:
    """Return what each rule does to the same trucks; `told` is called after each."""
    shares = shares_percent(traffic)
    rules, usual = contenders(rates), mean_wait(play(traffic, first_come()), SLOWEST)
    found = []
    for one in rules:
        played = play(traffic, one.make())
        found.append(
            {
                "rule": one.code,
                "lanes": {lane.value: waits(played, lane) for lane in MIX},
                "predicted_thousandths": one.predicted(shares),
                "measured_thousandths": thousandths(mean_wait(played, SLOWEST), usual),
                **_promises(check(played, rates), len(played.calls)),
            }
        )
        told()
    return found


def equation(site: Site, days: int, seeds: Sequence[int], told: Callable[[], None]) -> Json:
    """Return how our rule's slow-down, over many seeds, compares with the equation's.

    `even`: where its assumptions hold; `calm`: by the day's shape, the gate never falling behind;
    `real`: with closures and backlogs, too.
    """
    calm = (draw(site, days=days, seed=seed, calm=True) for seed in seeds)
    return {
        "even": slowdown_over(
            site, (draw_even(site, days=days, seed=seed) for seed in seeds), told
        ),
        "calm": slowdown_over(site, calm, told),
        "real": slowdown_over(site, (draw(site, days=days, seed=seed) for seed in seeds), told),
    }


def slowdown_over(site: Site, traffics: Iterable[Traffic], told: Callable[[], None]) -> Json:
    """Return the slow-down that is predicted and measured over traffics of one shape."""
    rates = site.edition.rates
    predicted, measured, ours, usual = [], [], 0, 0
    for traffic in traffics:
        points = mean_wait(play(traffic, ByPoints(rates)), SLOWEST)
        in_turn = mean_wait(play(traffic, first_come()), SLOWEST)
        predicted.append(slowdown_thousandths(rates, shares_percent(traffic)))
        measured.append(thousandths(points, in_turn))
        ours, usual = ours + points, usual + in_turn
        told()
    return {
        "predicted_thousandths": round(sum(predicted) / len(predicted)),
        "measured_thousandths": thousandths(ours, usual),
        "least_thousandths": min(measured),
        "most_thousandths": max(measured),
    }


def described(site: Site, days: int, traffic: Traffic) -> Json:
    """Return what was played: whose rates, how much traffic, and what of the capacity it took."""
    edition, clock = site.edition, site_clock(site, days)
    return {
        "queue": {"gate": GATE, "direction": DIRECTION.value, "first_day": FIRST.isoformat()},
        "edition": {
            "code": edition.code,
            "rates": {lane.value: edition.rates[lane] for lane in MIX},
        },
        "traffic": {
            "daily": site.daily,
            "source": site.source,
            "came": {lane.value: sum(one.lane == lane for one in traffic.trucks) for lane in MIX},
            "came_closed": sum(not clock.is_open(one.waits_from) for one in traffic.trucks),
            "usual_capacity": USUAL_CAPACITY,
            "capacity": traffic.pace.capacity,
            **_stops(days),
            "most_waiting": _most_waiting(traffic),
        },
        "season": {
            "code": site.season.code,
            "allotment": site.season.daily_allotment,
            "most_a_day": _most_of_the_season(traffic),
        },
        "shares_percent": {lane.value: part for lane, part in shares_percent(traffic).items()},
    }


def waits(played: Played, lane: Lane) -> Json:
    """Return what those of a lane waited who were called, and how many still wait."""
    seconds = sorted(call.wait for call in played.calls if call.truck.lane == lane)
    return {
        "called": len(seconds),
        "waiting": sum(truck.lane == lane for truck in played.waiting),
        "mean": sum(seconds) // len(seconds),
        "p50": at_rank(seconds, 50),
        "p95": at_rank(seconds, 95),
        "max": seconds[-1],
    }


def at_rank(ordered: Sequence[int], percent: int) -> int:
    """Return the smallest value that at least so many percent do not exceed."""
    return ordered[-(-len(ordered) * percent // PERCENT) - 1]


def mean_wait(played: Played, lane: Lane) -> int:
    """Return what those of a lane have waited on average."""
    calls = _of(played, lane)
    return sum(call.wait for call in calls) // len(calls)


def thousandths(one: int, other: int) -> int:
    """Return how many times as much one is as the other."""
    return round(1000 * one / other)


def _stops(days: int) -> Json:
    """Return on which of so many days, counted from 1, the gate does less, and how much of it."""
    falls = {str(day + 1): percent for day, percent in sorted(FALLS.items()) if day < days}
    closed, paused = ([day + 1 for day in some if day < days] for some in ((CLOSED,), PAUSED))
    return {"falls": falls, "closed": closed, "paused": paused}


def _most_of_the_season(traffic: Traffic) -> int:
    """Return how many came at most on one day for whom there is an allotment."""
    came = Counter(one.waits_from.date() for one in traffic.trucks if one.lane in SEASON)
    return max(came.values(), default=0)


def _most_waiting(traffic: Traffic) -> int:
    """Return how many waited at most; rules that leave nobody idle do not differ in it."""
    calls = [call.clock for call in play(traffic, first_come()).calls]
    came = [truck.clock for truck in traffic.trucks]
    return max(bisect_right(came, clock) - place for place, clock in enumerate(calls))


def _of(played: Played, lane: Lane) -> list[Call]:
    return [call for call in played.calls if call.truck.lane == lane]


def _promises(kept: Kept, calls: int) -> Json:
    return {
        "calls": calls,
        "inversions": kept.inversions,
        "breaches": kept.breaches,
        "overtakes": kept.overtakes,
        "closest_ten_thousandths": {
            f"{faster} before {slower}": int(10_000 * part)
            for (faster, slower), part in sorted(kept.least.items())
        },
    }
