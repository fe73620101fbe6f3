"""Declared goods in the names of the WCO Data Model: nothing lost, added, or personal."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.domain.vocabulary import Direction
from app.domain.wco import Carried, declarations

LINE = {
    "goods_group": "fresh-produce-export",
    "product": "durian",
    "hs_code": "0810.60.00",
    "gross_kg": 14000,
    "customs_value_vnd": 900_000_000,
    "origin": "VN",
}
FULL = {
    "vehicle": {
        "country": "VN",
        "tractor_plate": "12C-000.17",
        "trailer_plate": "12R-000.44",
        "containers": [{"number": "CSQU3054383", "length_ft": 40}, {"number": "MSKU0000001"}],
        "seal_numbers": ["S1", "S2"],
    },
    "consignments": [
        {
            "declaration_number": "309900000015",
            "regime": "B11",
            "owner_tax_code": "9900123459",
            "lines": [LINE, {"goods_group": "ordinary", "name": "linh kiện", "quantity": 3}],
        }
    ],
}


def carried(declared: dict[str, Any], direction: Direction = Direction.EXPORT) -> Carried:
    return Carried(
        reference="E4K7-9QXPM2",
        direction=direction,
        gate="tan-thanh",
        yard="bao-nguyen",
        declarant="9900123466",
        declared=declared,
    )


def test_an_export_is_written_as_one_declaration_for_each_consignment() -> None:
    assert [
        {
            "FunctionalReferenceID": "E4K7-9QXPM2",
            "ID": "309900000015",
            "TypeCode": "EX",
            "GoodsItemQuantity": 2,
            "Declarant": {"ID": "9900123466"},
            "Exporter": {"ID": "9900123459"},
            "ExitOffice": {"ID": "tan-thanh"},
            "BorderTransportMeans": {
                "ID": "12C-000.17", "RegistrationNationalityCode": "VN", "ModeCode": "3",
            },
            "GoodsShipment": {
                "Consignment": {
                    "ContainerCode": "1",
                    "GoodsLocation": {"ID": "bao-nguyen"},
                    "TransportEquipment": [
                        {
                            "SequenceNumeric": 1,
                            "ID": "CSQU3054383",
                            "Seal": [
                                {"SequenceNumeric": 1, "ID": "S1"},
                                {"SequenceNumeric": 2, "ID": "S2"},
                            ],
                        },
                        {"SequenceNumeric": 2, "ID": "MSKU0000001"},
                    ],
                    "DepartureTransportMeans": {"ID": "12R-000.44"},
                },
                "GovernmentAgencyGoodsItem": [
                    {
                        "SequenceNumeric": 1,
                        "CustomsValueAmount": {"value": 900_000_000, "currencyID": "VND"},
                        "Commodity": {
                            "Description": "durian",
                            "Classification": {
                                "ID": "0810.60.00", "IdentificationTypeCode": "HS",
                            },
                            "GoodsMeasure": {
                                "GrossMassMeasure": {"value": 14000, "unitCode": "KGM"}
                            },
                        },
                        "GovernmentProcedure": {"CurrentCode": "B11"},
                        "Origin": {"CountryCode": "VN"},
                    },
                    {
                        "SequenceNumeric": 2,
                        "Commodity": {
                            "Description": "linh kiện",
                            "GoodsMeasure": {"TariffQuantity": {"value": 3}},
                        },
                        "GovernmentProcedure": {"CurrentCode": "B11"},
                    },
                ],
            },
        }
    ] == declarations(carried(FULL))  # fmt: skip


def test_an_import_names_its_importer_and_where_it_is_presented() -> None:
    (one,) = declarations(carried(FULL, Direction.IMPORT))
    assert ("IM", {"ID": "tan-thanh"}) == (one["TypeCode"], one["PresentationOffice"])
    assert {"Exporter", "ExitOffice"}.isdisjoint(one)
    assert {"ID": "9900123459"} == one["GoodsShipment"]["Importer"]
    assert {"ID": "12R-000.44"} == one["GoodsShipment"]["Consignment"]["ArrivalTransportMeans"]


def test_an_empty_vehicle_declares_nothing() -> None:
    assert [] == declarations(carried({"vehicle": {"tractor_plate": "1"}, "consignments": []}))


LINES = st.fixed_dictionaries(
    {"goods_group": st.just("ordinary")},
    optional={
        "name": st.text(min_size=1, max_size=5),
        "hs_code": st.text("0123456789.", min_size=1, max_size=8),
        "gross_kg": st.integers(0, 10**6),
        "quantity": st.integers(0, 10**6),
        "unit": st.text("abc", max_size=3),
        "customs_value_vnd": st.integers(0, 10**12),
        "origin": st.sampled_from(["VN", "CN"]),
    },
)


def leaves(value: object) -> list[object]:
    if isinstance(value, dict):
        return [leaf for one in value.values() for leaf in leaves(one)] or [value]
    if isinstance(value, list):
        return [leaf for one in value for leaf in leaves(one)] or [value]
    return [value]


@given(st.lists(LINES, min_size=1, max_size=4), st.sampled_from(Direction))
def test_every_line_is_there_in_order_with_every_number_and_nothing_is_empty(
    lines: list[dict[str, Any]], direction: Direction
) -> None:
    declared = {"vehicle": {"unit_id": "AGV-1"}, "consignments": [{"lines": lines}]}
    (one,) = declarations(carried(declared, direction))
    items = one["GoodsShipment"]["GovernmentAgencyGoodsItem"]
    assert [*range(1, len(lines) + 1)] == [item["SequenceNumeric"] for item in items]
    for line, item in zip(lines, items, strict=True):
        measures = item.get("Commodity", {}).get("GoodsMeasure", {})
        assert line.get("gross_kg") == measures.get("GrossMassMeasure", {}).get("value")
        assert line.get("quantity") == measures.get("TariffQuantity", {}).get("value")
        assert line.get("customs_value_vnd") == item.get("CustomsValueAmount", {}).get("value")
    assert not [leaf for leaf in leaves(one) if leaf in (None, "", [], {})]
