"""Who comes when, and how fast the gate works: sixty days at Tân Thanh, drawn from a seed.

Published are the opening hours and how many go to China in a day; which part is produce, at what
hour they come and when the gate does less are ours. Everything is told in readings of the queue's
open clock, in whole seconds.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import exp
from random import Random
from typing import Final
from uuid import UUID

from app.domain.gates import Gate, parse_gates
from app.domain.green_lane.catalogue import parse_products
from app.domain.green_lane.produce import Season
from app.domain.open_clock import OpenClock, Pause
from app.domain.policy import Policies, PolicyEdition, parse_policy
from app.domain.vocabulary import Direction, Lane
from app.domain.volumes import Measure, parse_volume
from app.services.upkeep.seeding import published_documents

GATE: Final = "tan-thanh"
DIRECTION: Final = Direction.EXPORT
FIRST: Final = date(2026, 5, 25)
"""In the season of lychees, so that all three lanes are in use."""

MIX: Final[Mapping[Lane, int]] = {Lane.GREEN_SEASON: 10, Lane.GREEN: 25, Lane.ORDINARY: 65}
"""Of a hundred trucks; the first two are produce."""

PRODUCE: Final = frozenset({Lane.GREEN_SEASON, Lane.GREEN})

HOURS: Final = (2, 2, 2, 2, 3, 5, 7, 7, 6, 6, 5, 5, 4, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 2)
"""How a day's trucks are spread over its hours; more than a third come while the gate is shut."""

USUAL_CAPACITY: Final = 170
FALLS: Final[Mapping[int, int]] = {
    **dict.fromkeys(range(14, 19), 65),
    **dict.fromkeys(range(33, 36), 50),
    **dict.fromkeys((7, 26, 44, 51), 75),
}
"""Days, counted from 0, on which the gate does only so many percent of the usual: a backlog."""

CLOSED: Final = 40
"""The day on which it is shut from morning to night."""
PAUSED: Final[Mapping[int, tuple[time, time]]] = {
    20: (time(7), time(17)),
    21: (time(9), time(12)),
    22: (time(13), time(17)),
}
"""Stops inside a day, as in April 2025, when goods stood still in windows from 07:00 to 17:00."""

DAY: Final = timedelta(days=1)
HOUR_SECONDS: Final = 3600
REGISTERS_BEFORE: Final = (20, 280)
"""Minutes, at least and at most, before a truck comes that its company registers it."""


@dataclass(frozen=True, slots=True)
class Truck:
    """One vehicle that waits; `clock` is what the open clock reads when its wait begins.

    `registered_at` is no input of our rule; there are rules that go by it. `named` is what the open
    clock reads when it is known whose it is, where that is later than its wait begins.
    """

    id: UUID
    lane: Lane
    registered_at: datetime
    waits_from: datetime
    clock: int
    named: int | None = None

    @property
    def enters(self) -> int:
        """What the open clock reads when it can be called."""
        return self.clock if self.named is None else self.named


@dataclass(frozen=True, slots=True)
class Pace:
    """How many open seconds a truck takes, by the reading at which it is called.

    `starts` are the readings at which the days begin that are open at all, `seconds` those of a
    truck on them; `end` is the reading at which all is over.
    """

    starts: Sequence[int]
    seconds: Sequence[int]
    end: int

    @property
    def capacity(self) -> int:
        """How many trucks could pass if somebody waited at every second."""
        ends = [*self.starts[1:], self.end]
        spans = zip(self.starts, ends, self.seconds, strict=True)
        return sum((end - start) // seconds for start, end, seconds in spans)

    def at(self, clock: int) -> int:
        """Return what a truck takes that is called at a reading."""
        return self.seconds[max(bisect_right(self.starts, clock) - 1, 0)]


@dataclass(frozen=True, slots=True)
class Traffic:
    """The same trucks and the same pace for every rule."""

    trucks: Sequence[Truck]
    pace: Pace


@dataclass(frozen=True)
class Site:
    """The queue as the reference data describe it: its gate, edition, season and usual day."""

    gate: Gate
    edition: PolicyEdition
    season: Season
    daily: int
    source: str


def published_site() -> Site:
    """Return what is published of the queue on the first day."""
    documents = published_documents()
    gate = next(one for one in parse_gates(documents["gates"]) if one.code == GATE)
    editions = (one for name, one in documents.items() if name.startswith("queue-policy"))
    edition = Policies(map(parse_policy, editions)).in_force(FIRST)
    printed = max(
        (
            one
            for one in map(parse_volume, documents["daily-volumes"]["rows"])
            if (one.measure, one.area) == (Measure.DAILY_AVERAGE, GATE)
            and (one.direction, one.cargo) == (DIRECTION.value, "all")
        ),
        key=lambda one: one.day,
    )
    season = next(
        one
        for product in parse_products(documents["produce"]).products.values()
        for one in product.seasons
        if (one.gate_code, one.lane) == (GATE, Lane.GREEN_SEASON) and one.covers(FIRST)
    )
    source = f"{printed.code}, {printed.evidence.source}"
    return Site(gate, edition, season, printed.vehicles, source)


def site_clock(site: Site, days: int, *, calm: bool = False) -> OpenClock:
    """Return the open clock of the queue, with all that stops it in so many days."""
    return site.gate.clock(DIRECTION, [] if calm else _pauses(site, days))


def draw(site: Site, *, days: int, seed: int, calm: bool = False) -> Traffic:
    """Return the trucks and the pace of so many days; the same seed gives the same.

    In `calm` ones the gate never does less than usual, and nothing stops it but the night.
    """
    dice = Random(seed)  # noqa: S311 - no secret
    clock = site_clock(site, days, calm=calm)
    trucks = list(_trucks(dice, site, clock, days))
    return Traffic(trucks, _pace(site, clock, days, {} if calm else FALLS))


def draw_even(site: Site, *, days: int, seed: int) -> Traffic:
    """Return trucks that come evenly over open time to a gate of one pace.

    That is what the design equation assumes; at nine tenths of the capacity.
    """
    dice = Random(seed)  # noqa: S311 - no secret
    midnight = datetime.combine(FIRST, time(), site.gate.zone)
    clock = site.gate.clock(DIRECTION)
    seconds = clock.seconds_between(midnight, midnight + DAY) // USUAL_CAPACITY
    starts, end = 0, days * USUAL_CAPACITY * seconds
    trucks: list[Truck] = []
    reading = dice.expovariate(9 / (10 * seconds))
    while reading < end:
        at = midnight + timedelta(seconds=int(reading))
        trucks.append(Truck(UUID(int=len(trucks)), _lane(dice), at, at, int(reading)))
        reading += dice.expovariate(9 / (10 * seconds))
    return Traffic(trucks, Pace([starts], [seconds], end))


def _trucks(dice: Random, site: Site, clock: OpenClock, days: int) -> Iterator[Truck]:
    number = 0
    for day in range(days):
        midnight = datetime.combine(FIRST + day * DAY, time(), site.gate.zone)
        count = _poisson(dice, site.daily * dice.uniform(0.85, 1.15))
        for second in sorted(_second(dice) for _ in range(count)):
            comes = midnight + timedelta(seconds=second)
            registered = comes - timedelta(minutes=dice.randint(*REGISTERS_BEFORE))
            yield Truck(UUID(int=number), _lane(dice), registered, comes, clock.reading(comes))
            number += 1


def _second(dice: Random) -> int:
    hour = dice.choices(range(24), HOURS)[0]
    return hour * HOUR_SECONDS + dice.randrange(HOUR_SECONDS)


def _lane(dice: Random) -> Lane:
    return dice.choices([*MIX], [*MIX.values()])[0]


def _poisson(dice: Random, mean: float) -> int:
    """Return how many come where `mean` do on average, each for reasons of its own."""
    # In parts, as the exponential of a large number is nothing.
    whole, part = divmod(mean, 50)
    return sum(_few(dice, some) for some in [*[50.0] * int(whole), part])


def _few(dice: Random, mean: float) -> int:
    count, left = 0, dice.random()
    while left > exp(-mean):
        count, left = count + 1, left * dice.random()
    return count


def _pauses(site: Site, days: int) -> Iterator[Pause]:
    stops = {CLOSED: (time(), time(23, 59, 59)), **PAUSED}
    for day, (start, end) in stops.items():
        if day < days:
            on = FIRST + day * DAY
            zone = site.gate.zone
            yield Pause(datetime.combine(on, start, zone), datetime.combine(on, end, zone))


def _pace(site: Site, clock: OpenClock, days: int, falls: Mapping[int, int]) -> Pace:
    """Return the pace: the capacity of a day is spread over the hours that it is usually open."""
    usual = site.gate.clock(DIRECTION)
    midnights = [
        datetime.combine(FIRST + day * DAY, time(), site.gate.zone) for day in range(days + 1)
    ]
    readings = [clock.reading(one) for one in midnights]
    starts, seconds = [], []
    for day in range(days):
        if readings[day + 1] == readings[day]:
            continue
        capacity = USUAL_CAPACITY * falls.get(day, 100) // 100
        starts.append(readings[day])
        seconds.append(usual.seconds_between(midnights[day], midnights[day + 1]) // capacity)
    return Pace(starts, seconds, readings[-1])
