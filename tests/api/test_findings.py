"""Three strengths of "wrong": 422, a blocking finding, a warning; every rule of each."""

from typing import Any

import pytest

from app.api.texts import CATALOGUE
from tests.api.conftest import Gate, consignment, found, goods, lorry, vehicle

Change = dict[str, Any]


MALFORMED = (
    pytest.param({"gate": "nowhere"}, "/gate", "unknown-code", id="a gate nobody knows"),
    pytest.param(
        {"consignments": [consignment(goods(goods_group="gold"))]},
        "/consignments/0/lines/0/goods_group", "unknown-code", id="a goods group nobody knows",
    ),
    pytest.param({"vehicle": {}}, "/vehicle/tractor_plate", "required", id="no plate"),
    pytest.param(
        {"vehicle": {"tractor_plate": " . "}}, "/vehicle/tractor_plate", "required",
        id="a plate without a sign",
    ),
    pytest.param({"direction": "sideways"}, "/direction", "not-known", id="no such direction"),
    pytest.param({"journey": "by-air"}, "/journey", "not-known", id="no such journey"),
    pytest.param({"lane": "green"}, "/lane", "unknown-field", id="an unknown field"),
    pytest.param(
        {"vehicle": vehicle(payload_kg="8000")}, "/vehicle/payload_kg", "not-a-whole-number",
        id="text for a number",
    ),
    pytest.param(
        {"vehicle": vehicle(payload_kg=-1)}, "/vehicle/payload_kg", "too-small",
        id="a weight under 0"
    ),
    pytest.param(
        {"vehicle": vehicle(tractor_plate="1" * 65)}, "/vehicle/tractor_plate", "too-long",
        id="a plate too long",
    ),
    pytest.param(
        {"planned_arrival_at": "2026-03-11T10:00:00"}, "/planned_arrival_at", "not-an-instant",
        id="an instant without offset",
    ),
    pytest.param(
        {"client_reference": ""}, "/client_reference", "too-short",
        id="an empty reference",
    ),
    pytest.param(
        {"consignments": [{"lines": []}]}, "/consignments/0/lines", "too-few",
        id="a consignment without goods",
    ),
    pytest.param(
        {"vehicle": vehicle(unit_id="agv 7")}, "/vehicle/unit_id", "pattern",
        id="a malformed unit id"
    ),
)  # fmt: skip


@pytest.mark.parametrize(("change", "pointer", "rule"), MALFORMED)
async def test_what_is_malformed_is_refused_and_nothing_is_stored(
    gate: Gate, change: Change, pointer: str, rule: str
) -> None:
    answer = await gate.post("/v1/entries", "company-1", lorry(1, **change))
    assert 422 == answer.status_code
    assert (pointer, rule) in {(one["pointer"], one["rule"]) for one in answer.json()["errors"]}
    assert [] == (await gate.get("/v1/entries", "company-1")).json()["items"]


async def test_every_unknown_code_is_named_at_once(gate: Gate) -> None:
    lines = [goods(goods_group="gold"), goods(), goods(goods_group="silver")]
    answer = await gate.post(
        "/v1/entries", "company-1", lorry(1, consignments=[consignment(*lines)])
    )
    assert ["gold", "silver"] == [error["value"] for error in answer.json()["errors"]]


BLOCKING = (
    pytest.param(
        {"vehicle": vehicle(tractor_plate="???")}, "plate-vn-invalid", "/vehicle/tractor_plate",
        id="a Vietnamese plate",
    ),
    pytest.param(
        {"vehicle": vehicle(trailer_plate="x")}, "plate-vn-trailer-invalid",
        "/vehicle/trailer_plate", id="a Vietnamese trailer plate",
    ),
    pytest.param(
        {"vehicle": vehicle(country="CN", tractor_plate="15C-000.01")}, "plate-cn-invalid",
        "/vehicle/tractor_plate", id="a Chinese plate",
    ),
    pytest.param(
        {"vehicle": vehicle(trailer_plate="1", country="CN", tractor_plate="桂F12345")},
        "plate-cn-trailer-invalid", "/vehicle/trailer_plate", id="a Chinese trailer plate",
    ),
    pytest.param(
        {"vehicle": vehicle(containers=[{"number": "CSQU305"}])}, "container-invalid",
        "/vehicle/containers/0/number", id="a container",
    ),
    pytest.param(
        {"payer": {"tax_code": "123"}}, "tax-code-invalid", "/payer/tax_code", id="a tax code"
    ),
    pytest.param(
        {"consignments": [consignment(declaration_number="12")]},
        "customs-declaration-export-invalid", "/consignments/0/declaration_number",
        id="an export declaration",
    ),
    pytest.param(
        {"direction": "import", "consignments": [consignment(declaration_number="12")]},
        "customs-declaration-import-invalid", "/consignments/0/declaration_number",
        id="an import declaration",
    ),
    pytest.param(
        {"consignments": [consignment(goods(hs_code="08"))]}, "hs-code-invalid",
        "/consignments/0/lines/0/hs_code", id="an HS code",
    ),
    pytest.param(
        {"documents": {"growing_area_code": "VN-LSPH-0001"}}, "growing-area-code-invalid",
        "/documents/growing_area_code", id="a packing house for a growing area",
    ),
    pytest.param(
        {"documents": {"packing_house_code": "VN-LSOR-0001"}}, "packing-house-code-invalid",
        "/documents/packing_house_code", id="a growing area for a packing house",
    ),
    pytest.param(
        {"planned_arrival_at": None}, "planned-arrival-missing", "/planned_arrival_at",
        id="no planned arrival",
    ),
    pytest.param({"gate": "dong-dang-rail"}, "gate-without-queue", "/gate", id="no queue"),
    pytest.param(
        {"gate": "dong-dang-rail"}, "mode-not-in-tariff", "/gate",
        id="rail in the tariff",
    ),
    pytest.param(
        {"planned_arrival_at": "2018-12-31T10:00:00+07:00"}, "no-tariff-in-force",
        "/planned_arrival_at", id="a day without a tariff",
    ),
    pytest.param(
        {"vehicle": {"tractor_plate": "15C-000.01"}}, "vehicle-class-unknown", "/vehicle",
        id="no class",
    ),
    pytest.param(
        {"journey": "transshipment", "receiving_vehicles": [{"payload_kg": 8000}, {}]},
        "vehicle-class-unknown", "/receiving_vehicles/1", id="no class of a receiving vehicle",
    ),
    pytest.param(
        {"direction": "import", "consignments": [
            consignment(goods(), declaration_number="100000000001"),
            consignment(
                goods(customs_value_vnd=1), goods(goods_group="ore-export", customs_value_vnd=2),
                declaration_number="100000000002",
            ),
        ]},
        "goods-group-not-for-direction", "/consignments/1/lines/1/goods_group",
        id="a group of the other direction",
    ),
    pytest.param(
        {"receiving_vehicles": [{"payload_kg": 8000}]}, "receiving-vehicle-not-for-journey",
        "/receiving_vehicles", id="a receiving vehicle on its own way",
    ),
    pytest.param(
        {"consignments": [
            consignment(goods(customs_value_vnd=5)),
            consignment(goods(goods_group="fresh-produce-export")),
        ]},
        "declared-value-missing", "/consignments/1/lines/0/customs_value_vnd",
        id="a mixed load without a value",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("change", "rule", "pointer"), BLOCKING)
async def test_a_blocking_finding_keeps_an_entry_from_being_ready_and_refuses_nothing(
    gate: Gate, change: Change, rule: str, pointer: str
) -> None:
    entry = await gate.register(**lorry(1, **change))
    assert (rule, pointer) in found(entry, "blocking")
    assert ("registered", False) == (entry["state"], entry["ready"])
    asked = {(one["facts"].get("rule"), one["facts"].get("pointer")) for one in entry["next_steps"]}
    assert (rule, pointer) in asked


@pytest.mark.parametrize(
    "rule",
    [
        "no-tariff-in-force", "mode-not-in-tariff", "vehicle-class-unknown",
        "goods-group-not-for-direction", "receiving-vehicle-not-for-journey",
        "declared-value-missing",
    ],
)  # fmt: skip
async def test_what_the_tariff_refuses_has_no_price_and_no_order(gate: Gate, rule: str) -> None:
    change = next(one.values[0] for one in BLOCKING if one.values[1] == rule)
    assert isinstance(change, dict)
    entry = await gate.register(**lorry(1, **change))
    assert (None, []) == (entry["charge"], entry["orders"])


async def test_a_truck_that_is_not_ready_does_not_wait(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    seen = await gate.move(entry)
    assert ("registered", None) == (seen["state"], seen["call_number"])
    assert (await gate.entry(entry))["in_position"]


WARNINGS = (
    pytest.param(
        {"vehicle": vehicle(tractor_plate="15R-000.01")}, "plate-vn-trailer-series",
        "/vehicle/tractor_plate", id="a trailer's plate on a tractor",
    ),
    pytest.param(
        {"vehicle": vehicle(tractor_plate="15W-000.01")}, "plate-vn-unusual-letters",
        "/vehicle/tractor_plate", id="a letter that plates do not use",
    ),
    pytest.param(
        {"vehicle": vehicle(trailer_plate="15C-000.01")}, "plate-vn-trailer-not-a-trailer-series",
        "/vehicle/trailer_plate", id="a tractor's plate on a trailer",
    ),
    pytest.param(
        {"vehicle": vehicle(country="CN", tractor_plate="F12345")}, "plate-cn-province-missing",
        "/vehicle/tractor_plate", id="a Chinese plate without its province",
    ),
    pytest.param(
        {"vehicle": vehicle(country="CN", tractor_plate="桂F1234挂")}, "plate-cn-trailer-plate",
        "/vehicle/tractor_plate", id="a Chinese trailer's plate on a tractor",
    ),
    pytest.param(
        {"vehicle": vehicle(country="CN", tractor_plate="桂O12345")}, "plate-cn-letter-i-or-o",
        "/vehicle/tractor_plate", id="a Chinese plate with an O",
    ),
    pytest.param(
        {"vehicle": vehicle(country="CN", tractor_plate="桂F12345", trailer_plate="F1234挂")},
        "plate-cn-trailer-province-missing", "/vehicle/trailer_plate",
        id="a Chinese trailer without its province",
    ),
    pytest.param(
        {"vehicle": vehicle(country="CN", tractor_plate="桂F12345", trailer_plate="桂F1234")},
        "plate-cn-trailer-trailer-mark-missing", "/vehicle/trailer_plate",
        id="a Chinese trailer without its mark",
    ),
    pytest.param(
        {"vehicle": vehicle(containers=[{"number": "CSQU3054384", "length_ft": 20}])},
        "container-check-digit", "/vehicle/containers/0/number", id="a wrong check digit",
    ),
    pytest.param(
        {"payer": {"tax_code": "099123456789"}}, "personal-tax-number-unknown-province",
        "/payer/tax_code", id="a personal number of no province",
    ),
    pytest.param(
        {"consignments": [consignment(declaration_number="200000000001")]},
        "customs-declaration-export-unusual-prefix", "/consignments/0/declaration_number",
        id="an unusual declaration number",
    ),
    pytest.param(
        {"consignments": [consignment(declaration_number=None)]}, "declaration-number-missing",
        "/consignments/0/declaration_number", id="no declaration number",
    ),
    pytest.param(
        {"consignments": [consignment(declaration_number=" ")]}, "declaration-number-missing",
        "/consignments/0/declaration_number", id="a blank declaration number",
    ),
    pytest.param(
        {"consignments": [consignment(goods(hs_code="081060"))]}, "hs-code-too-short",
        "/consignments/0/lines/0/hs_code", id="a short HS code",
    ),
    pytest.param(
        {"documents": {"growing_area_code": "VNLSOR0001"}}, "growing-area-code-hyphens-missing",
        "/documents/growing_area_code", id="hyphens that are missing",
    ),
    pytest.param(
        {"documents": {"packing_house_code": "vườn 7"}}, "packing-house-code-unknown-form",
        "/documents/packing_house_code", id="a form nobody knows",
    ),
    pytest.param(
        {"consignments": [consignment(regime="A11")]}, "regime-not-for-direction",
        "/consignments/0/regime", id="a regime of the other direction",
    ),
    pytest.param(
        {"consignments": [consignment(regime="G21")]}, "regime-does-not-fit-goods-group",
        "/consignments/0/regime", id="a transit regime on ordinary goods",
    ),
    pytest.param(
        {"consignments": [consignment(
            goods(customs_value_vnd=1),
            goods(goods_group="transit-other", customs_value_vnd=2),
            regime="B11",
        )]},
        "regime-does-not-fit-goods-group", "/consignments/0/regime",
        id="an ordinary regime on goods of which some are in transit",
    ),
    pytest.param(
        {"consignments": [consignment(goods(gross_kg=0))]}, "weight-zero",
        "/consignments/0/lines/0/gross_kg", id="a weight of 0",
    ),
    pytest.param(
        {"vehicle": vehicle(payload_kg=0)}, "weight-zero", "/vehicle/payload_kg",
        id="a payload of 0",
    ),
    pytest.param(
        {"consignments": [consignment(goods(hs_code="0810.90.20", product="durian"))]},
        "product-does-not-fit-hs-code", "/consignments/0/lines/0/product",
        id="a product that its HS code contradicts",
    ),
    pytest.param(
        {"driver": {"name": "Anh Ba 0912 345 678"}}, "phone-in-name", "/driver/name",
        id="a phone number in a name",
    ),
    pytest.param(
        {"driver": {"name": "Ba 87654321"}}, "phone-in-name", "/driver/name",
        id="eight digits are a phone number",
    ),
)  # fmt: skip


@pytest.mark.parametrize(("change", "rule", "pointer"), WARNINGS)
async def test_a_warning_stops_nobody(gate: Gate, change: Change, rule: str, pointer: str) -> None:
    entry = await gate.register(**lorry(1, **change))
    assert ([(rule, pointer)], []) == (found(entry, "warning"), found(entry, "blocking"))
    assert "queued" == (await gate.move(entry))["state"]


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
@pytest.mark.parametrize("rule", sorted({str(one.values[1]) for one in (*BLOCKING, *WARNINGS)}))
def test_every_finding_has_a_sentence_in_every_language(rule: str, language: str) -> None:
    assert CATALOGUE.text(f"finding.{rule}")[language]  # type: ignore[literal-required] # every rule is looked up


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("vi", "Thiếu thời gian dự kiến đến."),
        ("en", "The planned arrival is missing."),
        ("zh", "缺少预计到达时间。"),
    ],
)
async def test_findings_are_told_in_the_readers_language(
    gate: Gate, language: str, title: str
) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    path = f"/v1/entries/{entry['id']}"
    answer = await gate.get(path, "company-1", headers={"Accept-Language": language})
    assert [title] == [finding["message"] for finding in answer.json()["findings"]]
