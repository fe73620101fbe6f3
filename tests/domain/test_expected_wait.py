"""How long a wait is likely to be: exact where calls are even, honest where they are not."""

from datetime import UTC, datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.expected_wait import (
    Interval,
    Pace,
    Turn,
    estimate,
    open_at,
    pace_of,
    unknown,
)
from app.domain.gates import ZONE
from app.domain.open_clock import OpenClock, OpenHours, Pause
from app.domain.validity import Validity

DAY = OpenHours(Validity(None, None), time(7), time(20))
OPENING = OpenClock(ZONE, [DAY])
NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)

gaps = st.lists(st.integers(0, 900), min_size=10, max_size=40).filter(any)
turns = st.builds(
    lambda waiting, later: Turn(waiting + later, later), st.integers(1, 5000), st.integers(0, 500)
)
instants = st.integers(0, 14 * 86_400).map(lambda after: NINE + timedelta(seconds=after))


def even(calls: int, gap: int, batch: int = 1) -> list[int]:
    """Return the readings of `calls` calls, `batch` of them every `gap` seconds."""
    return [number // batch * gap for number in range(calls)]


def pace(readings: list[int], clock: int) -> Pace:
    found = pace_of(readings, clock)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("readings", "clock"),
    [
        pytest.param(even(9, 60), 540, id="nine calls tell nothing"),
        pytest.param([7] * 10, 7, id="no open second has passed since"),
        pytest.param([7] * 10, 3, id="who asks may have read the clock before them"),
        pytest.param([], 100, id="nobody was ever called"),
    ],
)
def test_of_too_few_calls_nothing_is_known(readings: list[int], clock: int) -> None:
    assert pace_of(readings, clock) is None


@pytest.mark.parametrize(
    ("readings", "clock", "expected"),
    [
        pytest.param(even(10, 60), 600, Pace(10, 600, 10, 0), id="one every minute"),
        pytest.param(even(10, 60), 599, Pace(9, 540, 9, 0), id="the last gap is not over"),
        pytest.param(even(10, 60), 700, Pace(10, 700, 10, 900_000), id="the last gap is long"),
        pytest.param(even(12, 90, batch=3), 360, Pace(12, 360, 4, 0), id="three every 90 seconds"),
        pytest.param([0] * 10, 60, Pace(10, 60, 1, 0), id="all at once, a minute ago"),
    ],
)
def test_the_pace_is_of_the_batches_that_are_over(
    readings: list[int], clock: int, expected: Pace
) -> None:
    assert expected == pace_of(readings, clock)


@given(
    gap=st.integers(1, 900), calls=st.integers(10, 60), turn=st.integers(1, 3000),
    asked=st.integers(0, 899),
)  # fmt: skip
def test_at_an_even_pace_the_likely_call_is_exact_to_one_gap(
    gap: int, calls: int, turn: int, asked: int
) -> None:
    since = asked % gap
    last = (calls - 1) * gap
    found = pace(even(calls, gap), last + since).interval(Turn(turn))
    true = turn * gap - since
    assert true <= found.likely <= true + gap
    assert found.low <= true <= found.high


@given(gaps, turns)
def test_low_is_never_more_than_likely_nor_likely_than_high(gaps: list[int], turn: Turn) -> None:
    readings = [sum(gaps[:at]) for at in range(len(gaps))]
    found = pace(readings, sum(gaps)).interval(turn)
    assert 0 <= found.low <= found.likely <= found.high


@given(gaps, turns, st.integers(0, 50), st.integers(0, 50))
def test_who_stands_further_back_is_never_told_less(
    gaps: list[int], turn: Turn, waiting: int, later: int
) -> None:
    readings = [sum(gaps[:at]) for at in range(len(gaps))]
    found = pace(readings, sum(gaps))
    here = found.interval(turn)
    behind = found.interval(Turn(turn.calls + waiting + later, turn.later + later))
    assert here.low <= behind.low
    assert here.likely <= behind.likely
    assert here.high <= behind.high


def test_uneven_calls_make_a_wider_interval_than_even_ones_of_the_same_pace() -> None:
    uneven = [0, 10, 20, 30, 40, 300, 310, 320, 330, 340]
    wide, narrow = (pace(one, 600).interval(Turn(20)) for one in (uneven, even(10, 60)))
    assert narrow.likely == wide.likely == 1200
    assert wide.high - wide.low > narrow.high - narrow.low
    assert Interval(1140, 1200, 1260) == narrow


def test_who_may_come_later_makes_the_end_of_the_interval_later_and_not_its_beginning() -> None:
    found = pace(even(10, 60), 600)
    assert found.interval(Turn(20)).low == found.interval(Turn(30, later=10)).low
    assert Interval(1140, 1800, 1800 + 243) == found.interval(Turn(30, later=10))


def test_eight_of_ten_calls_come_inside_the_interval() -> None:
    """Calls at random, by a seed: gaps without memory, the most uneven that a gate is."""
    dice, inside, asked = Random(20260311), 0, 500  # noqa: S311 - a seed, not a secret
    for _ in range(asked):
        times = [0.0]
        while len(times) < 61:
            times.append(times[-1] + dice.expovariate(1 / 300))
        known, coming = times[:41], times[41:]
        now = int(known[-1])
        turn = dice.randrange(1, 20)
        found = pace([int(one) for one in known[:-1]], now).interval(Turn(turn))
        inside += found.low <= coming[turn - 1] - now <= found.high
    assert 0.75 <= inside / asked <= 0.9


@given(instants, st.integers(0, 400_000), st.integers(0, 100_000), st.integers(0, 100_000))
def test_an_instant_is_in_opening_hours_and_after_so_many_open_seconds(
    now: datetime, low: int, more: int, most: int
) -> None:
    seconds = Interval(low, low + more, low + more + most)
    found = estimate(seconds, 12, OPENING, now)
    told = (found.earliest_at, found.likely_at, found.latest_at)
    for after, at in zip((seconds.low, seconds.likely, seconds.high), told, strict=True):
        assert at is not None
        assert at >= now
        assert OPENING.is_open(at)
        assert after == OPENING.seconds_between(now, at)


@pytest.mark.parametrize(
    ("now", "after", "at"),
    [
        pytest.param("09:00", 0, "2026-03-11T09:00:00+07:00", id="at once"),
        pytest.param("09:00", 60, "2026-03-11T09:01:00+07:00", id="in a minute"),
        pytest.param("19:59", 59, "2026-03-11T19:59:59+07:00", id="the last second of the day"),
        pytest.param("19:59", 60, "2026-03-12T07:00:00+07:00", id="at closing time: tomorrow"),
        pytest.param("06:00", 0, "2026-03-11T07:00:00+07:00", id="before opening: at opening"),
    ],
)
def test_what_ends_at_closing_time_is_when_the_queue_opens_again(
    now: str, after: int, at: str
) -> None:
    asked = datetime.fromisoformat(f"2026-03-11T{now}:00+07:00")
    assert datetime.fromisoformat(at) == open_at(OPENING, asked, after)


def test_while_a_pause_has_no_end_nobody_is_told_when() -> None:
    stopped = OpenClock(ZONE, [DAY], pauses=[Pause(NINE)])
    expected = unknown("no-opening-known", 12)
    assert expected == estimate(Interval(0, 60, 120), 12, stopped, NINE)
    assert open_at(stopped, NINE, 0) is None
