"""Two-way vehicles: each condition of the pilot, from its first day on, with its pointer."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.declaration import read_declaration
from app.domain.two_way import TESTS, TwoWayRule, findings_of_two_way, parse_two_way
from app.domain.vocabulary import Severity
from tests.domain.reference import LANE_ROWS, reference

ROWS = parse_two_way(reference("two-way")["rows"])
FIRST, BEFORE = date(2025, 12, 10), date(2025, 12, 9)
ROUTES = {"tan-thanh": ["1088-2-1089", "1090-1091"], "chi-ma": []}
BOX = {"number": "CSQU3054383"}
LYCHEE = {"goods_group": "fresh-produce-export", "product": "lychee", "hs_code": "0810.90.20"}
DURIAN = {"goods_group": "fresh-produce-export", "product": "durian", "hs_code": "0810.60.00"}
PHONES = {"goods_group": "ordinary", "hs_code": "8517.13.00"}
SHOES = {"goods_group": "ordinary", "hs_code": "6403.99.90"}
ORE = {"goods_group": "ore-export"}
ONE, OTHER = "0100109106", "0300588569"
UNTOLD = {"goods_group": "fresh-produce-export"}
CASSAVA = {"goods_group": "fresh-produce-export", "hs_code": "0714.10.11"}
NO_NEED = ("two-way-need-not-registered", "/documents/two_way_registration", None)
NEED: dict[str, Any] = {"two_way_registration": {"number": "HC-1"}}


def goods(*lines: dict[str, Any], owner: str | None = None) -> dict[str, Any]:
    return {"lines": list(lines), "owner_tax_code": owner}


def told(
    *consignments: dict[str, Any], on: date = FIRST, two_way: bool | None = True, **changes: Any
) -> list[tuple[str, str, str | int | None]]:
    """Return what is found wrong with a container of these goods on a two-way vehicle."""
    vehicle = {"tractor_plate": "15C-000.01", "containers": [BOX], "two_way": two_way}
    document = {
        "gate": "tan-thanh", "direction": "export", "journey": "own_vehicle",
        "vehicle": {**vehicle, **changes.pop("vehicle", {})}, "documents": NEED,
        "consignments": list(consignments), **changes,
    }  # fmt: skip
    declaration = read_declaration(document)
    routes = ROUTES[declaration.gate]
    found = findings_of_two_way(declaration, ROWS, on, routes, LANE_ROWS.produce)
    return [(one.rule, one.pointer, one.value) for one in found]


LINE = "/consignments/0/lines/1"
CASES = (
    pytest.param({"gate": "chi-ma"}, [], ("two-way-route", "/gate", "chi-ma"), id="no such route"),
    pytest.param(
        {"route": "1090-1091"}, [], ("two-way-route", "/route", "1090-1091"), id="another route"
    ),
    pytest.param(
        {}, [goods(PHONES, owner=ONE), goods(SHOES, owner=OTHER)],
        ("two-way-one-enterprise", "/consignments/1/owner_tax_code", None), id="two owners",
    ),
    pytest.param(
        {}, [goods(LYCHEE, DURIAN)], ("two-way-one-kind", f"{LINE}/product", "durian"),
        id="two kinds of produce",
    ),
    pytest.param(
        {}, [goods({**LYCHEE, "hs_code": None}, CASSAVA)],
        ("two-way-one-kind", f"{LINE}/product", "07141011"), id="told apart by the HS code",
    ),
    pytest.param(
        {"vehicle": {"containers": []}}, [goods(PHONES)],
        ("two-way-container", "/vehicle/containers", None), id="no container",
    ),
    pytest.param(
        {}, [goods(PHONES), goods(ORE)],
        ("two-way-mixed-load", "/consignments/1/lines/0/goods_group", "ore-export"),
        id="two groups",
    ),
    pytest.param(
        {}, [goods(PHONES, {**CASSAVA, "goods_group": "ordinary"})],
        ("two-way-mixed-load", f"{LINE}/goods_group", "ordinary"), id="produce among other goods",
    ),
    pytest.param(
        {"documents": None}, [], NO_NEED,
        id="need not registered",
    ),
    pytest.param(
        {"documents": {"two_way_registration": {"number": " "}}}, [], NO_NEED,
        id="no number",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("changes", "consignments", "finding"), CASES)
def test_a_condition_holds_from_the_first_day_of_the_pilot(
    changes: dict[str, Any], consignments: list[dict[str, Any]], finding: tuple[str, str, Any]
) -> None:
    assert [finding] == told(*consignments, **changes)
    assert [] == told(*consignments, on=BEFORE, **changes)


@pytest.mark.parametrize("two_way", [None, False])
@pytest.mark.parametrize(("changes", "consignments", "finding"), CASES)
def test_it_concerns_two_way_vehicles_only(
    changes: dict[str, Any],
    consignments: list[dict[str, Any]],
    finding: tuple[str, str, Any],
    *,
    two_way: bool | None,
) -> None:
    vehicle = {**changes.get("vehicle", {}), "two_way": two_way}
    assert [] == told(*consignments, **{**changes, "vehicle": vehicle}), finding


@pytest.mark.parametrize(
    ("changes", "consignments"),
    [
        pytest.param({}, [], id="it goes back empty"),
        pytest.param({"route": "1088-2-1089"}, [], id="by a route of the pilot"),
        pytest.param({}, [goods(LYCHEE, LYCHEE)], id="one kind on two lines"),
        pytest.param({"vehicle": {"containers": []}}, [goods(LYCHEE)], id="in no container"),
        pytest.param({}, [goods(PHONES), goods(SHOES)], id="other goods of one group"),
        pytest.param(
            {}, [goods(PHONES, owner=ONE), goods(SHOES, owner="01 0010 9106")], id="one owner"
        ),
        pytest.param({}, [goods(PHONES, owner=ONE), goods(SHOES)], id="an owner who is not told"),
        pytest.param(
            {}, [goods(UNTOLD, UNTOLD)],
            id="produce of which nothing is told",
        ),
    ],
)  # fmt: skip
def test_who_meets_the_conditions_is_told_nothing(
    changes: dict[str, Any], consignments: list[dict[str, Any]]
) -> None:
    assert [] == told(*consignments, **changes)


def test_every_rule_has_a_row_with_its_source_and_a_test() -> None:
    assert [*TwoWayRule] == sorted((row.rule for row in ROWS), key=[*TwoWayRule].index)
    assert set(TwoWayRule) == TESTS.keys()
    assert all(row.evidence.source and row.valid.first == FIRST for row in ROWS)


@given(st.lists(st.lists(st.sampled_from([LYCHEE, DURIAN, PHONES, SHOES, ORE]), min_size=1)))
def test_nothing_blocks_and_each_rule_speaks_once(loads: list[list[dict[str, Any]]]) -> None:
    document = {
        "gate": "chi-ma", "direction": "export", "journey": "own_vehicle",
        "vehicle": {"two_way": True},
        "consignments": [goods(*lines) for lines in loads],
    }  # fmt: skip
    found = [*findings_of_two_way(read_declaration(document), ROWS, FIRST, (), LANE_ROWS.produce)]
    assert {Severity.WARNING} == {one.severity for one in found}
    assert len(found) == len({one.rule for one in found})
    kinds = {line["product"] for lines in loads for line in lines if "product" in line}
    assert (len(kinds) > 1) == ("two-way-one-kind" in {one.rule for one in found})
