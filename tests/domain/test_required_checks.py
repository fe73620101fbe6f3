"""Which checks an entry needs: every condition, every stage, every day."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.errors import ReferenceDataError
from app.domain.required_checks import (
    CONDITIONS,
    CheckFacts,
    CheckKind,
    Stage,
    makes_needed,
    needed,
    parse_required_checks,
)
from app.domain.vocabulary import Agency, Direction, Journey, Role
from tests.domain.reference import reference

ROWS = parse_required_checks(reference("required-checks"))
DAY = date(2025, 6, 10)
BARE = CheckFacts(direction=Direction.EXPORT, journey=Journey.OWN_VEHICLE)
Document = dict[str, Any]


def kinds(facts: CheckFacts, stage: Stage) -> set[str]:
    return set(needed(facts, ROWS, DAY)[stage])


def test_every_entry_needs_these_and_an_empty_one_nothing_more() -> None:
    assert {
        Stage.ADMISSION: (CheckKind.BORDER_GUARD_ENTRY, CheckKind.CUSTOMS_ENTRY),
        Stage.RELEASE: (CheckKind.MEDICAL,),
        Stage.EXIT: (CheckKind.BORDER_GUARD_EXIT,),
    } == needed(BARE, ROWS, DAY)


@pytest.mark.parametrize(
    ("facts", "stage", "more"),
    [
        pytest.param(
            replace(BARE, has_declaration=True),
            Stage.ADMISSION,
            {"customs_registration"},
            id="a declaration is registered",
        ),
        pytest.param(
            replace(BARE, has_declaration=True),
            Stage.RELEASE,
            {"customs_clearance"},
            id="and cleared",
        ),
        pytest.param(
            replace(BARE, foreign_vehicle=True),
            Stage.ADMISSION,
            {"transport_licence"},
            id="a foreign vehicle",
        ),
        pytest.param(
            replace(BARE, crosses=True),
            Stage.ADMISSION,
            {"transport_licence"},
            id="a vehicle that crosses",
        ),
        pytest.param(
            replace(BARE, has_listed_product=True),
            Stage.RELEASE,
            {"plant_quarantine"},
            id="a product of the list",
        ),
        *(
            pytest.param(
                replace(BARE, hs_codes=("85171300", f"{chapter:02}019000")),
                Stage.RELEASE,
                more,
                id=f"chapter {chapter:02}",
            )
            for chapter, more in (
                (1, {"animal_quarantine"}),
                (5, {"animal_quarantine"}),
                (6, {"plant_quarantine"}),
                (15, {"plant_quarantine"}),
                (16, {"animal_quarantine"}),
                (17, set()),
            )
        ),
        pytest.param(
            replace(BARE, requested=frozenset({CheckKind.ANIMAL_QUARANTINE})),
            Stage.RELEASE,
            {"animal_quarantine"},
            id="animal quarantine was requested",
        ),
        pytest.param(
            replace(BARE, requested=frozenset({CheckKind.PLANT_QUARANTINE})),
            Stage.RELEASE,
            {"plant_quarantine"},
            id="plant quarantine was requested",
        ),
        pytest.param(
            replace(BARE, has_listed_product=True, hs_codes=("04100010",)),
            Stage.RELEASE,
            {"plant_quarantine", "animal_quarantine"},
            id="bird's nest needs both",
        ),
        pytest.param(
            replace(BARE, journey=Journey.TRANSSHIPMENT),
            Stage.RELEASE,
            {"transshipment"},
            id="transshipment",
        ),
        pytest.param(
            replace(BARE, was_in_yard=True), Stage.EXIT, {"yard_exit"}, id="it was in a yard"
        ),
    ],
)
def test_a_condition_asks_for_its_check(facts: CheckFacts, stage: Stage, more: set[str]) -> None:
    assert kinds(BARE, stage) | more == kinds(facts, stage)


def test_rows_hold_from_their_first_day() -> None:
    none = dict.fromkeys(Stage, ())

    assert none == needed(BARE, ROWS, date(2022, 2, 20))
    assert none != needed(BARE, ROWS, date(2022, 2, 21))


def test_a_row_may_be_for_one_direction_and_a_kind_is_asked_once() -> None:
    document = reference("required-checks")
    medical = document["rows"][4]
    document["rows"].append({**medical, "direction": None})
    document["rows"].append({**medical, "kind": "yard_exit", "direction": "import"})
    rows = parse_required_checks(document)
    inbound = replace(BARE, direction=Direction.IMPORT)

    assert (CheckKind.MEDICAL,) == needed(BARE, rows, DAY)[Stage.RELEASE]
    assert (CheckKind.MEDICAL, CheckKind.YARD_EXIT) == needed(inbound, rows, DAY)[Stage.RELEASE]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CheckKind.CUSTOMS_ENTRY, {Agency.CUSTOMS}),
        (CheckKind.TRANSPORT_LICENCE, {Agency.TRANSPORT}),
        (CheckKind.YARD_EXIT, {Role.YARD, Agency.CUSTOMS}),
    ],
)
def test_a_kind_is_recorded_by_its_agencies(kind: CheckKind, expected: set[Agency | Role]) -> None:
    assert expected == ROWS.recorders_of(kind, DAY)
    assert frozenset() == ROWS.recorders_of(kind, date(2022, 2, 20))


def test_transshipment_comes_after_licence_and_both_entry_checks() -> None:
    licence = frozenset({CheckKind.TRANSPORT_LICENCE})
    entries = frozenset({CheckKind.BORDER_GUARD_ENTRY, CheckKind.CUSTOMS_ENTRY})

    assert (CheckKind.BORDER_GUARD_ENTRY, CheckKind.CUSTOMS_ENTRY) == ROWS.missing_before(
        CheckKind.TRANSSHIPMENT, licence
    )
    assert () == ROWS.missing_before(CheckKind.TRANSSHIPMENT, licence | entries)
    assert () == ROWS.missing_before(CheckKind.MEDICAL, frozenset())


def test_every_condition_is_used_and_every_kind_has_a_row() -> None:
    assert set(CONDITIONS) == {row.when for row in ROWS.rows}
    assert set(CheckKind) == {row.kind for row in ROWS.rows}


def with_an_unknown_kind(document: Document) -> None:
    document["rows"][0]["kind"] = "horoscope"


def with_an_unknown_stage(document: Document) -> None:
    document["rows"][0]["needed_before"] = "lunch"


def with_an_unknown_condition(document: Document) -> None:
    document["rows"][0]["when"] = "on full moon"


def with_an_unknown_agency(document: Document) -> None:
    document["rows"][0]["agencies"] = ["customs", "astrologer"]


def with_nobody_to_record(document: Document) -> None:
    document["rows"][0]["agencies"] = []


def with_an_unknown_precondition(document: Document) -> None:
    document["preconditions"][0]["after"] = ["breakfast"]


@pytest.mark.parametrize(
    ("spoil", "pointer", "value"),
    [
        (with_an_unknown_kind, "/rows/0/kind", "horoscope"),
        (with_an_unknown_stage, "/rows/0/needed_before", "lunch"),
        (with_an_unknown_condition, "/rows/0/when", "on full moon"),
        (with_an_unknown_agency, "/rows/0/agencies", "customs, astrologer"),
        (with_nobody_to_record, "/rows/0/agencies", ""),
        (with_an_unknown_precondition, "/preconditions/0", "breakfast"),
    ],
)
def test_a_fault_in_the_rows_is_named(
    spoil: Callable[[Document], None], pointer: str, value: str
) -> None:
    document = reference("required-checks")
    spoil(document)

    with pytest.raises(ReferenceDataError) as error:
        parse_required_checks(document)

    assert (pointer, value) == (error.value.errors[0].pointer, error.value.errors[0].value)


@pytest.mark.parametrize(
    ("kind", "may"),
    [
        pytest.param(CheckKind.PLANT_QUARANTINE, True, id="its row asks for it when requested"),
        pytest.param(CheckKind.MEDICAL, True, id="it is needed anyway"),
        pytest.param(CheckKind.TRANSSHIPMENT, False, id="no transshipment"),
        pytest.param(CheckKind.YARD_EXIT, False, id="never in a yard"),
    ],
)
def test_a_check_may_be_requested_where_the_rows_then_need_it(
    kind: CheckKind, *, may: bool
) -> None:
    assert may is makes_needed(kind, BARE, ROWS, DAY)
    assert not makes_needed(kind, BARE, ROWS, date(1990, 1, 1))
