"""A reseller with a thousand accounts, and a rival on every plate of a fleet, with numbers.

Both register, and registering is all that an account can do. Under our rule an entry begins to wait
when it is ready and in position, so what is registered and does not come never enters the list.
What would be won elsewhere stands beside it: a slot system goes by who clicked first, and a plate
may belong to whoever registered it first. That the service decides so, too, is shown on its
database in `tests/races/test_resale.py`.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Final
from uuid import UUID

from app.domain.open_clock import OpenClock
from app.domain.queue_order import Rates
from app.domain.vocabulary import Lane
from benchmarks.simulation.figures import Json, at_rank
from benchmarks.simulation.playing import Played, play
from benchmarks.simulation.rules import ByPoints, first_registered
from benchmarks.simulation.traffic import Site, Traffic, Truck

ACCOUNTS: Final = 1000
PLATES_EACH: Final = 5
FLEET: Final = 300
DAYS_BEFORE: Final = timedelta(days=1)

NAMING_MINUTES: Final = (5, 15)
"""How long until an officer has named the entry of a plate that a camera alone has seen."""
AT_ONCE: Final = timedelta(minutes=1)
"""How long until the yard has, where somebody stands at the barrier under the camera."""
DISPUTE: Final = timedelta(days=1)
"""How long a company would take to get back a plate that somebody else registered first."""
Late = Callable[[Truck, OpenClock, timedelta], Truck]


def reseller(traffic: Traffic, rates: Rates, seed: int) -> Json:
    """Return what a thousand accounts win that register before everybody and sell one plate each.

    The buyers are trucks of the same traffic: they come when they would have come.
    """
    dice = Random(seed)  # noqa: S311 - no secret
    buyers = {truck.id for truck in dice.sample(traffic.trucks, ACCOUNTS)}
    early = min(truck.registered_at for truck in traffic.trucks) - DAYS_BEFORE
    trucks = [
        replace(truck, registered_at=early) if truck.id in buyers else truck
        for truck in traffic.trucks
    ]
    attacked = replace(traffic, trucks=trucks)
    return {
        "accounts": ACCOUNTS,
        "registered": ACCOUNTS * PLATES_EACH,
        "sold": len(buyers),
        "never_came": ACCOUNTS * PLATES_EACH - len(buyers),
        "ours": _won(play(traffic, ByPoints(rates)), play(attacked, ByPoints(rates)), buyers),
        "first-registered": _won(
            play(traffic, first_registered()), play(attacked, first_registered()), buyers
        ),
    }


def rival(traffic: Traffic, site: Site, clock: OpenClock, seed: int) -> Json:
    """Return what a fleet loses whose plates a rival has registered before, by who decides."""
    dice = Random(seed)  # noqa: S311 - no secret
    of_lane = [truck for truck in traffic.trucks if truck.lane is Lane.ORDINARY]
    fleet = {truck.id for truck in dice.sample(of_lane, FLEET)}
    rates = site.edition.rates
    before = play(traffic, ByPoints(rates))

    def delayed(by: Mapping[UUID, timedelta], late: Late) -> Json:
        trucks = sorted(
            (late(truck, clock, by[truck.id]) if truck.id in by else truck
             for truck in traffic.trucks),
            key=lambda truck: (truck.enters, truck.waits_from, truck.id),
        )  # fmt: skip
        after = play(replace(traffic, trucks=trucks), ByPoints(rates))
        return _won(before, after, fleet)

    naming = {
        one.id: timedelta(minutes=dice.randint(*NAMING_MINUTES))
        for one in of_lane
        if one.id in fleet
    }
    return {
        "fleet": FLEET,
        "naming_minutes": list(NAMING_MINUTES),
        "by-reference": delayed({}, _waits_later),
        "by-plate-at-once": delayed(dict.fromkeys(fleet, AT_ONCE), _named_later),
        "by-plate-alone": delayed(naming, _named_later),
        "first-registered-owns": delayed(dict.fromkeys(fleet, DISPUTE), _waits_later),
    }


def _waits_later(truck: Truck, clock: OpenClock, by: timedelta) -> Truck:
    at = truck.waits_from + by
    return replace(truck, waits_from=at, clock=clock.reading(at))


def _named_later(truck: Truck, clock: OpenClock, by: timedelta) -> Truck:
    """Return a truck whose wait counts from when it was seen, but which nobody can call until."""
    return replace(truck, named=clock.reading(truck.waits_from + by))


def _won(before: Played, after: Played, some: Collection[UUID]) -> Json:
    """Return by how much calls came later (earlier: negative), for some and for the others."""
    was = {call.truck.id: call.clock for call in before.calls}
    later = {call.truck.id: call.clock - was[call.truck.id] for call in after.calls
             if call.truck.id in was}  # fmt: skip
    mine = sorted(seconds for truck, seconds in later.items() if truck in some)
    others = sorted(seconds for truck, seconds in later.items() if truck not in some)
    return {"theirs": _change(mine), "others": _change(others)}


def _change(later: Sequence[int]) -> Json:
    return {
        "called": len(later),
        "moved": sum(seconds != 0 for seconds in later),
        "mean": round(sum(later) / len(later)),
        "p95": at_rank(later, 95),
        "max": later[-1],
    }
