from typing import Any

import pytest

from app.domain.declaration import read_declaration
from app.domain.identifiers import plate_key, read

BOX = {"number": "CSQU3054383", "length_ft": 20}


def declared(**changes: Any) -> Any:
    return read_declaration(
        {"gate": "tan-thanh", "direction": "export", "journey": "own_vehicle", **changes}
    )


@pytest.mark.parametrize(
    ("vehicle", "expected"),
    [
        pytest.param({"tractor_plate": "15c-000.01"}, "15C00001", id="a plate"),
        pytest.param({"tractor_plate": "tạm 77"}, "TẠM77", id="a plate of no rule"),
        pytest.param({"tractor_plate": "1", "unit_id": "AGV-7"}, "1", id="a plate before a unit"),
        pytest.param({"tractor_plate": " ", "unit_id": "AGV-7"}, "AGV7", id="a blank plate"),
        pytest.param({"unit_id": "AGV-7"}, "AGV7", id="a unit"),
        pytest.param({"tractor_plate": " .- "}, None, id="marks only"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_a_vehicle_is_found_by_its_plate_or_unit(
    vehicle: dict[str, str], expected: str | None
) -> None:
    assert expected == declared(vehicle=vehicle).tractor_plate


@pytest.mark.parametrize("kind", ["plate-vn", "plate-cn"])
@pytest.mark.parametrize("raw", ["15C-000.01", " 桂f·123 45", "15c00001", "F12345"])
def test_the_key_of_a_plate_is_what_its_rule_reads(kind: str, raw: str) -> None:
    assert read(kind, raw).normalised in {None, plate_key(raw)}


@pytest.mark.parametrize(
    ("payer", "expected"),
    [
        ({"tax_code": "0100109106"}, "0100109106"),
        ({"tax_code": "01.0010.9106"}, "0100109106"),
        ({"tax_code": "123"}, None),
        ({"name": "B"}, None),
        (None, None),
    ],
)
def test_a_payer_is_known_by_a_tax_code_that_can_be_read(
    payer: dict[str, str] | None, expected: str | None
) -> None:
    assert expected == declared(payer=payer).payer_tax_code


def test_blank_identifiers_are_not_given() -> None:
    found = declared(
        vehicle={"tractor_plate": "15C00001", "trailer_plate": " "},
        consignments=[{"declaration_number": "", "lines": [{"goods_group": "x", "hs_code": None}]}],
    )
    assert ["/vehicle/tractor_plate"] == [one.pointer for one in found.identifiers]


def test_a_declaration_is_read_whole_with_its_identifiers_as_their_rules_read_them() -> None:
    lines = [
        {"goods_group": "ordinary", "hs_code": "0810.90.20"},
        {"goods_group": "ore-export"},
    ]
    found = declared(
        vehicle={"country": "CN", "tractor_plate": "桂F12345", "containers": [BOX, {**BOX}]},
        receiving_vehicles=[{"tractor_plate": "15C-000.02", "payload_kg": 9000}],
        consignments=[
            {"declaration_number": "300000000001", "lines": lines, "owner_tax_code": "0100109106"}
        ],
        planned_arrival_at="2026-03-11T10:00:00+07:00",
    )
    assert (("ordinary", "ore-export"), ("300000000001",), ("CSQU3054383",) * 2, 40) == (
        found.goods_groups, found.declaration_numbers, found.containers,
        found.load.container_length_ft,
    )  # fmt: skip
    assert {"/consignments/0/owner_tax_code": "0100109106"} == found.owners
    assert [9000] == [load.payload_kg for load in found.receiving]
    assert ["08109020", None] == [line.hs_code for line in found.lines]


def test_an_empty_vehicle_is_a_group_of_its_own() -> None:
    assert ((), ("empty",), {}) == (declared().lines, declared().goods_groups, declared().owners)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        pytest.param("0100109106", "tax-code", id="an enterprise"),
        pytest.param("020099000417", "personal-tax-number", id="a person"),
        pytest.param("123", "tax-code", id="neither"),
    ],
)
def test_persons_have_their_personal_number_as_tax_code(number: str, kind: str) -> None:
    (found,) = declared(payer={"tax_code": number}).identifiers
    assert ("/payer/tax_code", kind) == (found.pointer, found.reading.kind)
