"""Services of yards: worked examples, boundary minutes, and days that no schedule has."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import NoYardPriceError, OverlappingValidityError, UnknownCodeError
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Lane
from app.domain.yard_services import (
    DAY_MINUTES,
    PRODUCE_LANES,
    Stay,
    VehicleKind,
    YardServices,
    parse_schedule,
)
from tests.domain.reference import ROOT, reference

SCHEDULE = parse_schedule(reference("yard-services-2025"))
YARDS = YardServices([SCHEDULE])
ON = date(2026, 3, 11)
EXAMPLES = json.loads((ROOT / "tests" / "vectors" / "yard-services.json").read_text("utf-8"))
ALL = ("entry-ticket", "overnight", "transshipment-area", "disinfection")


def stay(**changes: Any) -> Stay:
    usual: dict[str, Any] = {
        "yard": "xuan-cuong", "services": ["entry-ticket", "overnight"],
        "kind": VehicleKind.TRUCK, "lane": Lane.ORDINARY, "stay_minutes": 60,
    }  # fmt: skip
    return Stay(**{**usual, **changes})


@pytest.mark.parametrize("row", EXAMPLES, ids=lambda row: str(row["stay_minutes"]))
def test_every_worked_example_comes_to_what_it_says(row: dict[str, Any]) -> None:
    found = YARDS.estimate(
        stay(
            services=row["services"], kind=VehicleKind(row["vehicle_kind"]),
            lane=Lane(row["lane"]), stay_minutes=row["stay_minutes"],
            gate_delay_minutes=row["gate_delay_minutes"],
        ),
        ON,
    )  # fmt: skip
    assert (row["net_vnd"], row["vat_vnd"]) == (found.net_vnd, found.vat_vnd)
    assert Basis.PROVISIONAL is found.basis


@pytest.mark.parametrize(
    ("minutes", "periods"), [(0, 0), (1439, 0), (1440, 0), (1441, 1), (2880, 1), (2881, 2)]
)
def test_a_period_is_counted_from_its_first_minute(minutes: int, periods: int) -> None:
    assert periods == stay(stay_minutes=minutes).periods


@pytest.mark.parametrize("lane", list(Lane))
def test_only_produce_does_not_pay_for_the_time_that_the_gate_lets_it_wait(lane: Lane) -> None:
    found = stay(stay_minutes=DAY_MINUTES + 1, gate_delay_minutes=1, lane=lane)
    assert (0 if lane in PRODUCE_LANES else 1) == found.periods


@given(
    services=st.lists(st.sampled_from(ALL), min_size=1, max_size=6),
    kind=st.sampled_from(VehicleKind),
    lane=st.sampled_from(Lane),
    minutes=st.integers(0, 366 * DAY_MINUTES),
    delay=st.integers(0, 366 * DAY_MINUTES),
)
def test_net_is_the_sum_of_lines_and_the_tax_a_tenth_of_it(
    services: list[str], kind: VehicleKind, lane: Lane, minutes: int, delay: int
) -> None:
    asked = stay(
        services=services, kind=kind, lane=lane, stay_minutes=minutes, gate_delay_minutes=delay
    )
    found = YARDS.estimate(asked, ON)
    assert [*services] == [one.service.code for one in found.lines]
    assert found.net_vnd == sum(one.price.value * one.quantity for one in found.lines) >= 0
    assert abs(10 * found.vat_vnd - found.net_vnd) <= 5
    longer = YARDS.estimate(replace(asked, stay_minutes=minutes + 1), ON)
    assert longer.net_vnd >= found.net_vnd


@pytest.mark.parametrize(
    ("changes", "on", "error", "pointer"),
    [
        pytest.param(
            {"services": ["entry-ticket", "reefer-plug"]}, ON, NoYardPriceError, "/services/1",
            id="a plug for a box truck",
        ),
        pytest.param({"services": ["washing"]}, ON, UnknownCodeError, "/services/0", id="unknown"),
        pytest.param(
            {"yard": "viettel"}, ON, NoYardPriceError, "/yard", id="a yard without prices"
        ),
        pytest.param({}, date(2025, 5, 7), NoYardPriceError, "/yard", id="the day before"),
    ],
)  # fmt: skip
def test_what_has_no_price_is_an_error_and_never_nothing(
    changes: dict[str, Any], on: date, error: type[UnknownCodeError], pointer: str
) -> None:
    with pytest.raises(error) as caught:
        YARDS.estimate(stay(**changes), on)
    assert [pointer] == [one.pointer for one in caught.value.errors]


def test_a_schedule_without_an_end_is_over_where_the_next_of_its_yard_begins() -> None:
    newer = replace(SCHEDULE, code="newer", yards=("xuan-cuong",), valid=Validity(date(2026, 4, 1)))
    found = YardServices([newer, SCHEDULE])
    last = date(2026, 4, 1) - timedelta(days=1)
    assert ["yard-services-2025", "newer"] == [
        one.code for day in (last, date(2026, 4, 1)) if (one := found.get("xuan-cuong", day))
    ]
    assert [date(2026, 4, 1), None] == [one.valid.end for one in found.of("xuan-cuong")]
    assert [None] == [one.valid.end for one in found.of("bao-nguyen")]
    assert [] == found.of("viettel")


def test_two_schedules_of_a_yard_never_share_a_day() -> None:
    one = replace(SCHEDULE, valid=Validity(date(2026, 1, 1), date(2026, 3, 1)))
    other = replace(SCHEDULE, valid=Validity(date(2026, 2, 1)))
    with pytest.raises(OverlappingValidityError):
        YardServices([one, other])
