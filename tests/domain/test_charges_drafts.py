"""A draft of a tariff is checked whole: every fault by its place and rule, all of them at once."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.charges import parse_edition
from app.domain.charges.comparison import tariff_differences
from app.domain.charges.drafts import (
    AMOUNTS,
    RATES,
    RateWanted,
    TariffWanted,
    drafted,
    faults_of,
    faults_of_draft,
)
from app.domain.vocabulary import Basis
from tests.domain.reference import TARIFF_DOCUMENTS, copy_of

Document = dict[str, Any]
BASE = TARIFF_DOCUMENTS[1]
LEGAL = {"number": "3/2026", "source": "a test"}


def test_what_ships_with_the_service_would_be_a_fit_draft() -> None:
    assert [(), ()] == [faults_of(copy_of(document)) for document in TARIFF_DOCUMENTS]


def put(path: str, value: Any) -> Callable[[Document], None]:
    *way, last = path.split("/")

    def spoil(document: Document) -> None:
        place: Any = document
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        place[int(last) if last.isdigit() else last] = value

    return spoil


def drop(path: str) -> Callable[[Document], None]:
    *way, last = path.split("/")

    def spoil(document: Document) -> None:
        place: Any = document
        for step in way:
            place = place[int(step) if step.isdigit() else step]
        del place[int(last) if last.isdigit() else last]

    return spoil


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        pytest.param(drop("cells/3"), [("/cells", "cell-missing")], id="a hole"),
        pytest.param(put("cells/3/amount_vnd", 1.5), [("/cells/3/amount_vnd", "whole-number")],
                     id="a fraction"),
        pytest.param(put("cells/3/amount_vnd", True), [("/cells/3/amount_vnd", "whole-number")],
                     id="a truth"),
        pytest.param(put("cells/3/amount_vnd", -1), [("/cells/3/amount_vnd", "whole-number")],
                     id="a negative price"),
        pytest.param(put("cells/3/amount_vnd", "1"), [("/cells/3/amount_vnd", "whole-number")],
                     id="a text for a price"),
        pytest.param(put("cells/3/amount_vnd", 10**13),
                     [("/cells/3/amount_vnd", "number-too-large")], id="a huge price"),
        pytest.param(put("cells/3/goods_group", ["x"]), [("/cells/3/goods_group", "not-text")],
                     id="a list for a code"),
        pytest.param(put("cells/3/goods_group", "a b"), [("/cells/3/goods_group", "code-unfit")],
                     id="a code with a space"),
        pytest.param(put("cells/3/basis", "rumour"), [("/cells/3/basis", "code-unknown")],
                     id="an unknown basis"),
        pytest.param(put("cells/3", 7), [("/cells/3", "not-an-object")], id="no row"),
        pytest.param(put("cells", {}), [("/cells", "not-a-list")], id="no list"),
        pytest.param(put("title/vi", " "), [("/title/vi", "too-short")], id="an empty title"),
        pytest.param(put("title/en", "a\x00"), [("/title/en", "text-unfit")], id="a NUL"),
        pytest.param(put("official", "yes"), [("/official", "not-true-or-false")], id="no truth"),
        pytest.param(put("legal_reference/issued_on", "8 May"),
                     [("/legal_reference/issued_on", "not-a-day")], id="no day"),
        pytest.param(put("legal_reference/issued_on", "2026-02-30"),
                     [("/legal_reference/issued_on", "not-a-day")], id="a day that there is not"),
        pytest.param(put("vehicle_classes", []), [("/vehicle_classes", "too-few-rows")],
                     id="no classes"),
        pytest.param(put("vehicle_classes/1/rank", 1),
                     [("/vehicle_classes/0/rank", "code-twice"),
                      ("/vehicle_classes/1/rank", "code-twice")], id="a rank twice"),
        pytest.param(put("split/state_budget_basis_points", 1), [("/split", "split-not-whole")],
                     id="a split of less than all"),
        pytest.param(put("order_kinds/0/code", "gift"), [("/order_kinds/0/code", "code-unknown")],
                     id="an order that nobody is asked for"),
        pytest.param(put("note", {"a/b": [1.5, "\ud800"]}),
                     [("/note/a~1b/0", "whole-number"), ("/note/a~1b/1", "text-unfit")],
                     id="what cannot be kept, wherever it stands"),
        pytest.param(put("note", {"a\x00": 1}), [("/note", "text-unfit")], id="an odd name"),
        pytest.param(put("mixed_load_rule/evidence/tie", {}),
                     [("/mixed_load_rule/evidence/tie/basis", "missing"),
                      ("/mixed_load_rule/evidence/tie/source", "missing")],
                     id="an account of nothing"),
        pytest.param(put("mixed_load_rule/evidence", []),
                     [("/mixed_load_rule/evidence", "not-an-object")], id="no account"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_place_and_rule(
    spoil: Callable[[Document], None], expected: list[tuple[str, str]]
) -> None:
    document = copy_of(BASE)
    spoil(document)
    assert expected == [(one.pointer, one.rule) for one in faults_of(document)]


def test_a_class_that_holds_nobody_is_a_fault() -> None:
    document = copy_of(BASE)
    classes = document["vehicle_classes"]
    classes[1]["payload_kg"] = {"from": 2000, "below": 1500}
    classes[2]["payload_kg"]["from"] = 1500
    found = [(one.rule, one.value) for one in faults_of(document)]
    assert [("empty-class", "2000 | 1500")] == found


def test_without_a_group_for_empty_vehicles_none_could_pass() -> None:
    document = copy_of(BASE)
    group = next(row for row in document["goods_groups"] if row["code"] == "empty")
    group["directions"] = ["import"]
    assert [("empty-group-missing", "export")] == [
        (one.rule, one.value) for one in faults_of(document)
    ]


def test_an_official_edition_names_each_number_that_is_ours() -> None:
    document = copy_of(BASE) | {"official": True}
    found = {one.pointer for one in faults_of(document)}
    ours = {
        f"/{part}/{at}/basis"
        for part in ("cells", "multipliers", "journeys")
        for at, row in enumerate(document[part])
        if row["basis"] == "provisional"
    }
    assert ours == found


def test_faults_of_many_kinds_are_named_at_once() -> None:
    document = copy_of(BASE)
    for spoil in (
        put("cells/0/amount_vnd", 0.5), drop("cells/9"), put("split/source", 3),
        drop("journeys/3"), put("vehicle_classes/0/payload_kg/from", 5),
    ):  # fmt: skip
        spoil(document)
    assert {
        "whole-number", "cell-missing", "not-text", "share-missing", "first-class-starts-late",
    } == {one.rule for one in faults_of(document)}  # fmt: skip


@pytest.mark.parametrize("nothing", [None, [], "x", 3, {}])
def test_what_is_no_document_is_named_as_such(nothing: Any) -> None:
    assert faults_of(nothing)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
places = st.sampled_from(
    [
        f"{part}/{row}/{field}"
        for part in ("cells", "multipliers", "journeys", "goods_groups", "vehicle_classes")
        for row in range(1 if part == "multipliers" else 4)
        for field in BASE[part][row]
    ]
    + list(BASE)
    + [f"{part}/{name}" for part in ("title", "split", "scope", "formula") for name in BASE[part]]
)


@given(st.lists(st.tuples(places, anything), min_size=1, max_size=4))
def test_whatever_is_put_anywhere_is_either_named_or_can_be_priced_with(
    changes: list[tuple[str, Any]],
) -> None:
    """No document makes the checks fail, and what passes them is an edition."""
    document = copy_of(BASE)
    for path, value in changes:
        try:
            put(path, value)(document)
        except (KeyError, IndexError, TypeError, AttributeError):
            return
    if not faults_of(document):
        parse_edition({**document, "force": []})


def rate(value: int, key: tuple[str, ...], part: str = "cells") -> RateWanted:
    return RateWanted("/cells/0", "/cells/0/amount", part, key, value, Basis.OBSERVED, "seen")


def test_a_draft_differs_from_its_base_only_in_what_was_asked() -> None:
    rates = [
        rate(7, ("ordinary", "4t-to-10t")), rate(20_000, ("ore-export",), "multipliers"),
        rate(12_500, ("inland-import",), "journeys"),
    ]  # fmt: skip
    title = {"vi": "a", "en": "b", "zh": None}
    wanted = TariffWanted("new", official=False, rates=rates, legal_reference=LEGAL, title=title)  # type: ignore[arg-type] # a plain text
    document = drafted(BASE, wanted)
    changed = {pointer for pointer, _, _ in tariff_differences(BASE, document)}
    assert {
        "/code", "/base", "/valid_from", "/title/vi", "/title/en", "/title/zh",
        "/legal_reference/number", "/legal_reference/source",
        *(f"{place}/{name}" for place, name in (
            ("/cells/ordinary/4t-to-10t", "amount_vnd"), ("/cells/ordinary/4t-to-10t", "source"),
            ("/multipliers/ore-export", "factor_basis_points"),
            ("/multipliers/ore-export", "basis"), ("/multipliers/ore-export", "source"),
            ("/journeys/inland-import", "basis_points"), ("/journeys/inland-import", "basis"),
            ("/journeys/inland-import", "source"),
        )),
    } == changed  # fmt: skip
    assert () == faults_of_draft(BASE, wanted)


def test_a_fault_of_the_base_is_told_by_its_place_there() -> None:
    base = copy_of(BASE)
    del base["cells"][0]
    base["cells"][3]["amount_vnd"] = -1
    base["multipliers"][0]["goods_group"] = "gold"
    base["split"]["collector_basis_points"] = 0
    wanted = TariffWanted("a code", official=False, rates=[], legal_reference=LEGAL)
    assert [
        ("/code", "code-unfit"), ("/base/cells/3/amount_vnd", "whole-number"),
        ("/base/cells", "cell-missing"), ("/base/multipliers", "multiplier-unknown"),
        ("/base/split", "split-not-whole"),
    ] == [(one.pointer, one.rule) for one in faults_of_draft(base, wanted)]  # fmt: skip


def test_the_order_of_rows_is_no_difference() -> None:
    other = copy_of(BASE)
    other["cells"].reverse()
    other["journeys"].reverse()
    assert [] == list(tariff_differences(BASE, other))


def test_a_number_without_a_place_and_one_given_twice_are_named_where_they_were_asked() -> None:
    rates = [rate(1, ("gold", "4t-to-10t")), rate(1, ("ordinary", "4t-to-10t"))]
    wanted = TariffWanted("new", official=False, rates=[*rates, rates[1]], legal_reference=LEGAL)
    assert ["rate-unknown", "rate-twice", "rate-twice"] == [
        one.rule for one in faults_of_draft(BASE, wanted)
    ]


def test_a_fault_of_a_number_stands_where_it_was_asked() -> None:
    free = rate(5, ("empty", "under-2t"))
    wanted = TariffWanted("new", official=True, rates=[free], legal_reference=LEGAL)
    found = {(one.pointer, one.rule) for one in faults_of_draft(BASE, wanted)}
    assert ("/cells/0/amount", "group-not-chargeable") in found
    assert ("/base/cells/1/basis", "official-needs-source") in found
    assert not [pointer for pointer, _ in found if pointer == "/base/cells/25/basis"]


@pytest.mark.parametrize("part", RATES)
def test_every_number_that_is_not_there_is_named(part: str) -> None:
    document = copy_of(BASE)
    for row in document[part]:
        del row[AMOUNTS[part]]
    wanted = [f"/{part}/{number}/{AMOUNTS[part]}" for number, _ in enumerate(document[part])]
    assert wanted == [one.pointer for one in faults_of(document)]
