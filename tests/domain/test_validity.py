from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import EmptyValidityError, NoValueError, OverlappingValidityError
from app.domain.validity import Timeline, Validity

START = date(2025, 4, 25)
DAYS = st.integers(-20, 20).map(lambda offset: START + timedelta(days=offset))


@st.composite
def validities(draw: st.DrawFn) -> Validity:
    first, end = draw(st.none() | DAYS), draw(st.none() | DAYS)
    if first is not None and end is not None and first >= end:
        first, end = end, first + timedelta(days=1)
    return Validity(first, end)


@pytest.mark.parametrize(
    ("expected", "day"),
    [
        pytest.param(False, date(2025, 4, 24), id="the last day before"),
        pytest.param(True, date(2025, 4, 25), id="the first day is in"),
        pytest.param(True, date(2025, 5, 7), id="the last day"),
        pytest.param(False, date(2025, 5, 8), id="the end is out"),
    ],
)
def test_a_range_is_half_open(expected: bool, day: date) -> None:
    assert expected is Validity(START, date(2025, 5, 8)).covers(day)


@pytest.mark.parametrize("end", [START, date(2025, 4, 24)], ids=["no day", "backwards"])
def test_a_range_without_a_day_is_refused(end: date) -> None:
    with pytest.raises(EmptyValidityError) as caught:
        Validity(START, end)
    assert {"first": "2025-04-25", "end": end.isoformat()} == caught.value.facts


def test_neighbours_do_not_overlap() -> None:
    assert not Validity(None, START).overlaps(Validity(START))


@given(validities(), validities())
def test_overlap_is_mutual_and_means_a_shared_day(one: Validity, other: Validity) -> None:
    days = [START + timedelta(days=offset) for offset in range(-30, 31)]
    shared = any(one.covers(day) and other.covers(day) for day in days)

    assert shared is one.overlaps(other)
    assert shared is other.overlaps(one)


def test_a_reference_row_is_parsed_with_null_as_open() -> None:
    row = {"valid_from": None, "valid_to": "2025-04-25"}

    assert Validity(None, START) == Validity.parse(row)


def test_a_range_is_written_as_a_mathematician_does() -> None:
    assert "[, 2025-04-25)" == str(Validity(None, START))


def test_a_timeline_changes_on_the_first_day_of_its_row() -> None:
    timeline = Timeline([(Validity(START), "late"), (Validity(None, START), "early")])

    assert "early" == timeline.at(date(2025, 4, 24))
    assert "late" == timeline.at(START)
    assert ["early", "late"] == [value for _, value in timeline.rows]


def test_a_timeline_raises_on_holes_and_outside() -> None:
    timeline = Timeline(
        [
            (Validity(START, date(2025, 5, 1)), 1),
            (Validity(date(2025, 5, 3), date(2025, 5, 8)), 2),
        ]
    )

    for hole in (date(2025, 4, 24), date(2025, 5, 1), date(2025, 5, 2), date(2025, 5, 8)):
        assert timeline.get(hole) is None
        with pytest.raises(NoValueError, match="no-value-in-force"):
            timeline.at(hole)


def test_a_value_that_is_zero_is_a_value() -> None:
    assert 0 == Timeline([(Validity(), 0)]).at(START)


def test_an_empty_timeline_has_no_value() -> None:
    timeline: Timeline[int] = Timeline([])

    assert timeline.get(START) is None


@given(st.lists(validities(), max_size=5))
def test_a_timeline_refuses_overlaps_and_answers_every_other_day(ranges: list[Validity]) -> None:
    clash = any(one.overlaps(two) for i, one in enumerate(ranges) for two in ranges[:i])
    if clash:
        with pytest.raises(OverlappingValidityError):
            Timeline((valid, str(valid)) for valid in ranges)
        return

    timeline = Timeline((valid, str(valid)) for valid in ranges)
    for offset in range(-30, 31):
        day = START + timedelta(days=offset)
        expected = next((str(valid) for valid in ranges if valid.covers(day)), None)
        assert expected == timeline.get(day)
