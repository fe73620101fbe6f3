"""What is wrong with a declaration: what blocks, what is only told, and where it stands."""

from dataclasses import replace
from typing import Any

import pytest

from app.domain.declaration import read_declaration
from app.domain.findings import (
    blocking,
    findings_of,
    findings_of_driver,
    findings_of_products,
    findings_of_route,
    is_ready,
    warning,
)
from app.domain.gates import parse_gate
from app.domain.vocabulary import QueueMode, Severity
from tests.domain.reference import GATES, LANE_ROWS

BLOCKING, WARNING = Severity.BLOCKING, Severity.WARNING
LINE = "/consignments/0/lines/0"


def declared(**changes: Any) -> Any:
    """Return a truck of shoes with nothing wrong, with changes."""
    return read_declaration(
        {
            "gate": "huu-nghi",
            "direction": "export",
            "journey": "own_vehicle",
            "planned_arrival_at": "2026-03-11T10:00:00+07:00",
            "vehicle": {"tractor_plate": "15C-000.01", "payload_kg": 8000},
            "consignments": [consignment()],
            **changes,
        }
    )


def consignment(**changes: Any) -> dict[str, Any]:
    line = {"goods_group": "ordinary", "gross_kg": 7000, **changes.pop("line", {})}
    return {"declaration_number": "300000000001", "regime": "B11", "lines": [line], **changes}


def told(*found: Any) -> list[tuple[str, Severity, str, Any]]:
    return [(one.rule, one.severity, one.pointer, one.value) for one in found]


def test_where_nothing_is_wrong_nothing_is_found() -> None:
    assert [] == told(*findings_of(declared(), QueueMode.CALLED))


@pytest.mark.parametrize(
    ("changes", "finding"),
    [
        (
            {"vehicle": {"tractor_plate": "F12345", "country": "CN"}},
            ("plate-cn-province-missing", WARNING, "/vehicle/tractor_plate", "F12345"),
        ),
        (
            {"vehicle": {"tractor_plate": "nonsense"}},
            ("plate-vn-invalid", BLOCKING, "/vehicle/tractor_plate", "nonsense"),
        ),
        (
            {"planned_arrival_at": None},
            ("planned-arrival-missing", BLOCKING, "/planned_arrival_at", None),
        ),
        (
            {"vehicle": {"tractor_plate": "15C-000.01", "payload_kg": 0}},
            ("weight-zero", WARNING, "/vehicle/payload_kg", 0),
        ),
        (
            {"consignments": [consignment(declaration_number=" ")]},
            (
                "declaration-number-missing", WARNING, "/consignments/0/declaration_number", None,
            ),
        ),
        (
            {"consignments": [consignment(regime="A11")]},
            ("regime-not-for-direction", WARNING, "/consignments/0/regime", "A11"),
        ),
        (
            {"consignments": [consignment(regime="G21")]},
            ("regime-does-not-fit-goods-group", WARNING, "/consignments/0/regime", "G21"),
        ),
        (
            {"consignments": [consignment(line={"goods_group": "transit-other"})]},
            ("regime-does-not-fit-goods-group", WARNING, "/consignments/0/regime", "B11"),
        ),
        (
            {"consignments": [consignment(line={"gross_kg": 0})]},
            ("weight-zero", WARNING, f"{LINE}/gross_kg", 0),
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_where_it_stands(
    changes: dict[str, Any], finding: tuple[str, Severity, str, Any]
) -> None:
    assert [finding] == told(*findings_of(declared(**changes), QueueMode.CALLED))


def test_without_a_regime_none_is_judged() -> None:
    declaration = declared(consignments=[consignment(regime=None)])
    assert [] == told(*findings_of(declaration, QueueMode.CALLED))


def test_a_gate_without_a_queue_takes_nobody() -> None:
    assert [("gate-without-queue", BLOCKING, "/gate", "huu-nghi")] == told(
        *findings_of(declared(), None)
    )


@pytest.mark.parametrize(
    ("route", "found"),
    [
        (None, []),
        ("1119-1120", []),
        ("1116-1117", [("route-takes-no-goods", BLOCKING, "/route", "1116-1117")]),
        ("nowhere", []),
    ],
)
def test_a_road_for_passengers_takes_no_goods(route: str | None, found: list[Any]) -> None:
    gate = parse_gate(GATES["huu-nghi"])
    assert found == told(*findings_of_route(replace(declared(), route=route), gate))


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ({"product": "durian", "hs_code": "0810.60.00"}, []),
        (
            {"product": "lychee", "hs_code": "0810.60.00"},
            [("product-does-not-fit-hs-code", WARNING, f"{LINE}/product", "lychee")],
        ),
    ],
)
def test_the_hs_code_decides_over_the_product(line: dict[str, str], found: list[Any]) -> None:
    declaration = declared(consignments=[consignment(line=line)])
    assert found == told(*findings_of_products(declaration, LANE_ROWS.produce))


@pytest.mark.parametrize(
    ("name", "found"),
    [
        (None, []),
        ("Nguyễn Văn An", []),
        ("Anh Ba 0912 345 678", [("phone-in-name", WARNING, "/driver/name", None)]),
    ],
)
def test_a_phone_in_a_name_is_told_and_not_repeated(name: str | None, found: list[Any]) -> None:
    assert found == told(*findings_of_driver(name))


def test_warnings_stop_nobody() -> None:
    one, other = warning("weight-zero", "/vehicle").document(), blocking("x", "/y", 1).document()
    assert (True, True, False) == (is_ready([]), is_ready([one]), is_ready([one, other]))
    assert {"rule": "x", "severity": "blocking", "pointer": "/y", "value": 1} == other
