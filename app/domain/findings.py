"""What is wrong with a declaration: blocking findings keep it from being ready, warnings do not.

Real records hold soft errors (a phone number typed as a name, a wrong container check digit, a
Chinese plate without its province character, weight 0); none of those stops a vehicle.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.declaration import Declaration, Identified
from app.domain.gates import Gate
from app.domain.green_lane import Produce
from app.domain.identifiers import Status
from app.domain.vocabulary import Direction, QueueMode, Severity

# Regimes by direction: Decision 1357/QD-TCHQ (2021), the import list partly from practice.
REGIMES = {
    Direction.EXPORT: frozenset(
        (
            "B11", "B12", "B13", "C12", "C22", "E42", "E52", "E54",
            "E62", "E82", "G21", "G22", "G23", "G24", "G61", "H21",
        )
    ),
    Direction.IMPORT: frozenset(
        (
            "A11", "A12", "A21", "A31", "A41", "A42", "A43", "A44",
            "C11", "C21", "E11", "E13", "E15", "E21", "E23", "E31",
            "E33", "E41", "G11", "G12", "G13", "G14", "G51", "H11",
        )
    ),
}  # fmt: skip
# Regimes of temporary import, transit and bonded goods; they go with the transit goods groups.
TRANSIT_REGIMES = ("C", "G")
TRANSIT_GROUPS = frozenset({"transit-agricultural", "transit-other"})
PHONE_IN_NAME = re.compile(r"[0-9][0-9 .\-]{6,}[0-9]")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: rule, severity, JSON pointer, and the value unless it is personal."""

    rule: str
    severity: Severity
    pointer: str
    value: str | int | None = None

    def document(self) -> dict[str, Any]:
        """Return the finding as it is stored: no sentence, so that any language can tell it."""
        return {
            "rule": self.rule,
            "severity": self.severity.value,
            "pointer": self.pointer,
            "value": self.value,
        }


def blocking(rule: str, pointer: str, value: str | int | None = None) -> Finding:
    """Return a finding that keeps the entry from being ready."""
    return Finding(rule, Severity.BLOCKING, pointer, value)


def warning(rule: str, pointer: str, value: str | int | None = None) -> Finding:
    """Return a finding that stops nobody."""
    return Finding(rule, Severity.WARNING, pointer, value)


def is_ready(findings: Iterable[Mapping[str, Any]]) -> bool:
    """Return whether no stored finding is blocking."""
    return all(finding["severity"] != Severity.BLOCKING for finding in findings)


def findings_of(declaration: Declaration, mode: QueueMode | None) -> Iterator[Finding]:
    """Yield what is wrong with `declaration` at a gate whose queue runs in `mode`."""
    for one in declaration.identifiers:
        yield from _of_identifier(one)
    if mode is None:
        yield blocking("gate-without-queue", "/gate", declaration.gate)
    if declaration.planned_arrival_at is None:
        yield blocking("planned-arrival-missing", "/planned_arrival_at")
    if declaration.load.payload_kg == 0:
        yield warning("weight-zero", "/vehicle/payload_kg", 0)
    yield from _of_goods(declaration)


def findings_of_route(declaration: Declaration, gate: Gate) -> Iterator[Finding]:
    """Yield that a vehicle with goods, or an empty one, is bound to a road for passengers."""
    route = gate.route(declaration.route or "")
    if route is not None and not route.takes_goods:
        yield blocking("route-takes-no-goods", "/route", route.code)


def findings_of_products(declaration: Declaration, produce: Produce) -> Iterator[Finding]:
    """Yield where a line's HS code names another product than was declared; the code decides."""
    for at, consignment in enumerate(declaration.consignments):
        for number, line in enumerate(consignment.lines):
            if produce.is_contradicted(line.hs_code, line.product):
                pointer = f"/consignments/{at}/lines/{number}/product"
                yield warning("product-does-not-fit-hs-code", pointer, line.product)


def findings_of_driver(name: str | None) -> Iterator[Finding]:
    """Yield what is wrong with a driver's name; the name itself is never repeated."""
    if name and PHONE_IN_NAME.search(name):
        yield warning("phone-in-name", "/driver/name")


def _of_identifier(one: Identified) -> Iterator[Finding]:
    reading = one.reading
    if reading.status is Status.INVALID:
        yield blocking(f"{reading.kind}-invalid", one.pointer, reading.raw)
    elif reading.status is Status.WARNING and reading.reason:
        # One reason may read differently by kind, so both make the code.
        yield warning(f"{reading.kind}-{reading.reason}", one.pointer, reading.raw)


def _of_goods(declaration: Declaration) -> Iterator[Finding]:
    for at, consignment in enumerate(declaration.consignments):
        pointer = f"/consignments/{at}"
        if not (consignment.declaration_number or "").strip():
            yield warning("declaration-number-missing", f"{pointer}/declaration_number")
        groups = {line.goods_group for line in consignment.lines}
        yield from _of_regime(consignment.regime, groups, declaration.direction, pointer)
        for number, line in enumerate(consignment.lines):
            if line.gross_kg == 0:
                yield warning("weight-zero", f"{pointer}/lines/{number}/gross_kg", 0)


def _of_regime(
    regime: str | None, groups: set[str], direction: Direction, at: str
) -> Iterator[Finding]:
    if regime is None:
        return
    if regime not in REGIMES[direction]:
        yield warning("regime-not-for-direction", f"{at}/regime", regime)
    if any((group in TRANSIT_GROUPS) != regime.startswith(TRANSIT_REGIMES) for group in groups):
        yield warning("regime-does-not-fit-goods-group", f"{at}/regime", regime)
