"""Discrepancies: what differs, what mends it, what a sighting says nothing of."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.discrepancies import (
    PARTS,
    Discrepancy,
    confirmed,
    findings_of_discrepancies,
    observed,
    redeclared,
    refused,
    unconfirmed,
    withdrawn,
)

BOX, OTHER_BOX = "CSQU3054383", "MSKU0000006"
VEHICLE = {
    "tractor_plate": "12C-000.17",
    "trailer_plate": "12R-000.44",
    "containers": [{"number": BOX}, {"number": OTHER_BOX}],
    "seal_numbers": ["S1", "S2"],
}
DECLARED = {"vehicle": VEHICLE}
AS_DECLARED: dict[str, Any] = {
    "tractor_plate": "12c 000 17",
    "trailer_plate": "12R00044",
    "containers": [OTHER_BOX, BOX.lower()],
    "seal_numbers": ["s2", "S1"],
}
OTHERWISE: dict[str, Any] = {
    "tractor_plate": "12C-000.18",
    "trailer_plate": None,
    "containers": [BOX],
    "seal_numbers": [],
}
PLATES = st.sampled_from(["12C00017", "12C00018", "12R00044", None])
LOOKS = st.fixed_dictionaries(
    {},
    optional={
        "tractor_plate": PLATES,
        "trailer_plate": PLATES,
        "containers": st.lists(st.sampled_from([BOX, OTHER_BOX]), unique=True),
        "seal_numbers": st.lists(st.sampled_from(["S1", "S2"]), unique=True),
    },
)


@pytest.mark.parametrize("part", PARTS)
def test_a_part_agrees_however_it_is_written_and_else_differs(part: str) -> None:
    assert {} == observed({}, DECLARED, {part: AS_DECLARED[part]})
    assert [PARTS[part]] == list(observed({}, DECLARED, {part: OTHERWISE[part]}))


def test_a_seal_that_nobody_declared_contradicts_nothing() -> None:
    assert {} == observed({}, {"vehicle": {}}, {"seal_numbers": ["S1"]})


def test_a_vehicle_without_driver_is_known_by_its_unit_id() -> None:
    declared = {"vehicle": {"unit_id": "AGV-0017"}}
    assert {} == observed({}, declared, {"tractor_plate": "AGV 0017"})


def test_nothing_declared_and_something_there_differs() -> None:
    assert {"trailer-mismatch": "12R00044", "container-mismatch": BOX} == observed(
        {}, {}, {"trailer_plate": "12R-000.44", "containers": [BOX]}
    )


def test_a_refused_substitution_stays_until_the_vehicle_is_seen_as_declared() -> None:
    left = refused(unconfirmed({}))
    assert {"substitution-refused": ""} == left
    assert left == observed(left, DECLARED, {})
    wrong = observed(left, DECLARED, {"trailer_plate": None})
    assert {"substitution-refused", "trailer-mismatch"} == set(wrong)
    assert {} == observed(wrong, DECLARED, {"trailer_plate": "12R-000.44"})


def test_a_withdrawn_substitution_leaves_what_was_seen() -> None:
    seen = observed({}, DECLARED, {"trailer_plate": None})
    assert seen == withdrawn(unconfirmed(seen))


def test_another_declaration_mends_what_agrees_with_it() -> None:
    open_ = observed({}, DECLARED, {"trailer_plate": "12R-1", "containers": [BOX]})
    after = {"vehicle": {**VEHICLE, "trailer_plate": "12R1"}}
    assert {"container-mismatch": BOX} == redeclared(open_, after)


@pytest.mark.parametrize("said", [unconfirmed, refused])
def test_only_a_confirmed_substitution_ends_what_was_said_of_one(
    said: Callable[[dict[str, str]], dict[str, str]],
) -> None:
    open_ = said(observed({}, DECLARED, {"containers": [BOX]}))
    assert open_ == redeclared(open_, DECLARED)
    assert {"container-mismatch": BOX} == confirmed(open_)


def test_each_is_a_warning_that_names_the_part_and_what_was_seen() -> None:
    open_ = {"trailer-mismatch": "12R00045", "substitution-refused": ""}
    assert [
        ("substitution-refused", "warning", "/vehicle", None),
        ("trailer-mismatch", "warning", "/vehicle/trailer_plate", "12R00045"),
    ] == [
        (one.rule, one.severity, one.pointer, one.value) for one in findings_of_discrepancies(open_)
    ]


@given(first=LOOKS, second=LOOKS)
def test_the_newest_look_at_a_part_decides_whatever_was_seen_before(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    after = observed(observed({}, DECLARED, first), DECLARED, second)
    assert after == observed({}, DECLARED, {**first, **second})


@given(look=LOOKS)
def test_declaring_the_same_again_changes_nothing(look: dict[str, Any]) -> None:
    open_ = observed({}, DECLARED, look)
    assert open_ == redeclared(open_, DECLARED)
    assert {Discrepancy(code) for code in open_} <= {PARTS[part] for part in look}
