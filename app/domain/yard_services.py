"""What yards ask for their services: their operators' prices, which are no part of the fee.

A schedule is dated and names its yards. Its prices are net; the value added tax is shown apart.
The yard prices that we have are our own default, so production knows none.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Final

from app.domain.charges import Rate
from app.domain.errors import FieldError, NoYardPriceError, UnknownCodeError
from app.domain.money import share_of
from app.domain.rows import Row, evidence, text
from app.domain.validity import Timeline, Validity
from app.domain.vocabulary import Basis, Evidence, Lane, Text, weakest

DAY_MINUTES: Final = 24 * 60
"""What the entry ticket covers, and each period after it; a stay of just that costs no more."""
RULE: Final = NoYardPriceError.code
PRODUCE_LANES: Final = frozenset({Lane.GREEN_SEASON, Lane.GREEN})
"""Produce in these does not pay for the time that the gate lets it wait."""


class VehicleKind(StrEnum):
    """As what a yard prices a vehicle."""

    TRUCK = "truck"
    CONTAINER = "container"


class Unit(StrEnum):
    """What a price is of: once an entry, once a vehicle, each started 24 hours after the first."""

    ENTRY = "entry"
    VEHICLE = "vehicle"
    STARTED_24_HOURS = "started-24-hours"


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a yard, and what it costs each kind of vehicle that may have it, in VND."""

    code: str
    label: Text
    unit: Unit
    prices: Mapping[VehicleKind, Rate]
    note: str | None
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Schedule:
    """The services of some yards on some days; `vat` is in basis points and not in the prices."""

    code: str
    title: Text
    yards: tuple[str, ...]
    valid: Validity
    official: bool
    vat: Rate
    services: Mapping[str, Service]


@dataclass(frozen=True, slots=True)
class Stay:
    """What somebody asks of a yard for one vehicle: which services, and how long it stays.

    `gate_delay_minutes` is what of its stay the gate has caused.
    """

    yard: str
    services: Sequence[str]
    kind: VehicleKind
    lane: Lane
    stay_minutes: int
    gate_delay_minutes: int = 0

    @property
    def periods(self) -> int:
        """The periods of 24 hours that begin after the first, by which parking is counted."""
        free = self.gate_delay_minutes if self.lane in PRODUCE_LANES else 0
        over = self.stay_minutes - free - DAY_MINUTES
        return -(-max(0, over) // DAY_MINUTES)


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """What one service comes to, net: so many times its price."""

    service: Service
    price: Rate
    quantity: int

    @property
    def amount_vnd(self) -> int:
        """What it comes to, in VND."""
        return self.price.value * self.quantity


@dataclass(frozen=True, slots=True)
class Estimate:
    """What services may come to, in VND: net, and the tax on all of them, rounded once."""

    schedule: Schedule
    stay: Stay
    lines: Sequence[ServiceLine]

    @property
    def net_vnd(self) -> int:
        """What the operator asks for without the tax."""
        return sum(one.amount_vnd for one in self.lines)

    @property
    def vat_vnd(self) -> int:
        """The value added tax."""
        return share_of(self.net_vnd, self.schedule.vat.value)

    @property
    def basis(self) -> Basis:
        """The weakest basis of what was used; the tax is no firmer than the prices it is of."""
        rates = [self.schedule.vat, *(one.price for one in self.lines)]
        return weakest(one.evidence.basis for one in rates)


class YardServices:
    """Every schedule, found by yard and day."""

    __slots__ = ("_of_yard",)

    def __init__(self, schedules: Iterable[Schedule] = ()) -> None:
        """Keep schedules; one without an end is over where the next of its yard begins.

        Raises:
            OverlappingValidityError: two of one yard share a day and neither ends by that.
        """
        of_yard = defaultdict[str, list[Schedule]](list)
        for one in schedules:
            for yard in one.yards:
                of_yard[yard].append(one)
        self._of_yard = {yard: _timeline(ones) for yard, ones in of_yard.items()}

    def get(self, yard: str, on: date) -> Schedule | None:
        """Return the schedule of a yard on a day, if any is known."""
        found = self._of_yard.get(yard)
        return found.get(on) if found else None

    def of(self, yard: str) -> Sequence[Schedule]:
        """Return the schedules of a yard, earliest first, each with the days on which it rules."""
        found = self._of_yard.get(yard)
        return [one for _, one in found.rows] if found else []

    def estimate(self, stay: Stay, on: date, at: str = "") -> Estimate:
        """Return what services come to on a day; `at` is where in the request they stand.

        Raises:
            NoYardPriceError: no schedule rules there on that day, or it has no price of a service
                for that kind of vehicle; never a price of zero.
            UnknownCodeError: the schedule has no such service.
        """
        schedule = self.get(stay.yard, on)
        if schedule is None:
            raise NoYardPriceError(errors=(FieldError(f"{at}/yard", RULE, stay.yard),))
        lines = [
            _line(schedule, stay, code, f"{at}/services/{number}")
            for number, code in enumerate(stay.services)
        ]
        return Estimate(schedule, stay, lines)


def _line(schedule: Schedule, stay: Stay, code: str, pointer: str) -> ServiceLine:
    service = schedule.services.get(code)
    if service is None:
        raise UnknownCodeError.at(pointer, code)
    price = service.prices.get(stay.kind)
    if price is None:
        raise NoYardPriceError(errors=(FieldError(pointer, RULE, code),))
    quantity = stay.periods if service.unit is Unit.STARTED_24_HOURS else 1
    return ServiceLine(service, price, quantity)


def _timeline(schedules: Iterable[Schedule]) -> Timeline[Schedule]:
    """Return the schedules of one yard by their days, open ends cut where the next begins."""
    in_order = sorted(schedules, key=lambda one: one.valid.first or date.min)
    cut = [
        replace(one, valid=Validity(one.valid.first, one.valid.end or after.valid.first))
        for one, after in pairwise(in_order)
    ]
    return Timeline((one.valid, one) for one in [*cut, *in_order[-1:]])


def parse_schedule(document: Row) -> Schedule:
    """Return a published schedule.

    Raises:
        KeyError, ValueError: the document lacks a field or has a value that we do not know.
    """
    services = [_service(row) for row in document["services"]]
    vat = document["vat"]
    return Schedule(
        code=document["code"],
        title=text(document["title"]),
        yards=tuple(document["applies_to_yards"]),
        valid=Validity.parse(document),
        official=document["official"],
        vat=Rate(vat["basis_points"], evidence(vat)),
        services={one.code: one for one in services},
    )


def _service(row: Row) -> Service:
    return Service(
        code=row["code"],
        label=text(row["label"]),
        unit=Unit(row["unit"]),
        prices={
            VehicleKind(one["vehicle_kind"]): Rate(one["amount_vnd"], evidence(one))
            for one in row["prices"]
        },
        note=row.get("note"),
        evidence=evidence(row),
    )
