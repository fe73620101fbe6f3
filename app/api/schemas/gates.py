"""Gates and yards on the wire, with the rows that say when they work."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from app.api.schemas.evidence import CountOut, DatedOut, EvidenceOut, Label, TextOut, label_of
from app.api.schemas.types import Day, Instant, Open, Out
from app.api.texts import Language
from app.domain.closures import ClosureKind
from app.domain.gates import Gate, Location, Mode, Yard
from app.domain.occupancy import Occupancy, free_in
from app.domain.vocabulary import Direction, Lane, Queue, QueueMode
from app.services.act import Today

Row = Mapping[str, Any]
TimeOfDay = Annotated[str, Field(pattern=r"^\d\d:\d\d$", examples=["07:00"])]
Directions = Annotated[str, Field(examples=["both"])]
"""A direction, or `both`."""


class PassageOut(Out):
    """One direction of a gate as it stands now."""

    direction: Annotated[Direction, Open]
    open: bool
    changes_at: Instant | None
    """When it next opens or closes; null where not within a year."""
    queue: Annotated[QueueMode, Open] | None
    """How its queue runs today; null where there is none."""


class GateSummaryOut(Out):
    """A border gate in a list."""

    code: Annotated[str, Field(examples=["tan-thanh"])]
    names: TextOut
    label: Label
    kind: Annotated[str, Field(examples=["international"])]
    mode: Annotated[Mode, Open]
    in_zone: bool
    """Whether it belongs to the Đồng Đăng - Lạng Sơn border-gate economic zone."""
    green_lane: bool
    """Whether it runs a green lane today."""
    passages: list[PassageOut]


class GatesOut(Out):
    """All gates."""

    items: list[GateSummaryOut]


class CapacityOut(DatedOut):
    """Vehicles a day."""

    vehicles: int


class RouteOut(EvidenceOut):
    """A cleared road at the gate, named by its boundary markers."""

    code: Annotated[str, Field(examples=["1119-1120"])]
    marker_label: str
    kind: Annotated[str, Field(examples=["goods"])]
    capacity_per_day: list[CapacityOut]
    note: str | None


class HoursOut(DatedOut):
    """Opening hours on some weekdays, in local time; `24:00` is the end of the day."""

    days: list[Annotated[str, Field(examples=["mon"])]]
    direction: Directions
    opens: TimeOfDay
    closes: TimeOfDay


class ClosureOut(DatedOut):
    """Days on which the gate does not work as usual.

    `closed` stops everything; `pre-registered-only` and `intake-suspended` keep some from being
    called.
    """

    kind: Annotated[ClosureKind, Open]
    reason: str | None
    direction: Directions
    cargo: Annotated[str, Field(examples=["all"])]
    """A goods group, or `all`."""
    note: str | None


class GreenLaneDaysOut(DatedOut):
    """Days on which the gate runs these lanes."""

    lanes: list[Annotated[Lane, Open]]


class CounterpartOut(EvidenceOut):
    """The gate on the other side."""

    country: Annotated[str, Field(examples=["CN"])]
    names: TextOut
    label: Label


class PairOut(DatedOut):
    """The gate with which this one forms a pair."""

    gate: str


class PositionOut(EvidenceOut):
    """Where the gate lies, to be shown on a map only."""

    latitude: float
    longitude: float
    accuracy_m: int


class TravelTimeOut(DatedOut):
    """How long a vehicle drives from a yard to a gate; it tells when to leave."""

    gate: str
    minutes: int


class YardOut(EvidenceOut):
    """A parking and checking area, inside a gate or outside."""

    code: Annotated[str, Field(examples=["xuan-cuong"])]
    names: TextOut
    label: Label
    gate: str | None
    """The gate it belongs to; null where to none alone."""
    serves: list[str]
    """The gates for which a vehicle here is in position, where the policy edition lists it."""
    location: Annotated[Location, Open]
    operator: str | None
    parking_capacity: CountOut | None
    """Vehicles at one time; null is not known."""
    daily_capacity: CountOut | None
    opened_on: Day | None
    distance_to_border_m: int | None
    travel_times: list[TravelTimeOut]
    """To the gates that it serves."""


class OccupiedYardOut(YardOut):
    """A yard and who stands in it now."""

    occupied: int
    """Vehicles whose last movement was into it, bound for whatever gate."""
    free: int | None
    """Places that are left; null where the capacity is not known."""
    as_of: Instant


class YardsOut(Out):
    """All yards."""

    items: list[OccupiedYardOut]


class GateOut(GateSummaryOut, EvidenceOut):
    """A border gate with its routes, hours, closures, green-lane days and yards."""

    call_prefix: Annotated[str, Field(examples=["TT"])]
    """With what its call numbers begin."""
    platform_code: str | None
    digital_platform_since: Day | None
    counterpart: CounterpartOut | None
    part_of_pair: PairOut | None
    position: PositionOut | None
    capacity_per_day: list[CapacityOut]
    routes: list[RouteOut]
    hours: list[HoursOut]
    closures: list[ClosureOut]
    green_lane_days: list[GreenLaneDaysOut]
    yards: list[YardOut]
    """The yards that serve it."""


def gates_out(today: Today, language: Language) -> GatesOut:
    """Return every gate as it stands now."""
    gates = today.reference.gates.values()
    return GatesOut(items=[GateSummaryOut(**_summary(today, gate, language)) for gate in gates])


def gate_out(today: Today, gate: Gate, language: Language) -> GateOut:
    """Return a gate with all its rows."""
    row = gate.document
    yards = (yard for yard in today.reference.yards.values() if gate.code in yard.serves)
    return GateOut(
        **_summary(today, gate, language),
        call_prefix=gate.call_prefix,
        platform_code=row["platform_code"],
        digital_platform_since=row["digital_platform_since"],
        counterpart=_counterpart(row["counterpart"], language),
        part_of_pair=_pair(row["part_of_pair"]),
        position=_position(row["coordinates"]),
        capacity_per_day=[CapacityOut.model_validate(one) for one in row["capacity_per_day"]],
        routes=[_route(one) for one in row["routes"]],
        hours=[HoursOut.model_validate(one) for one in row["hours"]],
        closures=[ClosureOut.model_validate({"note": None, **one}) for one in row["closures"]],
        green_lane_days=[GreenLaneDaysOut.model_validate(one) for one in row["green_lane_rows"]],
        yards=[yard_out(yard, language) for yard in yards],
        basis=row["basis"],
        source=row["source"],
    )


def yards_out(yards: Mapping[str, Yard], now: Occupancy, language: Language) -> YardsOut:
    """Return every yard with who stands in it."""
    return YardsOut(items=[occupied_yard_out(yard, now, language) for yard in yards.values()])


def occupied_yard_out(yard: Yard, now: Occupancy, language: Language) -> OccupiedYardOut:
    """Return a yard with who stands in it."""
    occupied = now.occupied.get(yard.code, 0)
    free = free_in(yard, occupied)
    return OccupiedYardOut(**_yard(yard, language), occupied=occupied, free=free, as_of=now.as_of)


def yard_out(yard: Yard, language: Language) -> YardOut:
    """Return a yard."""
    return YardOut(**_yard(yard, language))


def _yard(yard: Yard, language: Language) -> dict[str, Any]:
    row = yard.document
    return {
        "code": yard.code,
        "names": TextOut.model_validate(yard.names),
        "label": label_of(yard.names, language),
        "gate": yard.gate_code,
        "serves": list(yard.serves),
        "location": yard.location,
        "operator": row["operator"] and row["operator"]["name"],
        "parking_capacity": _count(row["parking_capacity"]),
        "daily_capacity": _count(row["daily_capacity"]),
        "opened_on": row["opened_on"],
        "distance_to_border_m": row["distance_to_border_m"],
        "travel_times": [_travel_time(one) for one in row["travel_times"]],
        "basis": row["basis"],
        "source": row["source"],
    }


def _travel_time(row: Row) -> TravelTimeOut:
    return TravelTimeOut.model_validate({**row, "gate": row["gate_code"]})


def _summary(today: Today, gate: Gate, language: Language) -> dict[str, Any]:
    return {
        "code": gate.code,
        "names": TextOut.model_validate(gate.names),
        "label": label_of(gate.names, language),
        "kind": gate.document["kind"],
        "mode": gate.mode,
        "in_zone": gate.document["in_zone"],
        "green_lane": gate.has_green_lane(today.day),
        "passages": [_passage(today, Queue(gate.code, direction)) for direction in Direction],
    }


def _passage(today: Today, queue: Queue) -> PassageOut:
    clock = today.reference.clock(queue)
    return PassageOut(
        direction=queue.direction,
        open=clock.is_open(today.now),
        changes_at=clock.next_change(today.now),
        queue=today.reference.mode(queue, today.day),
    )


def _route(row: Row) -> RouteOut:
    return RouteOut.model_validate({"note": None, **row})


def _counterpart(row: Row | None, language: Language) -> CounterpartOut | None:
    if row is None:
        return None
    return CounterpartOut.model_validate({**row, "label": label_of(row["names"], language)})


def _pair(row: Row | None) -> PairOut | None:
    return None if row is None else PairOut.model_validate({**row, "gate": row["gate_code"]})


def _position(row: Row | None) -> PositionOut | None:
    return None if row is None else PositionOut.model_validate(row)


def _count(row: Row | None) -> CountOut | None:
    return None if row is None else CountOut.model_validate(row)
