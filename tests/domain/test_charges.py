"""The fee engine on every golden row, and on the boundary days of the editions."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.domain.charges import (
    FeeFacts,
    GoodsValue,
    Payload,
    Quote,
    quote,
    quote_document,
    refusals_of,
)
from app.domain.errors import (
    DeclaredValueMissingError,
    ModeNotInTariffError,
    TariffRefusalError,
    VehicleClassUnknownError,
)
from app.domain.vocabulary import Basis, Direction, Evidence, Journey
from tests.domain.reference import EDITION, GATES, TARIFFS, vectors

ROWS = vectors("priced-entries")


def whole(cell: str) -> int | None:
    return int(cell) if cell else None


def facts_of(row: dict[str, str]) -> FeeFacts:
    return FeeFacts(
        mode=GATES[row["gate_code"]]["mode"],
        direction=Direction(row["direction"]),
        journey=Journey(row["journey"]),
        goods=tuple(GoodsValue(**goods) for goods in json.loads(row["goods"])),
        vehicle=Payload(whole(row["payload_kg"]), whole(row["container_length_ft"])),
        receiving=tuple(Payload(**one) for one in json.loads(row["receiving_vehicles"])),
    )


def price(row: dict[str, str]) -> Quote:
    return quote(TARIFFS.in_force(date.fromisoformat(row["on_date"])), facts_of(row))


def lines_of(priced: Quote) -> list[dict[str, Any]]:
    return [
        {
            "vehicle": line.vehicle,
            "order_kind": line.order_kind,
            "vehicle_class": line.vehicle_class,
            "goods_group": line.goods_group,
            "cell_vnd": line.cell.value,
            "multiplier_basis_points": line.multiplier.value,
            "share_basis_points": line.share.value,
            "amount_vnd": line.amount_vnd,
        }
        for line in priced.lines
    ]


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["expected_outcome"] == "priced"], ids=lambda row: row["id"]
)
def test_every_golden_entry_costs_what_it_says(row: dict[str, str]) -> None:
    priced = price(row)

    assert row["expected_tariff"] == priced.edition.code
    assert row["expected_goods_group"] == priced.goods_group
    assert row["expected_vehicle_class"] == priced.vehicle_class
    assert json.loads(row["expected_lines"]) == lines_of(priced)
    assert int(row["expected_infrastructure_vnd"]) == priced.amount("infrastructure")
    assert int(row["expected_transfer_vnd"]) == priced.amount("transfer")
    assert int(row["expected_total_vnd"]) == priced.total_vnd


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["expected_outcome"] == "refused"], ids=lambda row: row["id"]
)
def test_every_golden_refusal_has_its_code(row: dict[str, str]) -> None:
    with pytest.raises(TariffRefusalError) as refusal:
        price(row)

    assert row["expected_refusal"] == refusal.value.code
    assert [row["expected_refusal"]] == [error.rule for error in refusal.value.errors]


def test_every_golden_row_is_either_priced_or_refused() -> None:
    assert len(ROWS) == 29
    assert {row["expected_outcome"] for row in ROWS} == {"priced", "refused"}


FACTS = FeeFacts(
    mode="road",
    direction=Direction.EXPORT,
    journey=Journey.OWN_VEHICLE,
    goods=(GoodsValue("ordinary"),),
    vehicle=Payload(8000),
)


@pytest.mark.parametrize(
    ("payload_kg", "container_length_ft", "expected"),
    [
        pytest.param(0, None, "under-2t", id="a weight of nothing is the lowest class"),
        pytest.param(1999, None, "under-2t", id="below 2 t"),
        pytest.param(2000, None, "2t-to-4t", id="2 t"),
        pytest.param(3999, None, "2t-to-4t", id="below 4 t"),
        pytest.param(4000, None, "4t-to-10t", id="4 t"),
        pytest.param(9999, None, "4t-to-10t", id="below 10 t"),
        pytest.param(10000, None, "10t-to-18t", id="10 t"),
        pytest.param(17999, None, "10t-to-18t", id="below 18 t"),
        pytest.param(18000, None, "18t-and-over", id="18 t"),
        pytest.param(None, 20, "10t-to-18t", id="a 20 ft container alone"),
        pytest.param(None, 39, "10t-to-18t", id="below 40 ft"),
        pytest.param(None, 40, "18t-and-over", id="40 ft"),
        pytest.param(1000, 45, "18t-and-over", id="the container lifts the class"),
        pytest.param(26000, 20, "18t-and-over", id="the container never lowers the class"),
    ],
)
def test_the_class_is_the_higher_of_payload_and_container(
    payload_kg: int | None, container_length_ft: int | None, expected: str
) -> None:
    assert expected == EDITION.class_of(Payload(payload_kg, container_length_ft)).code


@pytest.mark.parametrize("vehicle", [Payload(), Payload(None, 0), Payload(-1, None)])
def test_a_vehicle_without_weight_and_container_has_no_class(vehicle: Payload) -> None:
    with pytest.raises(VehicleClassUnknownError):
        EDITION.class_of(vehicle)


def test_a_vehicle_without_goods_is_empty_and_pays_one_line_of_nothing() -> None:
    priced = quote(EDITION, replace(FACTS, goods=()))

    assert ("empty", 0, 1) == (priced.goods_group, priced.total_vnd, len(priced.lines))


def test_a_line_has_the_weakest_basis_of_what_it_used_and_the_class_one_of_its_own() -> None:
    own = quote(EDITION, FACTS)
    inland = quote(EDITION, replace(FACTS, direction=Direction.IMPORT))
    ore = quote(EDITION, replace(FACTS, goods=(GoodsValue("ore-export"),)))

    assert Basis.OBSERVED is own.basis
    assert Basis.PUBLISHED is inland.lines[0].share.evidence.basis
    assert Basis.OBSERVED is inland.lines[0].basis
    assert (Basis.PUBLISHED, 50_000) == (
        ore.lines[0].multiplier.evidence.basis,
        ore.lines[0].multiplier.value,
    )
    assert Basis.PROVISIONAL is own.class_basis.basis


def test_a_group_without_a_factor_takes_its_cell_whole_on_the_evidence_of_the_cell() -> None:
    line = quote(EDITION, FACTS).lines[0]

    assert (10_000, line.cell.evidence) == (line.multiplier.value, line.multiplier.evidence)


def test_a_mixed_load_says_what_chose_its_goods_group() -> None:
    def basis(one: int, other: int) -> Evidence | None:
        goods = (GoodsValue("fresh-produce-export", one), GoodsValue("ordinary", other))
        return quote(EDITION, replace(FACTS, goods=goods)).group_basis

    assert EDITION.mixed_load == basis(2, 1)
    assert EDITION.mixed_load_tie == basis(1, 1)
    assert quote(EDITION, FACTS).group_basis is None


def test_lines_of_one_goods_group_need_no_value() -> None:
    goods = (GoodsValue("ordinary"), GoodsValue("ordinary", 5))

    assert "ordinary" == quote(EDITION, replace(FACTS, goods=goods)).goods_group


def test_a_tie_of_equal_prices_takes_the_first_of_the_table_whatever_the_order() -> None:
    goods = (GoodsValue("self-driven-import", 7), GoodsValue("ordinary", 7))
    inland = replace(FACTS, direction=Direction.IMPORT, goods=goods)
    turned = replace(FACTS, direction=Direction.IMPORT, goods=goods[::-1])

    assert "ordinary" == quote(EDITION, inland).goods_group == quote(EDITION, turned).goods_group


def test_every_refusal_is_told_at_once_and_the_first_names_the_error() -> None:
    wrong = replace(
        FACTS,
        direction=Direction.IMPORT,
        goods=(GoodsValue("ore-export"), GoodsValue("ordinary", 3), GoodsValue("gold", 1)),
        vehicle=Payload(),
        receiving=(Payload(8000), Payload()),
    )
    expected = [
        ("/vehicle", "vehicle-class-unknown", None),
        ("/receiving/1", "vehicle-class-unknown", None),
        ("/goods/0/goods_group", "goods-group-not-for-direction", "ore-export"),
        ("/goods/2/goods_group", "goods-group-not-for-direction", "gold"),
        ("/receiving", "receiving-vehicle-not-for-journey", 2),
        ("/goods/0/customs_value_vnd", "declared-value-missing", None),
    ]

    found = refusals_of(EDITION, wrong)

    assert expected == [(error.pointer, error.rule, error.value) for error in found]
    with pytest.raises(VehicleClassUnknownError) as refusal:
        quote(EDITION, wrong)
    assert found == refusal.value.errors


def test_a_mode_that_the_tariff_does_not_cover_is_the_only_refusal() -> None:
    with pytest.raises(ModeNotInTariffError) as refusal:
        quote(EDITION, replace(FACTS, mode="rail", vehicle=Payload()))

    assert [("/mode", "rail")] == [(one.pointer, one.value) for one in refusal.value.errors]


def test_a_missing_value_is_an_error_only_in_a_mixed_load() -> None:
    with pytest.raises(DeclaredValueMissingError):
        quote(
            EDITION, replace(FACTS, goods=(GoodsValue("ordinary", 1), GoodsValue("transit-other")))
        )


def test_the_document_of_a_quote_explains_each_line_in_whole_numbers_and_text() -> None:
    document = quote_document(
        quote(
            EDITION,
            replace(
                FACTS,
                direction=Direction.IMPORT,
                journey=Journey.TRANSSHIPMENT,
                receiving=(Payload(9000),),
            ),
        )
    )

    assert document == json.loads(json.dumps(document))
    assert ("tariff-2025-09", False, "observed") == (
        document["tariff"],
        document["official"],
        document["basis"],
    )
    assert {"infrastructure": 300_000, "transfer": 90_000} == document["amounts_vnd"]
    assert 390_000 == document["total_vnd"]
    assert {
        "vehicle": "declared",
        "order_kind": "transfer",
        "vehicle_class": "4t-to-10t",
        "goods_group": "ordinary",
        "tariff": "tariff-2025-09",
        "cell_vnd": {
            "value": 300_000,
            "basis": "observed",
            "source": "observed platform records, May 2026",
        },
        "multiplier_basis_points": {
            "value": 10_000,
            "basis": "observed",
            "source": "observed platform records, May 2026",
        },
        "share_basis_points": {
            "value": 3_000,
            "basis": "published",
            "source": (
                "Lao Động newspaper, June 2025, on Resolution 09/2025/NQ-HĐND; amount seen in"
                " observed platform records, May 2026"
            ),
        },
        "amount_vnd": 90_000,
        "basis": "observed",
    } == document["lines"][0]


def test_the_document_of_a_mixed_load_names_what_chose_its_group() -> None:
    goods = (GoodsValue("fresh-produce-export", 1), GoodsValue("ordinary", 1))
    document = quote_document(quote(EDITION, replace(FACTS, goods=goods)))

    assert {
        "basis": "provisional",
        "source": "our default; no official text found",
    } == document["goods_group_basis"]
