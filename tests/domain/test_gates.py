import json
from datetime import date, datetime, time
from importlib import resources

import pytest

from app.domain.closures import Candidate, ClosureKind, excluding, exclusion
from app.domain.gates import (
    ZONE,
    Gate,
    Location,
    Mode,
    parse_gates,
    parse_hours,
    parse_route,
    parse_yards,
)
from app.domain.vocabulary import Direction

REFERENCE = resources.files("app") / "reference"
GATES = {
    gate.code: gate
    for gate in parse_gates(json.loads((REFERENCE / "gates.json").read_text(encoding="utf-8")))
}
YARDS = {
    yard.code: yard
    for yard in parse_yards(json.loads((REFERENCE / "yards.json").read_text(encoding="utf-8")))
}
HOUR = 3600


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def open_hours(gate: str, day: str, direction: Direction = Direction.EXPORT) -> int:
    start = at(f"{day}T00:00:00")
    end = datetime.combine(start.date(), time(23, 59, 59), ZONE)
    return GATES[gate].clock(direction).seconds_between(start, end) // HOUR


@pytest.mark.parametrize(
    ("vehicles", "gate", "route"),
    [
        pytest.param(800, "huu-nghi", "1119-1120", id="the cargo road of Huu Nghi"),
        pytest.param(400, "tan-thanh", "1088-2-1089", id="the cargo road of Tan Thanh"),
        pytest.param(None, "huu-nghi", "1116-1117", id="passengers: no capacity was published"),
    ],
)
def test_a_route_takes_so_many_vehicles_a_day(vehicles: int | None, gate: str, route: str) -> None:
    found = GATES[gate].route(route)
    assert found is not None
    assert vehicles == found.capacity(date(2026, 5, 4))
    assert (route != "1116-1117") == found.takes_goods


def test_a_capacity_holds_on_its_days() -> None:
    row = {"valid_from": "2025-01-01", "valid_to": "2025-07-01", "vehicles": 7}
    route = parse_route(
        {"code": "1", "marker_label": "1", "kind": "clearance-route", "capacity_per_day": [row]}
    )
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [None, 7, 7, None] == [route.capacity(day) for day in days]


@pytest.mark.parametrize(
    ("inside", "yard", "gate"),
    [
        pytest.param(True, "bao-nguyen", "tan-thanh", id="in its own gate"),
        pytest.param(False, "bao-nguyen", "huu-nghi", id="in another gate"),
        pytest.param(False, "viettel-logistics-park", "tan-thanh", id="outside"),
    ],
)
def test_a_yard_lies_inside_one_gate_or_outside(inside: bool, yard: str, gate: str) -> None:
    assert inside == YARDS[yard].is_inside(gate)


def test_ten_gates_are_parsed() -> None:
    assert 10 == len(GATES)
    assert Mode.RAIL is GATES["dong-dang-rail"].mode
    assert {"HN", "DD", "TT", "CN", "PN", "CM", "NH", "NN", "BN", "BC"} == {
        gate.call_prefix for gate in GATES.values()
    }


@pytest.mark.parametrize(
    ("expected", "gate", "day"),
    [
        pytest.param(0, "huu-nghi", "2020-12-10", id="no hours row: closed for the clock"),
        pytest.param(12, "huu-nghi", "2020-12-11", id="the first day with hours"),
        pytest.param(12, "huu-nghi", "2025-04-24", id="the last day until 19:00"),
        pytest.param(13, "huu-nghi", "2025-04-25", id="the first day until 20:00"),
        pytest.param(12, "coc-nam", "2025-04-25", id="Coc Nam kept its hours"),
        pytest.param(13, "huu-nghi", "2026-02-14", id="the day before new year's eve"),
        pytest.param(0, "huu-nghi", "2026-02-15", id="the first closed day"),
        pytest.param(0, "huu-nghi", "2026-02-18", id="the last closed day"),
        pytest.param(13, "huu-nghi", "2026-02-19", id="pre-registered only: the clock runs"),
        pytest.param(13, "huu-nghi", "2026-02-24", id="all again"),
        pytest.param(13, "chi-ma", "2026-02-15", id="Chi Ma never closed"),
        pytest.param(0, "na-hinh", "2026-02-23", id="Na Hinh closed longer"),
        pytest.param(12, "na-hinh", "2026-02-24", id="Na Hinh opens again"),
        pytest.param(12, "tan-thanh", "2022-02-16", id="suspended intake: the clock runs"),
    ],
)
@pytest.mark.parametrize("direction", Direction)
def test_a_day_has_its_open_hours(expected: int, gate: str, day: str, direction: Direction) -> None:
    assert expected == open_hours(gate, day, direction)


@pytest.mark.parametrize(
    ("expected", "is_open", "moment"),
    [
        pytest.param("2025-04-24T19:00", True, "2025-04-24T18:59:59", id="last second to 19:00"),
        pytest.param("2025-04-25T07:00", False, "2025-04-24T19:00:00", id="closed at 19:00"),
        pytest.param("2025-04-25T20:00", True, "2025-04-25T19:00:00", id="now open at 19:00"),
        pytest.param("2026-02-19T07:00", False, "2026-02-14T20:00:00", id="over new year"),
        pytest.param("2020-12-11T07:00", False, "2020-12-01T12:00:00", id="before all hours"),
    ],
)
def test_a_gate_says_open_or_closed_and_until_when(
    expected: str, is_open: bool, moment: str
) -> None:
    clock = GATES["huu-nghi"].clock(Direction.EXPORT)

    assert is_open is clock.is_open(at(moment))
    assert at(f"{expected}:00") == clock.next_change(at(moment))


def test_a_truck_ages_only_while_the_gate_is_open() -> None:
    clock = GATES["huu-nghi"].clock(Direction.EXPORT)

    assert 2 * HOUR == clock.seconds_between(at("2026-02-14T19:00:00"), at("2026-02-19T08:00:00"))


@pytest.mark.parametrize(
    ("kind", "gate", "day"),
    [
        pytest.param(None, "huu-nghi", date(2026, 2, 18), id="closed is not an exclusion"),
        pytest.param("pre-registered-only", "huu-nghi", date(2026, 2, 19), id="Huu Nghi, first"),
        pytest.param("pre-registered-only", "huu-nghi", date(2026, 2, 23), id="Huu Nghi, last"),
        pytest.param(None, "huu-nghi", date(2026, 2, 24), id="Huu Nghi, all again"),
        pytest.param("pre-registered-only", "chi-ma", date(2026, 2, 15), id="Chi Ma, first"),
        pytest.param(None, "tan-thanh", date(2022, 2, 15), id="before suspended intake"),
        pytest.param("intake-suspended", "tan-thanh", date(2022, 2, 16), id="suspended, first"),
        pytest.param("intake-suspended", "tan-thanh", date(2022, 2, 25), id="suspended, last"),
        pytest.param(None, "tan-thanh", date(2022, 2, 26), id="intake again"),
    ],
)
def test_published_closures_exclude_on_their_days(kind: str | None, gate: str, day: date) -> None:
    found = excluding(GATES[gate].closures, day, Direction.EXPORT)

    assert ([] if kind is None else [ClosureKind(kind)]) == [closure.kind for closure in found]


@pytest.mark.parametrize(
    ("excluded", "gate", "registered_on"),
    [
        pytest.param(False, "huu-nghi", date(2026, 2, 14), id="Huu Nghi, before the closed days"),
        pytest.param(True, "huu-nghi", date(2026, 2, 15), id="Huu Nghi, in the closed days"),
        pytest.param(False, "chi-ma", date(2026, 2, 14), id="Chi Ma, before its first day"),
        pytest.param(True, "chi-ma", date(2026, 2, 15), id="Chi Ma, on its first day"),
    ],
)
def test_who_registered_before_the_break_passes_after_it(
    excluded: bool, gate: str, registered_on: date
) -> None:
    candidate = Candidate(Direction.IMPORT, registered_on)

    found = exclusion(GATES[gate].closures, date(2026, 2, 20), candidate)
    assert excluded is (found is not None)


def test_suspended_intake_did_not_concern_imports() -> None:
    assert () == excluding(GATES["tan-thanh"].closures, date(2022, 2, 16), Direction.IMPORT)


@pytest.mark.parametrize(
    ("expected", "gate", "day"),
    [
        pytest.param(False, "tan-thanh", date(2022, 5, 31), id="the last day before"),
        pytest.param(True, "tan-thanh", date(2022, 6, 1), id="the first day"),
        pytest.param(False, "huu-nghi", date(2025, 6, 1), id="a gate without"),
    ],
)
def test_a_gate_has_a_green_lane_on_its_days(expected: bool, gate: str, day: date) -> None:
    assert expected is GATES[gate].has_green_lane(day)


def test_a_gate_knows_its_routes() -> None:
    route = GATES["tan-thanh"].route("1088-2-1089")

    assert route is not None
    assert "1088/2-1089" == route.marker_label
    assert GATES["tan-thanh"].route("1119-1120") is None


@pytest.mark.parametrize("closes", ["00:00", "24:00"])
def test_midnight_closes_the_day_in_either_spelling(closes: str) -> None:
    row = {
        "valid_from": None,
        "valid_to": None,
        "days": ["mon", "sun"],
        "direction": "import",
        "opens": "00:00",
        "closes": closes,
    }
    hours = parse_hours(row)

    assert ((0, 86_400), frozenset({0, 6}), Direction.IMPORT) == (
        hours.window,
        hours.weekdays,
        hours.direction,
    )


def test_yards_lie_inside_or_outside_and_serve_gates() -> None:
    inside, outside = YARDS["xuan-cuong"], YARDS["viettel-logistics-park"]

    assert (Location.INSIDE_GATE, "huu-nghi", 450) == (
        inside.location,
        inside.gate_code,
        inside.parking_capacity,
    )
    assert (Location.OUTSIDE_GATE, None, None) == (
        outside.location,
        outside.gate_code,
        outside.parking_capacity,
    )
    assert ("huu-nghi", "tan-thanh") == outside.serves
    assert all(set(yard.serves) <= set(GATES) for yard in YARDS.values())


def test_gates_with_the_same_rows_are_equal_and_hash_alike() -> None:
    gate = GATES["huu-nghi"]
    again: Gate = next(iter(parse_gates({"time_zone": str(ZONE), "gates": [gate.document]})))

    assert gate == again
    assert 1 == len({gate, again})
