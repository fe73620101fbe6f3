from typing import Any

import pytest

from app.domain.declaration import read_declaration
from app.domain.identifiers import plate_key, read


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
