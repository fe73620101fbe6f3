from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.amendment import (
    Certificate,
    certified,
    ensure_amendable,
    ensure_of_vehicle,
    merged,
    pointers_of,
    with_word_kept,
)
from app.domain.errors import NotAmendableError, PartForbiddenError

NAMES = st.sampled_from("abc")
PLAIN = st.none() | st.integers() | st.text(max_size=3)
JSON = st.recursive(PLAIN, lambda part: st.dictionaries(NAMES, part, max_size=3), max_leaves=8)
DOCUMENTS = st.dictionaries(NAMES, JSON, max_size=3)
REJECTED = Certificate("rejected", None, "plant_quarantine")


def fixed(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    try:
        ensure_amendable(before, after)
    except NotAmendableError as refusal:
        return [error.pointer for error in refusal.errors]
    return []


@pytest.mark.parametrize(
    ("document", "patch", "expected"),
    [
        pytest.param({"a": "b"}, {"a": "c"}, {"a": "c"}, id="another value"),
        pytest.param({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}, id="a new field"),
        pytest.param({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}, id="null takes away"),
        pytest.param({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}, {"a": {"c": 2}}, id="inside"),
        pytest.param({"a": [1, 2]}, {"a": [3]}, {"a": [3]}, id="a list as a whole"),
        pytest.param({"a": 1}, {"a": {"b": 2}}, {"a": {"b": 2}}, id="an object for a value"),
        pytest.param({}, {"a": {"b": {"c": None}}}, {"a": {"b": {}}}, id="null of nothing"),
        pytest.param({}, {"a": [{"b": None, "c": 1}]}, {"a": [{"c": 1}]}, id="null in a list"),
    ],
)
def test_a_merge_patch_changes_what_it_names(
    document: dict[str, Any], patch: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert expected == merged(document, patch)


@given(document=DOCUMENTS, patch=DOCUMENTS)
def test_a_merge_patch_said_twice_is_said_once(
    document: dict[str, Any], patch: dict[str, Any]
) -> None:
    once = merged(document, patch)
    assert once == merged(once, patch)


@given(document=DOCUMENTS)
def test_a_merge_patch_of_nothing_changes_nothing(document: dict[str, Any]) -> None:
    assert document == merged(document, {})


def test_the_pointers_of_a_patch_name_its_leaves_and_whole_lists() -> None:
    patch: dict[str, Any] = {
        "vehicle": {"payload_kg": 1},
        "driver": None,
        "consignments": [{"lines": []}],
        "p": {},
    }
    assert ["/vehicle/payload_kg", "/driver", "/consignments", "/p"] == list(pointers_of(patch))


@given(document=DOCUMENTS)
def test_a_document_may_stay_as_it_is(document: dict[str, Any]) -> None:
    assert [] == fixed({"payer": document}, {"payer": document})


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        pytest.param({"gate": "a"}, {"gate": "b"}, ["/gate"], id="another gate"),
        pytest.param({"gate": "a"}, {}, ["/gate"], id="no gate"),
        pytest.param(
            {"receiving_vehicles": []}, {"receiving_vehicles": None}, [], id="empty is absent"
        ),
        pytest.param(
            {"vehicle": {"tractor_plate": "1", "payload_kg": 1}},
            {"vehicle": {"payload_kg": 2}},
            ["/vehicle/tractor_plate"],
            id="no plate",
        ),
        pytest.param(
            {"vehicle": {"tractor_plate": "12C-000.02", "trailer_plate": "12R 00001"}},
            {"vehicle": {"tractor_plate": "12c00002", "trailer_plate": "12R-000.01"}},
            [],
            id="plates spelled otherwise",
        ),
        pytest.param(
            {"vehicle": {"trailer_plate": "12R-000.01"}},
            {"vehicle": {"trailer_plate": "12R-000.02"}},
            ["/vehicle/trailer_plate"],
            id="another trailer",
        ),
        pytest.param(
            {"consignments": [{"declaration_number": " "}]},
            {"consignments": [{"declaration_number": "30"}]},
            [],
            id="a number that was blank",
        ),
        pytest.param(
            {"consignments": [{"declaration_number": "30"}]},
            {"consignments": [{"declaration_number": " 30 "}]},
            [],
            id="the same number with white space",
        ),
        pytest.param(
            {"consignments": [{"declaration_number": "30"}]},
            {"consignments": []},
            ["/consignments"],
            id="no goods",
        ),
    ],
)
def test_what_binds_the_place_stays(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    assert expected == fixed(before, after)


def test_an_authoritys_word_keeps_the_number_that_was_declared() -> None:
    papers = {"phytosanitary_certificate": {"number": "KD-1", "status": "issued"}, "x": 1}
    assert {
        "documents": {
            "phytosanitary_certificate": {
                "number": "KD-1",
                "status": "rejected",
                "confirmed_by": "plant_quarantine",
            },
            "x": 1,
        }
    } == certified({"documents": papers}, REJECTED)


def test_an_authoritys_word_on_what_nobody_declared_has_no_number() -> None:
    word = {"status": "rejected", "confirmed_by": "plant_quarantine"}
    assert {"documents": {"phytosanitary_certificate": word}} == certified({}, REJECTED)


@pytest.mark.parametrize(
    "after",
    [{}, {"documents": {}}, {"documents": {"phytosanitary_certificate": {"status": "issued"}}}],
    ids=["no papers", "no certificate", "another word"],
)
def test_an_authoritys_word_is_not_amended(after: dict[str, Any]) -> None:
    before = certified({}, REJECTED)
    assert ["/documents/phytosanitary_certificate"] == fixed(before, after)
    assert [] == fixed(before, with_word_kept(before, after))


def test_without_an_authoritys_word_the_declarants_counts() -> None:
    declared = {"documents": {"phytosanitary_certificate": {"status": "issued"}}}
    assert declared == with_word_kept({}, declared)
    assert [] == fixed({}, declared)


def test_consignments_come_and_go_with_a_new_registration_only() -> None:
    one, two = {"declaration_number": "1"}, {"declaration_number": "2"}
    assert ["/consignments"] == fixed({"consignments": [one]}, {"consignments": [one, two]})
    assert ["/consignments"] == fixed({"consignments": [one, two]}, {"consignments": [one]})


@pytest.mark.parametrize(
    ("patch", "pointers"),
    [
        pytest.param({}, [], id="the driver alone, who stands in no document"),
        pytest.param({"vehicle": {"payload_kg": 1}}, [], id="the vehicle"),
        pytest.param({"vehicle": None}, [], id="the whole vehicle"),
        pytest.param({"vehicles": 1}, ["/vehicles"], id="what only begins alike"),
        pytest.param(
            {"vehicle": {"two_way": True}, "documents": {"growing_area_code": "VN"}, "payer": None},
            ["/documents/growing_area_code", "/payer"],
            id="more than the vehicle",
        ),
    ],
)
def test_a_carrier_amends_the_vehicle_and_is_told_what_is_not_its(
    patch: dict[str, Any], pointers: list[str]
) -> None:
    found = []
    try:
        ensure_of_vehicle(patch)
    except PartForbiddenError as refusal:
        found = [error.pointer for error in refusal.errors]
    assert pointers == found
