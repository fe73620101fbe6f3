"""Substitution: how often, who looks first, what it may change."""

import pytest

from app.domain.errors import (
    NothingSubstitutedError,
    SubstitutionDecidedError,
    SubstitutionOpenError,
    SubstitutionsUsedUpError,
    VehicleNotInYardError,
)
from app.domain.substitution import (
    SubstitutionRule,
    SubstitutionState,
    ensure_allowed,
    ensure_open,
    ensure_seen_by,
    substituted,
)
from app.domain.vocabulary import Role

CONFIRMED, REFUSED = SubstitutionState.CONFIRMED, SubstitutionState.REFUSED
WITHDRAWN = SubstitutionState.WITHDRAWN
PROPOSED = SubstitutionState.PROPOSED
DECLARED = {"vehicle": {"tractor_plate": "15C-000.01", "payload_kg": 8000}}


@pytest.mark.parametrize(
    ("needs_check", "came", "checked"),
    [(True, True, True), (True, False, False), (False, True, False), (False, False, False)],
)
def test_only_a_vehicle_that_has_come_is_looked_at(
    needs_check: bool, came: bool, checked: bool
) -> None:
    assert checked is SubstitutionRule(1, needs_check).is_checked(came=came)


def test_what_binds_the_place_is_named() -> None:
    change = {"vehicle": {"tractor_plate": "15C-000.02", "payload_kg": 9000}}
    document, pointers = substituted(DECLARED, change)
    assert change == document
    assert ["/vehicle/tractor_plate"] == pointers


def test_a_change_of_nothing_that_binds_is_none() -> None:
    with pytest.raises(NothingSubstitutedError):
        substituted(DECLARED, {"vehicle": {"payload_kg": 9000}})


@pytest.mark.parametrize(
    ("most", "before"),
    [(1, []), (1, [REFUSED, WITHDRAWN]), (2, [CONFIRMED]), (2, [CONFIRMED, REFUSED])],
)
def test_as_often_as_the_edition_says(most: int, before: list[SubstitutionState]) -> None:
    ensure_allowed(SubstitutionRule(most, needs_check=True), before)


@pytest.mark.parametrize(
    ("most", "before"), [(0, []), (1, [CONFIRMED]), (2, [CONFIRMED, REFUSED, CONFIRMED])]
)
def test_and_not_once_more(most: int, before: list[SubstitutionState]) -> None:
    with pytest.raises(SubstitutionsUsedUpError) as failure:
        ensure_allowed(SubstitutionRule(most, needs_check=True), before)
    assert {"most": most} == failure.value.facts


def test_one_at_a_time() -> None:
    with pytest.raises(SubstitutionOpenError):
        ensure_allowed(SubstitutionRule(2, needs_check=True), [PROPOSED])


def test_a_word_is_said_once() -> None:
    ensure_open(PROPOSED)
    for state in (CONFIRMED, REFUSED, WITHDRAWN):
        with pytest.raises(SubstitutionDecidedError):
            ensure_open(state)


def test_a_yard_tells_of_its_own_ground_and_an_officer_of_any() -> None:
    ensure_seen_by(Role.YARD, in_serving_yard=True)
    ensure_seen_by(Role.OFFICER, in_serving_yard=False)
    with pytest.raises(VehicleNotInYardError):
        ensure_seen_by(Role.YARD, in_serving_yard=False)
