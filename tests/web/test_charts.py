"""Charts lie within their picture, are as high as their values, and tell every figure."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.charts import HEIGHT, LEFT, WIDTH, Series, bars, lines, steps_to

VALUES = st.integers(0, 5000)
KNOWN = st.lists(VALUES, min_size=1, max_size=24)
HOURS = ["07", "08", "09", "10"]


@given(KNOWN, KNOWN)
def test_bars_stand_on_the_floor_within_the_picture(first: list[int], second: list[int]) -> None:
    labels = [str(place) for place in range(min(len(first), len(second)))]
    chart = bars(labels, [Series("a", first[: len(labels)]), Series("b", second[: len(labels)])])
    for bar in chart.bars:
        assert chart.floor == pytest.approx(bar.y + bar.height, abs=0.2)
        assert bar.x >= LEFT
        assert WIDTH >= bar.x + bar.width
        assert bar.y >= 0


@given(st.integers(0, 10**9))
def test_a_scale_has_up_to_five_figures_and_reaches_the_highest(highest: int) -> None:
    figures = steps_to(highest)
    assert 5 >= len(figures) >= 2
    assert 0 == figures[0]
    assert figures[-1] >= highest
    assert figures[-1] - figures[1] <= highest


def test_twice_the_value_is_twice_as_high() -> None:
    low, high = bars(HOURS[:2], [Series("a", (20, 40))]).bars
    assert high.height == pytest.approx(2 * low.height, abs=0.2)


def test_a_line_is_broken_where_nobody_knows() -> None:
    line = lines(HOURS, [Series("a", (5, None, 7, 9))]).lines[0]
    assert [1, 2] == [len(piece.split()) for piece in line.pieces]
    assert 3 == len(line.dots)


def test_every_figure_stands_in_the_table() -> None:
    chart = lines(HOURS[:2], [Series("a", (5, None)), Series("b", (0, 2))])
    assert [("07", [5, 0]), ("08", [None, 2])] == chart.rows()


def test_few_labels_are_written_of_many() -> None:
    chart = bars([str(hour) for hour in range(24)], [Series("a", [1] * 24)])
    assert ["0", "3", "6", "9", "12", "15", "18", "21"] == [label for label, _ in chart.marks]
    assert HEIGHT > chart.floor


@pytest.mark.parametrize("values", [(), (0, 0), (None, None)])
def test_a_chart_of_nothing_is_empty(values: tuple[int | None, ...]) -> None:
    assert bars(HOURS[: len(values)], [Series("a", values)]).is_empty
    assert lines(HOURS[: len(values)], [Series("a", values)]).is_empty
