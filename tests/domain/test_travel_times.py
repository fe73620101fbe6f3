"""How long vehicles drive from yards to gates, and when a called one leaves its yard."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import OverlappingValidityError
from app.domain.gates import parse_yards
from app.domain.travel_times import TravelTime, departure, parse_travel_times
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Evidence
from tests.domain.reference import reference

YARDS = parse_yards(reference("yards"))
CALLED = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)


def row(gate: str, minutes: int, first: str, end: str | None = None) -> dict[str, Any]:
    return {
        "gate_code": gate, "minutes": minutes, "valid_from": first, "valid_to": end,
        "basis": "provisional", "source": "a test",
    }  # fmt: skip


def drive(minutes: int) -> TravelTime:
    return TravelTime("tan-thanh", minutes, Validity(), Evidence(Basis.PROVISIONAL, "a test"))


def test_another_drive_holds_from_its_first_day_on() -> None:
    times = parse_travel_times([
        row("tan-thanh", 50, "2022-02-21", "2026-03-11"), row("tan-thanh", 35, "2026-03-11"),
        row("huu-nghi", 20, "2022-02-21"),
    ])  # fmt: skip
    days = (date(2022, 2, 20), date(2022, 2, 21), date(2026, 3, 10), date(2026, 3, 11))
    told = [times.get("tan-thanh", day) for day in days]
    assert [None, 50, 50, 35] == [one and one.minutes for one in told]
    assert times.get("coc-nam", days[-1]) is None
    assert [("tan-thanh", 50), ("tan-thanh", 35), ("huu-nghi", 20)] == [
        (one.gate, one.minutes) for one in times
    ]


def test_one_drive_has_one_length_on_a_day() -> None:
    with pytest.raises(OverlappingValidityError):
        parse_travel_times([
            row("tan-thanh", 50, "2022-02-21"), row("tan-thanh", 35, "2026-03-11"),
        ])  # fmt: skip


@pytest.mark.parametrize("minutes", [0, -1])
def test_no_drive_takes_no_time(minutes: int) -> None:
    with pytest.raises(ValueError, match=str(minutes)):
        parse_travel_times([row("tan-thanh", minutes, "2022-02-21")])


@pytest.mark.parametrize(
    ("earliest", "latest", "minutes", "starts"),
    [
        pytest.param(0, 20, 10, 0, id="it may leave at once"),
        pytest.param(0, 0, 30, 0, id="the drive takes the whole window"),
        pytest.param(0, 0, 31, 0, id="it takes longer"),
        pytest.param(50, 80, 10, 60, id="the window begins later"),
    ],
)
def test_a_vehicle_leaves_so_as_to_be_at_the_gate_in_its_window(
    earliest: int, latest: int, minutes: int, starts: int
) -> None:
    starts_at = CALLED + timedelta(minutes=starts)
    told = departure(drive(minutes), CALLED, starts_at, starts_at + timedelta(minutes=30))
    after = [(at - CALLED) // timedelta(minutes=1) for at in (told.earliest_at, told.latest_at)]
    assert [earliest, latest] == after


@given(
    minutes=st.integers(1, 10_000), until_start=st.integers(0, 10_000), window=st.integers(0, 1_440)
)
def test_nobody_leaves_before_the_call_nor_comes_late_who_could_be_there(
    minutes: int, until_start: int, window: int
) -> None:
    starts_at = CALLED + timedelta(minutes=until_start)
    ends_at = starts_at + timedelta(minutes=window)
    told = departure(drive(minutes), CALLED, starts_at, ends_at)
    assert CALLED <= told.earliest_at <= told.latest_at
    could_be_there = minutes <= until_start + window
    assert could_be_there == (told.latest_at + timedelta(minutes=minutes) <= ends_at)


def test_each_yard_knows_the_way_to_the_gates_that_it_serves_and_whose_estimate_it_is() -> None:
    for yard in YARDS:
        ways = {way.gate: way for way in yard.travel_times}
        assert set(yard.serves) == set(ways)
        assert {Basis.PROVISIONAL} == {way.evidence.basis for way in ways.values()}
