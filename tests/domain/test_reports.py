"""Figures from one origin each; published totals that share no day."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import ReferenceDataError
from app.domain.reports import (
    FLOWS,
    Area,
    Counted,
    Figure,
    Origin,
    Recorded,
    Service,
    Slot,
    Standing,
    days_of,
    figure_of,
    line_of,
    totals_of,
)
from app.domain.stays import CARGO_OF, Outcome
from app.domain.vocabulary import Basis, Direction, Evidence
from app.domain.volumes import Measure, Qualifier, Volume, Volumes, parse_volume, tiles

FIRST = date(2026, 1, 1)
DAYS = days_of(FIRST, FIRST + timedelta(days=10))
GATES = ("huu-nghi", "tan-thanh")
BOTH = Area("platform-gates", GATES, is_gate=False)
EACH = [Area(gate, (gate,), is_gate=True) for gate in GATES]
ALWAYS = Service(dict.fromkeys(GATES, FIRST))
NOTHING = Volumes()


@st.composite
def counts(draw: st.DrawFn) -> Counted:
    way = draw(st.sampled_from(Direction))
    return Counted(
        Slot(draw(st.sampled_from(DAYS))),
        draw(st.sampled_from(GATES)),
        way,
        draw(st.sampled_from(CARGO_OF[way])),
        draw(st.sampled_from(Outcome)),
        draw(st.integers(1, 50)),
    )


@st.composite
def totals(draw: st.DrawFn) -> Volume:
    start, length = draw(st.integers(0, 60)), draw(st.integers(1, 30))
    return volume(start, length, draw(st.integers(0, 1000)), code=f"DV-{draw(st.integers(0, 99))}")


def volume(start: int, length: int, vehicles: int = 1, **changes: Any) -> Volume:
    """Return a printed total of `length` days from the day number `start`."""
    first = FIRST + timedelta(days=start)
    values: dict[str, Any] = {
        "code": f"DV-{start}-{length}",
        "measure": Measure.THROUGHPUT if length == 1 else Measure.PERIOD_TOTAL,
        "area": BOTH.code,
        "day": first + timedelta(days=length - 1),
        "period": (first, first + timedelta(days=length)),
        "snapshot_at": None,
        "direction": "both",
        "cargo": "all",
        "vehicles": vehicles,
        "qualifier": Qualifier.EXACT,
        "evidence": Evidence(Basis.PUBLISHED, "press"),
        "note": None,
    }
    return Volume(**{**values, **changes})


def bounds(chosen: Sequence[Volume]) -> list[tuple[int, int]]:
    """Return first day and end of volumes, as numbers of days."""
    return [((one.first - FIRST).days, (one.end - FIRST).days) for one in chosen]


@given(st.lists(counts()))
def test_the_gates_add_up_to_the_area_and_the_split_to_its_total(counted: list[Counted]) -> None:
    recorded = Recorded(counted)
    for day in DAYS:
        whole = line_of(BOTH, Slot(day), ALWAYS, recorded, NOTHING).figures
        parts = [line_of(one, Slot(day), ALWAYS, recorded, NOTHING).figures for one in EACH]
        for figure in FLOWS:
            assert (whole[figure] or 0) == sum(part[figure] or 0 for part in parts)
        split = {name.value: whole[name] or 0 for name in FLOWS}
        assert split["passed"] == split["export"] + split["import"]
        assert split["export"] == split["export_fruit"] + split["export_other"]
        assert split["import"] == split["import_goods"] + split["import_new_vehicles"]


@given(st.lists(counts()), st.sampled_from(DAYS))
def test_a_day_is_the_difference_of_two_totals(counted: list[Counted], day: date) -> None:
    recorded = Recorded(counted)

    def since_first(end: date) -> dict[Figure, int]:
        found = totals_of(BOTH, (FIRST, end), ALWAYS, recorded, NOTHING)
        return {one.figure: one.vehicles for one in found}

    after, before = since_first(day + timedelta(days=1)), since_first(day)
    figures = line_of(BOTH, Slot(day), ALWAYS, recorded, NOTHING).figures
    assert {one: figures[one] or 0 for one in FLOWS} == {
        one: after[one] - before[one] for one in FLOWS
    }


@given(st.lists(totals(), max_size=8), st.integers(0, 60), st.integers(0, 60))
def test_totals_that_are_added_share_no_day_and_no_choice_knows_more_days(
    printed: list[Volume], first: int, length: int
) -> None:
    window = FIRST + timedelta(days=first), FIRST + timedelta(days=first + length)
    found = bounds(tiles(printed, *window))
    assert all(end <= begin for (_, end), (begin, _) in pairwise(found))
    assert all(first <= begin and end <= first + length for begin, end in found)
    inside = [one for one in bounds(printed) if first <= one[0] and one[1] <= first + length]
    assert sum(end - begin for begin, end in found) == most_days(inside)


def most_days(ranges: list[tuple[int, int]]) -> int:
    """Return the most days that ranges without a common day can cover, by trying all."""
    best = 0
    for number, (begin, end) in enumerate(ranges):
        rest = [one for one in ranges[number + 1 :] if one[1] <= begin or one[0] >= end]
        best = max(best, end - begin + most_days(rest))
    return best


def test_of_equal_covers_the_one_of_fewer_numbers_is_taken() -> None:
    week = volume(0, 7)
    assert (week,) == tiles([*(volume(day, 1) for day in range(7)), week], FIRST, DAYS[7])


def test_before_the_platform_print_counts_after_it_our_own_and_between_nobody_knows() -> None:
    printed = Volumes([volume(0, 3, 300), volume(2, 4, 400), volume(5, 1, 50)])
    service = Service({"huu-nghi": FIRST + timedelta(days=5)})
    slot = Slot(FIRST + timedelta(days=6))
    way, cargo = Direction.IMPORT, CARGO_OF[Direction.IMPORT][0]
    recorded = Recorded([Counted(slot, "huu-nghi", way, cargo, Outcome.PASSED, 7)])
    found = totals_of(BOTH, (FIRST, DAYS[9]), service, recorded, printed)
    passed = next(one for one in found if one.figure is Figure.PASSED)
    assert 307 == passed.vehicles
    assert [(0, 3, 300), (5, 9, 7)] == [
        ((part.first - FIRST).days, (part.end - FIRST).days, part.vehicles) for part in passed.parts
    ]
    assert [(DAYS[3], DAYS[5])] == list(passed.unknown)
    assert Origin.PUBLISHED is line_of(EACH[0], Slot(FIRST), service, recorded, Volumes(
        [volume(0, 1, area="huu-nghi")]
    )).origin  # fmt: skip
    assert Origin.UNKNOWN is line_of(EACH[1], slot, service, recorded, printed).origin


def test_stock_is_unregistered_before_it_is_declared_and_there_is_none_before_20_00() -> None:
    way = Direction.EXPORT
    stood = Standing("huu-nghi", way, CARGO_OF[way][0], DAYS[0], DAYS[1], DAYS[3], 2)
    never = Standing("huu-nghi", way, CARGO_OF[way][1], DAYS[1], None, DAYS[2], 1)
    recorded = Recorded([], [stood, never], stock_to=DAYS[2])
    rows = [recorded.figures(GATES, Slot(day)) for day in DAYS[:3]]
    assert [(2, 0, 2), (3, 2, 1), (None, None, None)] == [
        (row[Figure.STOCK_EXPORT], row[Figure.STOCK_EXPORT_FRUIT],
         row[Figure.STOCK_EXPORT_UNREGISTERED])
        for row in rows
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "figure"),
    [
        ({}, Figure.PASSED),
        ({"direction": "import", "cargo": "new-vehicles"}, Figure.IMPORT_NEW_VEHICLES),
        ({"direction": "export", "cargo": "durian"}, None),
        ({"measure": Measure.TURNED_ROUND, "direction": "export"}, Figure.TURNED_ROUND),
        ({"measure": Measure.DAILY_AVERAGE}, None),
        ({"measure": Measure.ARRIVALS, "direction": "export"}, None),
    ],
)
def test_a_printed_number_has_its_column_or_none(
    changes: dict[str, Any], figure: Figure | None
) -> None:
    said = volume(0, 1, **changes)
    assert figure is figure_of(said)
    line = line_of(BOTH, Slot(FIRST), Service({}), Recorded([]), Volumes([said]))
    assert (figure is not None) == (line.origin is Origin.PUBLISHED)


@pytest.mark.parametrize(
    ("at", "figure"),
    [("20:00", Figure.STOCK_EXPORT_UNREGISTERED), ("evening", None), (None, None)],
)
def test_only_the_stock_of_20_00_is_the_boards(at: str | None, figure: Figure | None) -> None:
    stock: dict[str, Any] = {"measure": Measure.STOCK, "period": None, "snapshot_at": at}
    said = volume(0, 1, direction="export", cargo="unregistered", **stock)
    assert (figure, 0) == (figure_of(said), said.length)
    assert said.is_of_one_day


def test_a_total_says_which_days_it_counts() -> None:
    row = {"row_id": "DV-1", "measure": "throughput", "period_from": "", "basis": "published"}
    with pytest.raises(ReferenceDataError):
        parse_volume(row)


def test_a_gate_nobody_serves_begins_never() -> None:
    assert (date.max, ()) == (Service({}).begins(BOTH), Service({}).serves(BOTH, FIRST))
