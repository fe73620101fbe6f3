"""Revenue is compared with all of it and with the year before; periods are cut at months."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books.periods import Period
from app.domain.books.revenue import (
    Dimension,
    Revenue,
    RevenueLine,
    basis_points_of,
    months_of,
    ordered,
    summary_of,
    total_of,
    year_before,
)

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
KINDS = ("infrastructure", "transfer")


def line(kind: str, group: str, total: int) -> RevenueLine:
    values = {Dimension.KIND: kind, Dimension.GOODS_GROUP: group}
    return RevenueLine(values, Revenue(1, total // 10, total - total // 10))


def test_lines_stand_in_one_order_however_they_are_asked_for() -> None:
    asked = [Dimension.KIND, Dimension.GATE, Dimension.MONTH, Dimension.KIND]
    assert (Dimension.MONTH, Dimension.GATE, Dimension.KIND) == ordered(asked)


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [
        (1, 2, 5_000),
        (1, 3, 3_333),
        (2, 3, 6_667),
        (0, 7, 0),
        (-1, 2, -5_000),
        (1, 0, None),
        (1, -5, None),
    ],
)
def test_a_part_is_told_in_basis_points(part: int, whole: int, expected: int | None) -> None:
    assert expected == basis_points_of(part, whole)


def test_a_summary_parts_kinds_and_goods_and_compares_with_the_year_before() -> None:
    now = [
        line("infrastructure", "ordinary", 600),
        line("infrastructure", "transit-other", 250),
        line("transfer", "transit-agricultural", 150),
    ]
    former = [line("infrastructure", "ordinary", 500)]
    found = summary_of(now, former, KINDS)
    assert (1_000, 10_000, 20_000) == (
        found.total.revenue.total_vnd, found.total.share, found.total.of_former,
    )  # fmt: skip
    assert [("infrastructure", 850, 8_500, 17_000), ("transfer", 150, 1_500, None)] == [
        (one.name, one.revenue.total_vnd, one.share, one.of_former) for one in found.kinds
    ]
    assert [("transit", 400, 4_000), ("ordinary", 600, 6_000)] == [
        (one.name, one.revenue.total_vnd, one.share) for one in found.goods
    ]


def test_nothing_has_a_summary_too() -> None:
    found = summary_of([], [], KINDS)
    assert (Revenue(), None, None) == (
        found.total.revenue,
        found.total.share,
        found.total.of_former,
    )


@pytest.mark.parametrize(
    ("first", "end", "expected"),
    [
        ("2025-01-01", "2025-08-01", ("2024-01-01", "2024-08-01")),
        ("2024-02-29", "2024-03-01", ("2023-02-28", "2023-03-01")),
        ("2024-02-28", "2024-02-29", ("2023-02-28", "2023-03-01")),
    ],
)
def test_the_year_before_has_the_same_days(first: str, end: str, expected: tuple[str, str]) -> None:
    found = year_before(Period(date.fromisoformat(first), date.fromisoformat(end)))
    assert expected == (found.first.isoformat(), found.end.isoformat())


@given(first=DAYS, length=st.integers(1, 366))
def test_months_cover_a_period_without_a_gap(first: date, length: int) -> None:
    period = Period(first, date.fromordinal(first.toordinal() + length))
    found = months_of(period)
    assert (period.first, period.end) == (found[0].first, found[-1].end)
    assert [one.end for one in found[:-1]] == [one.first for one in found[1:]]
    assert all(one.first.day == 1 for one in found[1:])
    assert len({(one.first.year, one.first.month) for one in found}) == len(found)


@given(
    now=st.lists(
        st.builds(
            line,
            st.sampled_from(KINDS),
            st.sampled_from(["ordinary", "transit-other", "ore-export"]),
            st.integers(0, 10**12),
        )
    )
)
def test_the_parts_of_a_summary_are_all_of_it(now: list[RevenueLine]) -> None:
    found = summary_of(now, [], KINDS)
    for parts in (found.kinds, found.goods):
        assert found.total.revenue == sum((one.revenue for one in parts), Revenue())
    assert total_of(now) == found.total.revenue
