"""A day's plan: every vehicle with what it carries, when it comes and what goes wrong with it.

Pure and seeded: the same day, scale and seed give the same plan. How many of which cargo pass each
gate is published; hours, products, weights and troubles are ours, drawn at random.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import cycle, islice
from random import Random

from app.demo.days import EXPORTS, GATES, Cargo, PublishedDay
from app.demo.failures import DemoError
from app.domain.vocabulary import Direction

HOUR = 60
EXPORTS_COME = (5 * HOUR, 7 * HOUR, 16 * HOUR)
IMPORTS_COME = (7 * HOUR + 5, 10 * HOUR, 17 * HOUR)
"""Minutes of the day: the first, the busiest, the end."""
CALLS_BEGIN = 6 * HOUR + 30  # within the policy's lead before opening
CALL_EVERY = 10
CALL_ROUNDS = 58  # until about four in the afternoon


class Trouble(StrEnum):
    """What goes wrong with a vehicle."""

    NO_CERTIFICATE = "no-certificate"
    NO_GROWING_AREA = "no-growing-area"
    NO_PACKING_HOUSE = "no-packing-house"
    NO_MARKET = "no-market"
    TWO_KINDS = "two-kinds"
    AMENDED = "amended"
    """The certificate is missing at first; an amendment brings it while the vehicle waits."""
    HELD = "held"
    LATE = "late"
    """It misses its first call."""
    NO_SHOW = "no-show"
    """It misses every call; it is not one of those that went through."""
    HASTY = "hasty"
    """Its release is asked before the fee is paid."""


PAPERS = (
    Trouble.NO_CERTIFICATE,
    Trouble.NO_GROWING_AREA,
    Trouble.NO_PACKING_HOUSE,
    Trouble.NO_MARKET,
    Trouble.TWO_KINDS,
)
"""The troubles with papers, each refused by a rule of its own."""
# One in so many, and one at least where there are vehicles left.
PAPERS_IN, LATE_IN, HASTY_IN = 15, 40, 25
PAPERS_CHECKED_AT = "tan-thanh"  # the one gate of the two with a green lane

# (product, HS code), as often as they are drawn; durian is in season in August.
PRODUCTS = (
    *[("durian", "0810.60.00")] * 4,
    *[("dragon-fruit", "0810.90.92")] * 3,
    *[("watermelon", "0807.11.00")] * 2,
    ("jackfruit", "0810.90.50"),
    ("mango", "0804.50.21"),
    ("banana", "0803.90.90"),
    ("longan", "0810.90.10"),
)
PAYLOADS = (30_000, 30_000, 30_000, 15_000, 15_000, 8_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """One vehicle of the plan; times are minutes of the day, the others minutes each takes.

    `comes` is into a yard for exports, to the gate itself for imports. `approach` is from the call
    to the gate, `before` from the gate to the first checks, `inside` from admission to the last
    ones.
    """

    number: int
    gate: str
    cargo: Cargo
    registers: int
    comes: int
    approach: int
    before: int
    inside: int
    product: tuple[str, str]
    payload_kg: int
    transships: bool
    pays_early: bool
    trouble: Trouble | None = None

    @property
    def direction(self) -> Direction:
        """Which way it goes."""
        return Direction.EXPORT if self.cargo in EXPORTS else Direction.IMPORT

    @property
    def goes_through(self) -> bool:
        """Whether it reaches the other side."""
        return self.trouble is not Trouble.NO_SHOW


@dataclass(frozen=True, slots=True)
class Plan:
    """Everybody of the day, and how many are called at once at each gate."""

    day: PublishedDay
    trucks: Sequence[Truck]
    calls: Mapping[str, int]

    @property
    def going_through(self) -> int:
        """How many vehicles reach the other side."""
        return sum(truck.goes_through for truck in self.trucks)


def plan_day(day: PublishedDay, *, seed: int, scale: float = 1.0) -> Plan:
    """Return the plan of a day.

    Those who go through are the published numbers, scaled; beside them one truck a gate is called
    for export and never comes.

    Raises:
        DemoError: more trucks come to a yard than there are minutes.
    """
    dice = Random(seed)  # noqa: S311 - no secret
    counts = day.scaled(scale)
    trucks: list[Truck] = []
    for gate in GATES:
        for cargoes in ((Cargo.FRUIT, Cargo.OTHER), (Cargo.GOODS, Cargo.NEW_VEHICLES)):
            wanted = [(cargo, counts[gate, cargo]) for cargo in cargoes]
            trucks += _of_queue(dice, gate, wanted, first=len(trucks))
    return Plan(day, trucks, {gate: _calls_at_once(trucks, gate) for gate in GATES})


def _calls_at_once(trucks: Sequence[Truck], gate: str) -> int:
    waiting = sum(one.gate == gate and one.direction is Direction.EXPORT for one in trucks)
    return max(1, -(-waiting // CALL_ROUNDS))


def _of_queue(
    dice: Random, gate: str, wanted: Sequence[tuple[Cargo, int]], *, first: int
) -> Iterator[Truck]:
    """Yield the vehicles of one gate and direction, in the order in which they come."""
    cargoes = [cargo for cargo, number in wanted for _ in range(number)]
    is_export = wanted[0][0] in EXPORTS
    troubles: dict[int, Trouble] = {}
    if is_export and cargoes:
        dice.shuffle(cargoes)
        cargoes.append(Cargo.OTHER)
        troubles = _troubles(gate, cargoes)
    comes = _minutes(dice, len(cargoes), is_export=is_export)
    for place, (minute, cargo) in enumerate(zip(comes, cargoes, strict=True)):
        truck = _truck(dice, first + place, gate, cargo, minute)
        trouble = troubles.get(place)
        # What is amended or comes too late is paid when the price stands.
        early = truck.pays_early and trouble is None
        yield replace(truck, trouble=trouble, pays_early=early)


def _minutes(dice: Random, number: int, *, is_export: bool) -> list[int]:
    """Return when they come, sorted.

    Into a yard one a minute, so that no tie decides who is called and each run tells one story;
    the first early enough to be held before calls begin.
    """
    begin, busiest, end = EXPORTS_COME if is_export else IMPORTS_COME
    if is_export and number > end - begin:
        message = f"{number} trucks are more than can come into a yard one a minute"
        raise DemoError(message)
    minutes = [begin] if is_export and number else []
    while len(minutes) < number:
        minute = int(dice.triangular(begin, end, busiest))
        if not (is_export and minute in minutes):
            minutes.append(minute)
    return sorted(minutes)


def _truck(dice: Random, number: int, gate: str, cargo: Cargo, comes: int) -> Truck:
    transships = cargo is Cargo.GOODS and dice.random() < 1 / 3
    return Truck(
        number=number,
        gate=gate,
        cargo=cargo,
        registers=comes - dice.randint(20, 280),
        comes=comes,
        approach=dice.randint(5, 25),
        before=dice.randint(1, 25 if cargo in EXPORTS else 45),
        inside=dice.randint(10, 60),
        product=dice.choice(PRODUCTS),
        payload_kg=dice.choice(PAYLOADS),
        transships=transships,
        pays_early=dice.random() < 1 / 4,
    )


def _troubles(gate: str, cargoes: Sequence[Cargo]) -> dict[int, Trouble]:
    """Return who has which trouble, by place; the last, who is one too many, never comes.

    The first to come is held, long enough to be passed over when calls begin.
    """
    last = len(cargoes) - 1
    found = {last: Trouble.NO_SHOW, **({0: Trouble.HELD} if last else {})}
    left = [place for place in range(1, last) if cargoes[place] is Cargo.FRUIT]
    if gate == PAPERS_CHECKED_AT:
        papers = islice(cycle(PAPERS), -(-len(left) // PAPERS_IN))
        found |= _deal(left, [Trouble.AMENDED, *papers])
    # The second half comes too late to miss a call and still be through before the gate closes.
    left = [place for place in range(1, last // 2) if place not in found]
    found |= _deal(left, [Trouble.LATE] * -(-last // LATE_IN))
    left = [place for place in range(1, last) if place not in found]
    return found | _deal(left, [Trouble.HASTY] * -(-last // HASTY_IN))


def _deal(places: Sequence[int], troubles: Sequence[Trouble]) -> dict[int, Trouble]:
    """Return troubles spread evenly over the places, as far as there are places."""
    some = troubles[: len(places)]
    return {places[index * len(places) // len(some)]: one for index, one in enumerate(some)}
