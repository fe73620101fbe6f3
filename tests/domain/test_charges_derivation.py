"""A charge is made again from what was frozen with it; whatever was changed since is found."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given

from app.domain.charges import (
    Difference,
    FeeFacts,
    Frozen,
    differences_of,
    facts_document,
    known_by,
    quote,
    quote_document,
)
from tests.domain.reference import EDITION, TARIFFS
from tests.domain.test_charges import ROWS, facts_of, price
from tests.domain.test_charges_properties import loads

DAY = date(2026, 3, 11)
NOW = known_by(DAY)
FACTS = facts_of(next(row for row in ROWS if row["on_date"] == "2026-05-15"))


def frozen(facts: FeeFacts = FACTS, **changes: Any) -> Frozen:
    made = quote_document(quote(EDITION, facts))
    facts_then = json.loads(json.dumps(facts_document(facts)))
    charge = Frozen(EDITION.code, DAY, NOW, facts_then, made, made["total_vnd"])
    return replace(charge, **changes)


def without_facts(charge: Frozen) -> Frozen:
    return replace(charge, facts=None, known_at=None)


@given(loads())
def test_what_was_priced_is_derived_again(load: FeeFacts) -> None:
    charge = frozen(load)
    assert () == differences_of(TARIFFS, charge) == differences_of(TARIFFS, without_facts(charge))


PRICED = [row for row in ROWS if row["expected_outcome"] == "priced"]


@pytest.mark.parametrize("row", PRICED, ids=lambda row: row["id"])
def test_every_golden_price_is_derived_again(row: dict[str, str]) -> None:
    made = quote_document(price(row))
    on = date.fromisoformat(row["on_date"])
    facts = facts_document(facts_of(row))
    charge = Frozen(made["tariff"], on, TARIFFS.known_at, facts, made, made["total_vnd"])
    assert () == differences_of(TARIFFS, charge)


def test_what_a_later_release_adds_to_a_charge_is_no_difference() -> None:
    charge = frozen()
    assert () == differences_of(TARIFFS, replace(charge, quote={**charge.quote, "note": "x"}))


def spoil(path: str, value: Any) -> Callable[[Frozen], Frozen]:
    def change(charge: Frozen) -> Frozen:
        document = json.loads(json.dumps(charge.quote))
        *way, last = path.split(".")
        place: Any = document
        for name in way:
            place = place[int(name) if name.isdigit() else name]
        place[last] = value
        return replace(charge, quote=document)

    return change


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        pytest.param(
            lambda one: replace(one, total_vnd=1), {Difference.TOTAL}, id="the total of the row"
        ),
        pytest.param(
            spoil("total_vnd", 1), {Difference.PRICE, Difference.TOTAL}, id="the total of the quote"
        ),
        pytest.param(
            spoil("lines.0.amount_vnd", 1), {Difference.PRICE, Difference.TOTAL}, id="a line"
        ),
        pytest.param(spoil("lines.0.cell_vnd.value", 1), {Difference.PRICE}, id="a rate"),
        pytest.param(
            spoil("lines.0.order_kind", "gift"), {Difference.PRICE}, id="the order it goes to"
        ),
        pytest.param(
            lambda one: replace(one, priced_on=date(2025, 5, 7)), {Difference.EDITION},
            id="the last day of another edition",
        ),
        pytest.param(
            lambda one: replace(one, tariff_code="nothing"), {Difference.UNREADABLE},
            id="an edition that there is not",
        ),
        pytest.param(
            lambda one: replace(one, quote={}), {Difference.UNREADABLE}, id="nothing is left of it"
        ),
    ],
)  # fmt: skip
def test_what_was_changed_is_named(
    change: Callable[[Frozen], Frozen], expected: set[Difference]
) -> None:
    assert expected == set(differences_of(TARIFFS, change(frozen())))
    old = without_facts(change(frozen()))
    assert bool(set(differences_of(TARIFFS, old)))


def test_other_facts_make_another_price_and_facts_without_price_are_named() -> None:
    charge = frozen()
    assert charge.facts is not None
    heavier = {**charge.facts, "vehicle": [1_000, None]}
    assert (Difference.PRICE,) == differences_of(TARIFFS, replace(charge, facts=heavier))
    nothing = {**charge.facts, "vehicle": [None, None]}
    assert (Difference.REFUSED,) == differences_of(TARIFFS, replace(charge, facts=nothing))


def test_an_edition_that_was_not_known_then_is_named() -> None:
    before = known_by(date(2025, 4, 27))
    assert (Difference.EDITION,) == differences_of(TARIFFS, frozen(known_at=before))
