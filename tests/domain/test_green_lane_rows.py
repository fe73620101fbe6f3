"""Rules say what their published text says; produce rows are read whole or refused."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.errors import ReferenceDataError
from app.domain.green_lane import (
    NEVER_READ,
    RULES,
    RULES_BY_CODE,
    UNLISTED,
    describe_rules,
    parse_products,
    rules_in_force,
)
from app.domain.vocabulary import Basis, Lane
from tests.domain.reference import LANE_ROWS, ROOT, copy_of, reference

PRODUCE = LANE_ROWS.produce
TEXTS = json.loads((ROOT / "tests/vectors/green-lane-rules.json").read_text(encoding="utf-8"))
Document = dict[str, Any]


@pytest.mark.parametrize("row", TEXTS["rules"], ids=lambda row: row["code"])
def test_a_rule_says_what_its_text_says(row: Document) -> None:
    told = {key: value for key, value in row.items() if key != "evidence"}

    assert told == RULES_BY_CODE[row["code"]].described()


def test_every_rule_has_a_text_and_a_code_of_its_own() -> None:
    assert [row["code"] for row in TEXTS["rules"]] == [rule.code for rule in RULES]
    assert len(RULES) == len(RULES_BY_CODE)


def test_the_condition_of_the_certificate_has_its_own_evidence() -> None:
    condition = RULES_BY_CODE["GL-06"].condition

    assert condition is not None
    told = f"{condition.evidence.basis}: {condition.evidence.source}"
    assert TEXTS["rules"][5]["evidence"]["conditional"] == told


def test_what_is_never_read_is_said_and_no_rule_reads_it() -> None:
    (row,) = TEXTS["never_read"]

    assert {row.pop("field"): row} == NEVER_READ
    assert not [rule.code for rule in RULES if set(rule.reads) & set(NEVER_READ)]


@pytest.mark.parametrize(
    ("on", "count"), [("2022-02-20", 0), ("2022-02-21", 12), ("2025-01-09", 12), ("2025-01-10", 13)]
)
def test_a_day_has_its_rules(on: str, count: int) -> None:
    day = date.fromisoformat(on)

    assert (count, count) == (len(rules_in_force(day)), len(describe_rules(day)))


def test_all_rules_are_described_where_no_day_is_asked() -> None:
    described = describe_rules()

    assert [rule.code for rule in RULES] == [rule["code"] for rule in described]
    assert described == json.loads(json.dumps(described))


def test_a_rule_that_ended_tells_its_end() -> None:
    ended = replace(RULES[0], valid=replace(RULES[0].valid, end=date(2030, 1, 1)))

    assert "2030-01-01" == ended.described()["valid_to"]


@pytest.mark.parametrize(
    ("hs_code", "declared", "expected"),
    [
        pytest.param("08109092", None, "dragon-fruit", id="by its eight digits"),
        pytest.param("0810.90.92", None, "dragon-fruit", id="with dots"),
        pytest.param("08045021", None, "mango", id="by seven digits"),
        pytest.param("08045030", None, "mangosteen", id="the longest prefix"),
        pytest.param("080510", None, "citrus", id="by four digits"),
        pytest.param("08011200", "coconut", "coconut", id="the second prefix of one product"),
        pytest.param(None, "durian", "durian", id="without a code, as declared"),
        pytest.param("", "durian", "durian", id="with a blank code, as declared"),
        pytest.param("85171300", "durian", "durian", id="with a code of no product, as declared"),
        pytest.param("08106000", "lychee", "durian", id="the customs code decides"),
        pytest.param("0810", None, None, id="too short a code"),
        pytest.param(None, "avocado", None, id="not on the list"),
        pytest.param(None, None, None, id="nothing known"),
    ],
)
def test_a_goods_line_is_the_product_of_its_longest_prefix(
    hs_code: str | None, declared: str | None, expected: str | None
) -> None:
    product = PRODUCE.product_of(hs_code, declared)

    assert expected == (product.code if product else None)
    assert (expected or declared or UNLISTED) == PRODUCE.code_of(hs_code, declared)


def test_of_products_that_share_a_prefix_the_declared_one_counts() -> None:
    document = reference("produce")
    document["products"][0]["hs_prefixes"] = document["products"][1]["hs_prefixes"]
    produce = parse_products(document)

    assert "longan" == produce.code_of("08109010", "longan")
    assert "dragon-fruit" == produce.code_of("08109010", "dragon-fruit")
    assert "dragon-fruit" == produce.code_of("08109010", None)


def test_a_code_that_names_another_product_is_noticed() -> None:
    assert PRODUCE.is_contradicted("08106000", "lychee")
    assert PRODUCE.is_contradicted("08106000", "avocado")
    assert not PRODUCE.is_contradicted("08106000", "durian")
    assert not PRODUCE.is_contradicted("08106000", None)
    assert not PRODUCE.is_contradicted(None, "avocado")


def test_a_product_keeps_what_its_row_says() -> None:
    lychee = PRODUCE.products["lychee"]
    (season,) = lychee.seasons

    assert "Vải thiều" == lychee.names["vi"]
    assert ("ice", Basis.PUBLISHED) == (lychee.shelf_life_class, lychee.shelf_life_evidence.basis)
    assert (Lane.GREEN_SEASON, 200) == (season.lane, season.daily_allotment)
    assert season.allotment_evidence.source.startswith("press, late May")
    assert "冰鲜" == PRODUCE.shelf_life_classes["ice"].label["zh"]
    assert "Under a protocol" == PRODUCE.access_statuses["protocol"].label["en"]
    assert "Mã số vùng trồng" == PRODUCE.documents["growing-area-code"].label["vi"]


def test_a_product_without_a_row_for_the_market_is_not_let_in() -> None:
    mango = PRODUCE.products["mango"]

    assert mango.is_open(date(2025, 6, 10))
    assert not mango.is_open(date(2025, 6, 10), "XX")
    assert frozenset() == mango.papers_on(date(2025, 6, 10), "XX")


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2025-12-14", False),
        ("2025-12-15", True),
        ("2026-01-01", True),
        ("2028-02-29", True),
        ("2028-03-01", False),
    ],
)
def test_a_season_may_run_over_new_year(day: str, expected: bool) -> None:
    (season,) = PRODUCE.products["lychee"].seasons
    winter = replace(season, first_day=(12, 15), last_day=(2, 29))

    assert expected is winter.covers(date.fromisoformat(day))


def test_a_season_without_an_allotment_has_a_place_for_everybody() -> None:
    (season,) = PRODUCE.products["lychee"].seasons
    unlimited = replace(season, daily_allotment=None, valid=replace(season.valid, first=None))

    assert unlimited.has_place(1_000_000)
    assert "lychee@tan-thanh/05-20/" == unlimited.code


def with_a_product_twice(document: Document) -> None:
    document["products"][1]["code"] = "dragon-fruit"


def with_an_unknown_status(document: Document) -> None:
    document["products"][0]["market_access"][0]["status"] = "friendly"


def with_an_unknown_document(document: Document) -> None:
    document["products"][0]["required_documents"][0]["document"] = "letter"


def with_an_unknown_shelf_life(document: Document) -> None:
    document["products"][0]["shelf_life_class"]["code"] = "warm"


def with_a_prefix_in_dots(document: Document) -> None:
    document["products"][0]["hs_prefixes"][0]["prefix"] = "0810.90"


def with_a_season_of_no_day(document: Document) -> None:
    document["products"][2]["seasons"][0]["last_day"] = "02-30"


def with_a_season_of_half_a_day(document: Document) -> None:
    document["products"][2]["seasons"][0]["first_day"] = "W05-2"


def with_two_statuses_on_a_day(document: Document) -> None:
    document["products"][4]["market_access"][0]["valid_to"] = "2025-11-28"


@pytest.mark.parametrize(
    ("spoil", "pointer", "rule", "value"),
    [
        (with_a_product_twice, "/products/1/code", "twice", "dragon-fruit"),
        (with_an_unknown_status, "/products/0/market_access", "unknown-status", "friendly"),
        (with_an_unknown_document, "/products/0/required_documents", "unknown-document", "letter"),
        (with_an_unknown_shelf_life, "/products/0/shelf_life_class", "unknown", "warm"),
        (with_a_prefix_in_dots, "/products/0/hs_prefixes", "digits-only", "0810.90"),
        (
            with_a_season_of_no_day,
            "/products/2/seasons/last_day",
            "not-a-day-of-the-year",
            "02-30",
        ),
        (
            with_a_season_of_half_a_day,
            "/products/2/seasons/first_day",
            "not-a-day-of-the-year",
            "W05-2",
        ),
        (with_two_statuses_on_a_day, "/products/4/market_access", "overlap", "jackfruit"),
    ],
)
def test_a_fault_in_the_list_of_produce_is_named(
    spoil: Callable[[Document], None], pointer: str, rule: str, value: str
) -> None:
    document = copy_of(reference("produce"))
    spoil(document)

    with pytest.raises(ReferenceDataError) as error:
        parse_products(document)

    first = error.value.errors[0]
    assert (pointer, rule, value) == (first.pointer, first.rule, first.value)
