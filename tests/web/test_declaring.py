"""A declaration goes through its form and back, and its changes are merged with others'."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.web.company.declaring import declared, filled, rows
from app.web.company.patches import changes, patch_of, patched
from tests.api.conftest import truck

NAMES = st.sampled_from("abcde")
LEAVES = st.integers(0, 3) | st.sampled_from(["x", "y"]) | st.booleans()
LISTS = st.lists(st.integers(0, 2), max_size=2)
DOCUMENTS = st.recursive(
    st.dictionaries(NAMES, LEAVES | LISTS, max_size=4),
    lambda inner: st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_makes_the_new_of_the_old(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert new == patched(old, patch_of(old, new))


@given(DOCUMENTS)
def test_nothing_changed_is_an_empty_patch(document: dict[str, Any]) -> None:
    assert {} == patch_of(document, document)


def test_what_two_people_changed_apart_is_both_kept() -> None:
    base = {"vehicle": {"payload_kg": 8000, "country": "VN"}, "journey": "own_vehicle"}
    mine = {"vehicle": {"payload_kg": 9000, "country": "VN"}, "journey": "own_vehicle"}
    theirs = {"vehicle": {"payload_kg": 8000, "country": "CN"}, "journey": "own_vehicle"}
    both = patched(theirs, patch_of(base, mine))
    assert {"payload_kg": 9000, "country": "CN"} == both["vehicle"]


def test_changes_are_told_by_pointer_with_what_stood_there() -> None:
    old, new = {"/a": "1", "/b": "2"}, {"/b": "3", "/c": "4"}
    expected = [("/a", "1", ""), ("/b", "2", "3"), ("/c", "", "4")]
    assert expected == list(changes(old, new))


def test_a_declaration_fills_its_form_and_becomes_itself_again() -> None:
    assert truck() == declared(filled(truck()))


@pytest.mark.parametrize(
    ("pointer", "typed", "read"),
    [
        ("/planned_arrival_at", "2026-03-11T10:00", "2026-03-11T10:00:00+07:00"),
        ("/planned_arrival_at", "tomorrow", "tomorrow"),
        ("/payload_kg", "15.000", 15000),
        ("/payload_kg", "15,5", "15,5"),
        ("/customs_value_vnd", "420 000 000", 420_000_000),
        ("/name", "1.000", "1.000"),
    ],
)
def test_numbers_and_times_are_read_as_they_are_typed_at_the_gate(
    pointer: str, typed: str, read: object
) -> None:
    assert {pointer[1:]: read} == declared({pointer: typed})


@pytest.mark.parametrize(
    ("fields", "wanted", "expected"),
    [
        ({}, "", ([1], 1)),
        ({}, "line-0", ([2], 1)),
        ({}, "line-7", ([1], 1)),
        ({}, "consignment", ([1, 1], 1)),
        ({}, "receiving", ([1], 2)),
        ({"/consignments/1/lines/2/name": "x"}, "line-1", ([1, 4], 1)),
        ({"/consignments/99999999/lines/99999999/name": "x"}, "", ([1] * 10, 1)),
        ({"/receiving_vehicles/1/tractor_plate": "x"}, "", ([1], 2)),
    ],
)
def test_a_form_shows_a_row_for_all_that_is_filled_in_and_one_more_where_asked(
    fields: dict[str, str], wanted: str, expected: tuple[list[int], int]
) -> None:
    shown = rows(fields, wanted)
    assert expected == (list(shown.lines), shown.receiving)
