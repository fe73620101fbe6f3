"""A tariff edition checks itself when it is read, and force decides which one a day has."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest

from app.domain.charges import REFUSALS, Force, Known, Tariffs, known_by, parse_edition, parse_force
from app.domain.errors import (
    NoTariffInForceError,
    OverlappingForceError,
    ReferenceDataError,
    TariffRefusalError,
)
from app.domain.gates import ZONE
from app.domain.validity import Validity
from app.domain.vocabulary import Basis, Evidence
from tests.domain.reference import EDITION, TARIFF_DOCUMENTS, TARIFFS, copy_of

EVIDENCE = Evidence(Basis.PROVISIONAL, "a test")
Document = dict[str, Any]


@pytest.mark.parametrize("document", TARIFF_DOCUMENTS, ids=lambda document: document["code"])
def test_the_sentences_of_the_refusals_are_those_of_the_tariff(document: Document) -> None:
    told = {row["code"]: row["sentence"] for row in document["refusals"]}

    assert told == REFUSALS
    assert set(told) == {error.code for error in TariffRefusalError.__subclasses__()}


def test_an_edition_keeps_what_the_document_says() -> None:
    assert ("tariff-2025-09", False) == (EDITION.code, EDITION.official)
    assert "09/2025/NQ-HĐND" == EDITION.legal_reference["number"]
    assert ["A", "B", "C", "D", "E", "F", "G", "H"] == [
        group.letter for group in EDITION.groups.values()
    ]
    assert "Phí sang tải, chuyển tải" == EDITION.order_kinds["transfer"]["vi"]
    assert ["VT2", "VT3", "VT4", "VT5", "VT6"] == [one.platform_code for one in EDITION.classes]
    assert 40 == len(EDITION.cells)


def test_only_the_word_true_makes_an_edition_official() -> None:
    document = copy_of(TARIFF_DOCUMENTS[1])

    assert parse_edition({**document, "official": True}).official
    assert not parse_edition({**document, "official": "yes"}).official


def test_a_factor_that_is_already_in_the_cells_is_not_applied_again() -> None:
    document = copy_of(TARIFF_DOCUMENTS[1])
    document["multipliers"][0]["already_in_cells"] = True

    rate = parse_edition(document).multipliers["ore-export"]

    assert (10_000, Basis.PUBLISHED) == (rate.value, rate.evidence.basis)


def test_the_way_a_class_was_found_is_as_weak_as_its_bounds_or_its_rule() -> None:
    document = copy_of(TARIFF_DOCUMENTS[1])
    document["vehicle_class_rule"]["basis"] = "published"

    found = {one.code: one.found_by.basis for one in parse_edition(document).classes}

    assert Basis.PUBLISHED is found["under-2t"]
    assert Basis.PROVISIONAL is found["2t-to-4t"]
    assert Basis.OBSERVED is found["4t-to-10t"]


def without_a_cell(document: Document) -> None:
    document["cells"] = [
        cell
        for cell in document["cells"]
        if (cell["goods_group"], cell["vehicle_class"]) != ("ordinary", "2t-to-4t")
    ]


def with_a_cell_twice(document: Document) -> None:
    document["cells"].append(document["cells"][0])


def with_a_cell_of_no_group(document: Document) -> None:
    document["cells"].append({**document["cells"][0], "goods_group": "gold"})


def with_a_fraction(document: Document) -> None:
    document["cells"][0]["amount_vnd"] = 100_000.5


def with_a_negative_share(document: Document) -> None:
    document["journeys"][0]["basis_points"] = -1


def with_a_truth_for_a_factor(document: Document) -> None:
    document["multipliers"][0]["factor_basis_points"] = True


def with_a_class_that_starts_late(document: Document) -> None:
    document["vehicle_classes"][0]["payload_kg"]["from"] = 1


def with_a_gap_between_classes(document: Document) -> None:
    document["vehicle_classes"][2]["payload_kg"]["below"] = 9_999


def with_a_gap_between_containers(document: Document) -> None:
    document["vehicle_classes"][4]["container_length_ft"]["from"] = 41


def with_a_highest_class_that_ends(document: Document) -> None:
    document["vehicle_classes"][4]["payload_kg"]["below"] = 60_000


def with_a_factor_on_no_group(document: Document) -> None:
    document["multipliers"][0]["goods_group"] = "gold"


def with_a_factor_twice(document: Document) -> None:
    document["multipliers"].append(document["multipliers"][0])


def without_a_share(document: Document) -> None:
    document["journeys"][3]["directions"] = ["import"]


def with_a_share_twice(document: Document) -> None:
    document["journeys"][0]["directions"] = ["export", "import"]


def with_a_share_for_nobody(document: Document) -> None:
    document["journeys"].append({**document["journeys"][3], "journey": "own_vehicle"})


def with_an_unknown_order_kind(document: Document) -> None:
    document["journeys"][0]["order_kind"] = "gift"


def with_a_price_on_what_is_free(document: Document) -> None:
    next(cell for cell in document["cells"] if cell["goods_group"] == "empty")["amount_vnd"] = 1


def with_a_split_of_less_than_all(document: Document) -> None:
    document["split"]["collector_basis_points"] = 999


def with_a_split_by_fractions(document: Document) -> None:
    document["split"]["state_budget_basis_points"] = 9_000.0


def without_cells(document: Document) -> None:
    del document["cells"]


@pytest.mark.parametrize(
    ("spoil", "pointer", "rule", "value"),
    [
        (without_a_cell, "/cells", "cell-missing", "ordinary x 2t-to-4t"),
        (with_a_cell_twice, "/cells", "cell-twice", "fresh-produce-export x under-2t"),
        (with_a_cell_of_no_group, "/cells", "cell-unknown", "gold x under-2t"),
        (with_a_fraction, "/cells/0/amount_vnd", "whole-number", "100000.5"),
        (with_a_negative_share, "/journeys/0/basis_points", "whole-number", "-1"),
        (
            with_a_truth_for_a_factor,
            "/multipliers/0/factor_basis_points",
            "whole-number",
            "True",
        ),
        (
            with_a_class_that_starts_late,
            "/vehicle_classes/payload_kg",
            "first-class-starts-late",
            1,
        ),
        (
            with_a_gap_between_classes,
            "/vehicle_classes/payload_kg",
            "gap-or-overlap",
            "9999 | 10000",
        ),
        (
            with_a_gap_between_containers,
            "/vehicle_classes/container_length_ft",
            "gap-or-overlap",
            "40 | 41",
        ),
        (with_a_highest_class_that_ends, "/vehicle_classes/payload_kg", "last-class-ends", None),
        (with_a_factor_on_no_group, "/multipliers", "multiplier-unknown", "gold"),
        (with_a_factor_twice, "/multipliers", "multiplier-twice", "ore-export"),
        (
            without_a_share,
            "/journeys",
            "share-missing",
            "export x transshipment x receiving",
        ),
        (with_a_share_twice, "/journeys", "share-twice", "import x own_vehicle x declared"),
        (with_a_share_for_nobody, "/journeys", "share-unknown", "export x own_vehicle x receiving"),
        (with_an_unknown_order_kind, "/journeys/0/order_kind", "unknown", "gift"),
        (with_a_price_on_what_is_free, "/cells/25", "group-not-chargeable", "empty"),
        (with_a_split_of_less_than_all, "/split", "split-not-whole", 9_999),
        (
            with_a_split_by_fractions,
            "/split/state_budget_basis_points",
            "whole-number",
            "9000.0",
        ),
        (without_cells, "/cells", "missing", None),
    ],
)
def test_a_hole_in_an_edition_is_named(
    spoil: Callable[[Document], None], pointer: str, rule: str, value: str | int | None
) -> None:
    document = copy_of(TARIFF_DOCUMENTS[1])
    spoil(document)

    with pytest.raises(ReferenceDataError) as error:
        parse_edition(document)

    first = error.value.errors[0]
    assert (pointer, rule, value) == (first.pointer, first.rule, first.value)
    assert {"at": pointer, "fault": rule, "value": value} == error.value.facts


def test_every_hole_is_named_at_once() -> None:
    document = copy_of(TARIFF_DOCUMENTS[1])
    without_a_cell(document)
    without_a_share(document)

    with pytest.raises(ReferenceDataError) as error:
        parse_edition(document)

    assert ["cell-missing", "share-missing"] == [one.rule for one in error.value.errors]


@pytest.mark.parametrize(
    ("on", "known_on", "expected"),
    [
        pytest.param("2019-01-01", None, "tariff-2019-01", id="first day we hold"),
        pytest.param("2025-05-07", None, "tariff-2019-01", id="last day of the old edition"),
        pytest.param("2025-05-08", None, "tariff-2025-09", id="first day of the new edition"),
        pytest.param("2099-01-01", None, "tariff-2025-09", id="open end"),
        pytest.param("2025-05-08", "2025-04-27", "tariff-2019-01", id="not announced yet"),
        pytest.param("2025-05-08", "2025-04-28", "tariff-2025-09", id="announced that day"),
        pytest.param("2025-05-07", "2025-04-28", "tariff-2019-01", id="announced for later"),
    ],
)
def test_a_day_has_the_edition_in_force_by_what_was_known(
    on: str, known_on: str | None, expected: str
) -> None:
    known = known_by(date.fromisoformat(known_on)) if known_on else None

    assert expected == TARIFFS.in_force(date.fromisoformat(on), known).code


@pytest.mark.parametrize(("on", "known_on"), [("2018-12-31", None), ("2025-06-10", "2018-12-31")])
def test_a_day_without_an_edition_is_refused_never_free(on: str, known_on: str | None) -> None:
    known = known_by(date.fromisoformat(known_on)) if known_on else None

    with pytest.raises(NoTariffInForceError) as refusal:
        TARIFFS.in_force(date.fromisoformat(on), known)

    assert {"day": on} == refusal.value.facts
    assert ("/on", "no-tariff-in-force", on) == (
        refusal.value.errors[0].pointer,
        refusal.value.errors[0].rule,
        refusal.value.errors[0].value,
    )


def test_an_edition_that_is_not_at_hand_puts_nothing_in_force() -> None:
    force = [row for document in TARIFF_DOCUMENTS for row in parse_force(document)]
    tariffs = Tariffs([TARIFFS.editions["tariff-2019-01"]], force)

    assert "tariff-2019-01" == tariffs.in_force(date(2025, 5, 7)).code
    with pytest.raises(NoTariffInForceError):
        tariffs.in_force(date(2025, 5, 8))


def test_two_editions_cannot_be_in_force_on_one_day_by_one_knowledge() -> None:
    always = Known()
    one = Force("a", Validity(None, date(2025, 5, 9)), always, EVIDENCE)
    other = Force("b", Validity(date(2025, 5, 8)), always, EVIDENCE)

    with pytest.raises(OverlappingForceError) as error:
        Tariffs([], [one, other])

    assert {"one": "a", "other": "b"} == error.value.facts


def test_force_rows_that_overlap_in_days_may_follow_each_other_in_knowledge() -> None:
    turn = datetime(2025, 4, 28, tzinfo=ZONE)
    early = Force("a", Validity(), Known(None, turn), EVIDENCE)
    late = Force("b", Validity(), Known(turn), EVIDENCE)

    assert 2 == len(Tariffs([], [early, late]).force)
