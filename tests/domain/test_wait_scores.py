"""Estimates are due at the start of waiting and on open hours; a week of scores tells how good."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.gates import ZONE
from app.domain.open_clock import OpenClock, OpenHours
from app.domain.validity import Validity
from app.domain.wait_scores import (
    DAY,
    WEEK,
    Accuracy,
    accuracy_of,
    days_from,
    estimates_due,
    hour_due,
)

OPENING = OpenClock(ZONE, [OpenHours(Validity(None, None), time(7), time(20))])


def at(clock: str) -> datetime:
    return datetime.fromisoformat(f"2026-03-11T{clock}+07:00")


@pytest.mark.parametrize(
    ("waits_from", "now", "due"),
    [
        pytest.param("09:30:00", "09:30:00", ["09:30:00"], id="at once"),
        pytest.param("09:30:00", "09:35:00", ["09:30:00"], id="five minutes after"),
        pytest.param("09:30:00", "09:35:01", [], id="later it would not be what was told"),
        pytest.param("09:30:00", "10:00:00", ["10:00:00"], id="at the full hour"),
        pytest.param("09:30:00", "10:05:00", ["10:00:00"], id="five minutes after the hour"),
        pytest.param("09:30:00", "10:05:01", [], id="no more"),
        pytest.param("09:58:00", "10:01:00", ["09:58:00", "10:00:00"], id="both"),
        pytest.param("10:00:00", "10:01:00", ["10:00:00"], id="a start on the hour is one"),
        pytest.param("18:30:00", "20:00:00", [], id="not at an hour at which it has closed"),
        pytest.param("18:30:00", "21:01:00", [], id="nor at night"),
        pytest.param("06:10:00", "06:11:00", ["06:10:00"], id="a start counts whenever it is"),
        pytest.param("06:10:00", "07:00:10", ["07:00:00"], id="the hour at which it opens"),
        pytest.param("09:30:01", "09:30:00", [], id="nothing before the start"),
    ],
)
def test_an_estimate_is_due(waits_from: str, now: str, due: list[str]) -> None:
    assert [at(one) for one in due] == estimates_due(
        at(waits_from), at(now), hour_due(at(now), OPENING)
    )


@pytest.mark.parametrize(
    ("scored", "inside", "expected"),
    [
        pytest.param(9, 9, Accuracy(9, reason="too-few-scored-estimates"), id="nine tell nothing"),
        pytest.param(10, 8, Accuracy(10, 540, 80), id="ten do"),
        pytest.param(12, 11, Accuracy(12, 540, 91), id="rounded down"),
    ],
)
def test_how_good_estimates_were(scored: int, inside: int, expected: Accuracy) -> None:
    assert expected == accuracy_of(scored, inside, 540)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_a_week_is_seven_legal_days_and_ends_where_its_last_day_does(on: date) -> None:
    day, end = days_from(on, DAY, ZONE)
    week, same_end = days_from(on, WEEK, ZONE)
    assert end == same_end
    assert (timedelta(days=1), timedelta(days=7)) == (end - day, end - week)
    assert (on, time(0)) == (day.astimezone(ZONE).date(), day.astimezone(ZONE).time())
