"""Who is called next: accumulating priority, in whole numbers that anyone can recompute.

Points = points carried + rate of the lane x open seconds since it was entered - charges. The entry
with the most points is called; ties go to the faster lane, the earlier start of waiting, the lower
id. With C the reading of the queue's open clock, an entry stores one integer, its key =
rate x C(lane entered) - points carried + charges, and has rate x C - key points at any C. Inside a
lane the lowest key is next and waiting never changes that, so comparing the heads of the lanes is
comparing everybody, and a place is a count of index ranges.

Lanes named `strict` (an edition's strict season) are called before all others, by points among
themselves.

Units: rates are points per open second, clocks whole open seconds, instants whole seconds with a
zone. Source: the queue policy in force; Kleinrock, accumulating priority.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from app.domain.errors import SharesOverCapacityError
from app.domain.sub_queues import WHOLE, SubQueue
from app.domain.vocabulary import Lane

Rates = Mapping[Lane, int]
Precedence = tuple[bool, int, int, datetime, UUID]

MINUTE_SECONDS = 60
CAPACITY_PERCENT = 100
NO_LANE: Collection[Lane] = frozenset()


@dataclass(frozen=True, slots=True)
class Waiting:
    """One entry as the queue sees it: nothing here tells whose it is."""

    id: UUID
    lane: Lane
    key: int
    waits_from: datetime
    sub_queue: SubQueue = WHOLE


@dataclass(frozen=True, slots=True)
class Choice:
    """The entry to call, and what it was compared with.

    `earned` has the most points of each lane that had a head; `ranked` the heads in order of call.
    """

    first: Waiting
    earned: Mapping[Lane, int]
    ranked: tuple[Waiting, ...]

    @property
    def points(self) -> int:
        """Points of the chosen entry."""
        return self.earned[self.first.lane]


@dataclass(frozen=True, slots=True)
class Bound:
    """Who of one lane is called before a given entry: one range of the lane's index.

    Those whose key is lower than `below`, and, where `tied` is given, those of key `below` whose
    (waits_from, id) is lower than it. `below` None is the whole lane.
    """

    below: int | None
    tied: tuple[datetime, UUID] | None = None

    def covers(self, other: Waiting) -> bool:
        """Tell whether `other`, of this bound's lane, is called first."""
        if self.below is None:
            return True
        if self.tied is None:
            return other.key < self.below
        return (other.key, other.waits_from, other.id) < (self.below, *self.tied)


WHOLE_LANE = Bound(None)


def key_at(rate: int, clock: int, carried: int = 0, charges: int = 0) -> int:
    """Return the key of an entry that enters a lane of `rate` when the open clock reads `clock`."""
    return rate * clock - carried + charges


def points(one: Waiting, rates: Rates, clock: int) -> int:
    """Return what a waiting entry has earned when the open clock reads `clock`."""
    return rates[one.lane] * clock - one.key


def precedence(
    one: Waiting, rates: Rates, clock: int, *, strict: Collection[Lane] = NO_LANE
) -> Precedence:
    """Return the sort key of calling: the lower of two is called first, and no two are equal."""
    earned = points(one, rates, clock)
    return (one.lane not in strict, -earned, -rates[one.lane], one.waits_from, one.id)


def in_order(
    everybody: Iterable[Waiting], rates: Rates, clock: int, *, strict: Collection[Lane] = NO_LANE
) -> list[Waiting]:
    """Return the entries as they would be called if calling happened now."""
    return sorted(everybody, key=lambda one: precedence(one, rates, clock, strict=strict))


def heads(everybody: Iterable[Waiting]) -> list[Waiting]:
    """Return the next of each lane, which no rate and no clock can change."""
    first: dict[Lane, Waiting] = {}
    for one in sorted(everybody, key=lambda one: (one.key, one.waits_from, one.id)):
        first.setdefault(one.lane, one)
    return list(first.values())


def choose(
    heads: Iterable[Waiting], rates: Rates, clock: int, *, strict: Collection[Lane] = NO_LANE
) -> Choice | None:
    """Return the entry to call next, or None where nobody waits.

    The head of each lane is enough; more of them (one a lane and sub-queue, or everybody) change
    nothing but `ranked`.
    """
    ranked = in_order(heads, rates, clock, strict=strict)
    if not ranked:
        return None
    earned = {head.lane: points(head, rates, clock) for head in reversed(ranked)}
    return Choice(ranked[0], earned, tuple(ranked))


def ahead_of(
    one: Waiting,
    everybody: Iterable[Waiting],
    rates: Rates,
    clock: int,
    *,
    strict: Collection[Lane] = NO_LANE,
) -> list[Waiting]:
    """Return those of `everybody` who have a better claim than `one`, in order of call.

    Asked of the entries that may be called it is who stands ahead; asked of those that may not, who
    is skipped when `one` is called.
    """
    claim = precedence(one, rates, clock, strict=strict)
    ranked = in_order(everybody, rates, clock, strict=strict)
    return [other for other in ranked if precedence(other, rates, clock, strict=strict) < claim]


def place(
    one: Waiting,
    everybody: Iterable[Waiting],
    rates: Rates,
    clock: int,
    *,
    strict: Collection[Lane] = NO_LANE,
) -> int:
    """Return how many of `everybody` would be called before `one` if calling happened now, plus 1.

    `bounds` says the same as index ranges; `one` may be among `everybody` or not.
    """
    return len(ahead_of(one, everybody, rates, clock, strict=strict)) + 1


def bounds(
    one: Waiting, rates: Rates, clock: int, *, strict: Collection[Lane] = NO_LANE
) -> dict[Lane, Bound]:
    """Return, per lane, who is called before `one`; a lane that is left out has nobody.

    As SQL, an index on (lane, key, waits_from, id) answers each by one range: `key < below`, or
    `(key, waits_from, id) < (below, *tied)`. The counts of all lanes plus one are the place.
    """
    earned = points(one, rates, clock)
    found: dict[Lane, Bound] = {}
    for lane, rate in rates.items():
        if lane in strict and one.lane not in strict:
            found[lane] = WHOLE_LANE
        elif lane in strict or one.lane not in strict:
            found[lane] = _bound(one, rates[one.lane], rate, rate * clock - earned)
    return found


def _bound(one: Waiting, own_rate: int, rate: int, key: int) -> Bound:
    """Return the range of a lane of `rate` in which `key` has exactly the points of `one`."""
    if rate == own_rate:
        return Bound(key, (one.waits_from, one.id))
    return Bound(key + 1 if rate > own_rate else key)


def change_lane(one: Waiting, lane: Lane, rates: Rates, clock: int) -> Waiting:
    """Return the entry in another lane: points earned stay, from now on the new rate counts."""
    key = key_at(rates[lane], clock, points(one, rates, clock))
    return replace(one, lane=lane, key=key)


def change_rates(one: Waiting, before: Rates, after: Rates, clock: int) -> Waiting:
    """Return the entry under a new edition's rates: points earned stay.

    Asked, under the lock, of everybody who has a key: those who wait and those who are called.
    """
    return replace(one, key=key_at(after[one.lane], clock, points(one, before, clock)))


def charge(one: Waiting, amount: int) -> Waiting:
    """Return the entry with `amount` points less at every reading of the clock."""
    return replace(one, key=one.key + amount)


def miss_charge(minutes: int, rate: int) -> int:
    """Return the points that a missed call costs: `minutes` of waiting at the lane's `rate`."""
    return minutes * MINUTE_SECONDS * rate


def slowdown_thousandths(
    rates: Rates, shares_percent: Mapping[Lane, int], *, strict: Collection[Lane] = NO_LANE
) -> int:
    """Return how many times longer the slowest lane waits than in first-come order, x 1000.

    The design equation 1 / (1 - sum of share_h x (1 - rate_lowest / rate_h)), exact until the one
    rounding at the end, half up; a strict lane passes always, as if its rate had no end.
    `shares_percent` is the part of the queue's capacity that each lane uses; a lane left out uses
    none. Published with an edition, never used to order anybody.

    Raises:
        SharesOverCapacityError: a share is negative, they are more than the whole capacity, or
            leave the slowest lane nothing.
    """
    lowest = min(rate for lane, rate in rates.items() if lane not in strict)
    parts = (
        Fraction(share, CAPACITY_PERCENT)
        * (1 if lane in strict else 1 - Fraction(lowest, rates[lane]))
        for lane, share in shares_percent.items()
    )
    passed = sum(parts, Fraction())
    used = sum(shares_percent.values())
    if min(shares_percent.values(), default=0) < 0 or used > CAPACITY_PERCENT or passed >= 1:
        raise SharesOverCapacityError(percent=used)
    return int(1000 / (1 - passed) + Fraction(1, 2))
