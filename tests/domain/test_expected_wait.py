"""How long a wait is likely to be: exact at the fewest calls, no answer below them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.expected_wait import Estimate, by_call_rate, by_recent_waits

TOO_FEW = "too-few-recent-calls"


@pytest.mark.parametrize(
    ("place", "open_seconds", "calls", "seconds"),
    [
        pytest.param(1, 3600, 10, 360, id="the next one, at ten calls an hour"),
        pytest.param(3, 3600, 10, 1080, id="the third takes three times as long"),
        pytest.param(1, 3600, 9, None, id="nine calls tell nothing"),
        pytest.param(1, 0, 10, None, id="no open second tells nothing"),
        pytest.param(1, 1, 10, 0, id="whole seconds, rounded down"),
        pytest.param(7, 3600, 11, 2290, id="rounded once, at the end"),
    ],
)
def test_a_place_takes_as_long_as_so_many_recent_calls(
    place: int, open_seconds: int, calls: int, seconds: int | None
) -> None:
    reason = None if seconds is not None else TOO_FEW
    expected = Estimate(seconds, "recent-call-rate", calls, reason)
    assert expected == by_call_rate(place, open_seconds, calls)


@pytest.mark.parametrize(
    ("waits", "seconds"),
    [
        pytest.param([60] * 9, None, id="nine waits tell nothing"),
        pytest.param([60] * 10, 60, id="ten do"),
        pytest.param([*range(10, 0, -1)], 6, id="of an even number the upper middle, in any order"),
        pytest.param([1] * 5 + [100] + [9000] * 5, 100, id="a few long ones move it little"),
    ],
)
def test_the_wait_of_a_lane_is_the_median_of_recent_ones(
    waits: list[int], seconds: int | None
) -> None:
    reason = None if seconds is not None else TOO_FEW
    expected = Estimate(seconds, "recent-waits-median", len(waits), reason)
    assert expected == by_recent_waits(waits)


@given(
    place=st.integers(1, 5000), more=st.integers(0, 100), calls=st.integers(10, 100),
    open_seconds=st.integers(1, 7200),
)  # fmt: skip
def test_who_stands_further_back_is_never_told_less(
    place: int, more: int, calls: int, open_seconds: int
) -> None:
    ahead = by_call_rate(place, open_seconds, calls).seconds
    behind = by_call_rate(place + more, open_seconds, calls).seconds
    assert ahead is not None
    assert behind is not None
    assert ahead <= behind
