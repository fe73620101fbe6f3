"""Free places: what stands in a yard, what is kept for who is on the way, what is not known."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.gates import Location, Yard
from app.domain.occupancy import free_in, free_places, inside_yards

INSIDE = Yard(
    "inside", {"vi": "Trong", "en": "Inside", "zh": None}, Location.INSIDE_GATE, ("tan-thanh",),
    "tan-thanh", 7,
)  # fmt: skip
UNKNOWN = replace(INSIDE, code="unknown", parking_capacity=None)
ELSEWHERE = replace(INSIDE, code="elsewhere", gate_code="huu-nghi")
OUTSIDE = replace(INSIDE, code="outside", location=Location.OUTSIDE_GATE, gate_code=None)
SECOND = replace(INSIDE, code="second", parking_capacity=3)

capacities = st.integers(0, 9)


@pytest.mark.parametrize(
    ("free", "yard", "occupied"),
    [
        pytest.param(7, INSIDE, 0, id="empty"),
        pytest.param(1, INSIDE, 6, id="one left"),
        pytest.param(0, INSIDE, 7, id="full"),
        pytest.param(0, INSIDE, 9, id="more than it holds"),
        pytest.param(None, UNKNOWN, 2, id="not known"),
    ],
)
def test_a_yard_has_so_many_free_places(free: int | None, yard: Yard, occupied: int) -> None:
    assert free == free_in(yard, occupied)


def test_of_a_gate_count_the_yards_inside_it_whose_capacity_is_known() -> None:
    yards = (INSIDE, UNKNOWN, ELSEWHERE, OUTSIDE, SECOND)
    assert (INSIDE, SECOND) == inside_yards(yards, "tan-thanh")


@pytest.mark.parametrize(
    ("free", "occupied", "kept"),
    [
        pytest.param(10, {}, 0, id="all empty"),
        pytest.param(4, {"inside": 5}, 1, id="less those on their way"),
        pytest.param(3, {"inside": 12}, 0, id="too many in one take nothing from the other"),
        pytest.param(-2, {"inside": 7, "second": 2}, 3, id="more were called than come in now"),
    ],
)
def test_a_gate_has_so_many_free_places(free: int, occupied: dict[str, int], kept: int) -> None:
    assert free == free_places((INSIDE, SECOND), occupied, kept)


@given(st.lists(st.tuples(capacities, capacities), max_size=4), capacities)
def test_one_more_on_the_way_is_one_place_less(rows: list[tuple[int, int]], kept: int) -> None:
    yards = [
        replace(INSIDE, code=str(at), parking_capacity=size) for at, (size, _) in enumerate(rows)
    ]
    occupied = {str(at): many for at, (_, many) in enumerate(rows)}
    free = free_places(yards, occupied, kept)
    assert free - 1 == free_places(yards, occupied, kept + 1)
    assert free <= sum(size for size, _ in rows) - kept
