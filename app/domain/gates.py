"""Gates and yards as the published documents describe them; adding one is adding rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from app.domain.closures import Closure, ClosureKind
from app.domain.open_clock import OpenClock, OpenHours, Pause
from app.domain.travel_times import TravelTimes, parse_travel_times
from app.domain.validity import Validity
from app.domain.vocabulary import Direction, Text

Document = Mapping[str, Any]

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
"""The zone's local time: UTC+7, no summer time."""

HANOI: Final = timezone(timedelta(hours=7))
"""The same where an instant is only told or read: no summer time since 1975."""

PASSENGERS: Final = "passengers"
"""The kind of a route that takes no goods vehicles."""

_WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Mode(StrEnum):
    """What a gate passes; the fee table refuses rail."""

    ROAD = "road"
    RAIL = "rail"


class Location(StrEnum):
    """Where a yard lies; policy editions say from which location a vehicle is in position."""

    INSIDE_GATE = "inside-gate"
    OUTSIDE_GATE = "outside-gate"


@dataclass(frozen=True, slots=True)
class Route:
    """A cleared road at a gate, by its boundary markers; capacities are vehicles a day, dated."""

    code: str
    marker_label: str
    kind: str
    capacities: tuple[tuple[Validity, int], ...] = ()

    @property
    def takes_goods(self) -> bool:
        """Whether goods vehicles may be bound to it."""
        return self.kind != PASSENGERS

    def capacity(self, day: date) -> int | None:
        """Return how many vehicles it takes on `day`; None is not known."""
        return next((vehicles for valid, vehicles in self.capacities if valid.covers(day)), None)


@dataclass(frozen=True, slots=True)
class Gate:
    """A border gate with its dated rows; `document` is the published whole, for display."""

    code: str
    mode: Mode
    call_prefix: str
    names: Text = field(hash=False)
    hours: tuple[OpenHours, ...] = ()
    closures: tuple[Closure, ...] = ()
    green_lane_days: tuple[Validity, ...] = ()
    routes: tuple[Route, ...] = ()
    zone: tzinfo = ZONE
    document: Document = field(default_factory=dict, repr=False, compare=False)

    def has_green_lane(self, day: date) -> bool:
        """Tell whether the gate runs a green lane on `day`."""
        return any(valid.covers(day) for valid in self.green_lane_days)

    def route(self, code: str) -> Route | None:
        """Return the route of that code, or None where the gate has none."""
        return next((route for route in self.routes if route.code == code), None)

    def clock(self, direction: Direction, pauses: Iterable[Pause] = ()) -> OpenClock:
        """Lay out the open clock of one queue; keep it while rows and pauses stay the same."""
        return OpenClock(
            self.zone,
            [hours for hours in self.hours if hours.concerns(direction)],
            closures=[closure for closure in self.closures if closure.concerns(direction)],
            pauses=pauses,
        )


@dataclass(frozen=True, slots=True)
class Yard:
    """A parking and checking area; `gate_code` is None where it belongs to no single gate."""

    code: str
    names: Text = field(hash=False)
    location: Location
    serves: tuple[str, ...]
    gate_code: str | None = None
    parking_capacity: int | None = None
    travel_times: TravelTimes = field(default_factory=TravelTimes, compare=False)
    document: Document = field(default_factory=dict, repr=False, compare=False)

    def is_inside(self, gate: str) -> bool:
        """Tell whether it lies inside that gate, so that who stands in it needs no place there."""
        return self.location is Location.INSIDE_GATE and self.gate_code == gate


def parse_gates(document: Document) -> tuple[Gate, ...]:
    """Return the gates of a published document, in its order, in its time zone."""
    zone = ZoneInfo(document["time_zone"])
    return tuple(parse_gate(row, zone) for row in document["gates"])


def parse_gate(document: Document, zone: tzinfo = ZONE) -> Gate:
    """Return one gate of a published document.

    Raises:
        KeyError, ValueError: the document lacks a field or has a value that we do not know.
    """
    return Gate(
        code=document["code"],
        mode=Mode(document["mode"]),
        call_prefix=document["call_prefix"],
        names=document["names"],
        hours=tuple(parse_hours(row) for row in document["hours"]),
        closures=tuple(parse_closure(row) for row in document["closures"]),
        green_lane_days=tuple(Validity.parse(row) for row in document["green_lane_rows"]),
        routes=tuple(parse_route(row) for row in document["routes"]),
        zone=zone,
        document=document,
    )


def parse_hours(row: Document) -> OpenHours:
    """Return an hours row; `24:00` and `00:00` both close at the end of the day."""
    return OpenHours(
        valid=Validity.parse(row),
        opens=time.fromisoformat(row["opens"]),
        closes=time() if row["closes"] == "24:00" else time.fromisoformat(row["closes"]),
        weekdays=frozenset(_WEEKDAYS.index(day) for day in row["days"]),
        direction=_direction(row["direction"]),
    )


def parse_closure(row: Document) -> Closure:
    """Return a closure row."""
    return Closure(
        kind=ClosureKind(row["kind"]),
        valid=Validity.parse(row),
        direction=_direction(row["direction"]),
        cargo=row["cargo"],
        reason=row["reason"],
    )


def parse_route(row: Document) -> Route:
    """Return a route row."""
    capacities = ((Validity.parse(one), one["vehicles"]) for one in row["capacity_per_day"])
    return Route(row["code"], row["marker_label"], row["kind"], tuple(capacities))


def parse_yards(document: Document) -> tuple[Yard, ...]:
    """Return the yards of a published document, in its order."""
    return tuple(parse_yard(row) for row in document["yards"])


def parse_yard(document: Document) -> Yard:
    """Return one yard of a published document.

    Raises:
        KeyError, ValueError: the document lacks a field or has a value that we do not know.
    """
    parking = document["parking_capacity"]
    return Yard(
        code=document["code"],
        names=document["names"],
        location=Location(document["location"]),
        serves=tuple(document["serves"]),
        gate_code=document["gate_code"],
        parking_capacity=parking and parking["vehicles"],
        travel_times=parse_travel_times(document["travel_times"]),
        document=document,
    )


def _direction(text: str) -> Direction | None:
    return None if text == "both" else Direction(text)
