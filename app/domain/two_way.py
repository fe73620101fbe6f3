"""Two-way vehicles: goods out and other goods back by one vehicle, as the pilot allows.

The pilot's conditions are dated rows, one for each rule; what is not met is a warning and stops
nobody, for the press tells of the conditions and not of what follows. A vehicle is two-way where it
is declared so. What is not told (whose goods, which product) is not guessed. Source: the rows.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from app.domain.declaration import Declaration, GoodsLine
from app.domain.findings import Finding, warning
from app.domain.green_lane import Produce
from app.domain.required_checks import PLANT_CHAPTERS
from app.domain.rows import evidence
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence

PRODUCE_GROUPS: Final = frozenset({"fresh-produce-export", "transit-agricultural"})
"""Goods groups of farm produce; so are listed products and HS chapters 06-15 (provisional)."""


class TwoWayRule(StrEnum):
    """The rule of a finding on a two-way vehicle."""

    ROUTE = "two-way-route"
    ENTERPRISE = "two-way-one-enterprise"
    KIND = "two-way-one-kind"
    CONTAINER = "two-way-container"
    MIXED_LOAD = "two-way-mixed-load"
    NEED = "two-way-need-not-registered"


@dataclass(frozen=True, slots=True)
class TwoWayRow:
    """That a rule holds on these days; `routes` are those of the pilot, for the rule on them."""

    rule: TwoWayRule
    routes: frozenset[str]
    valid: Validity
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Piece:
    """A goods line where it stands; `kind` is its kind of farm produce, None for other goods."""

    pointer: str
    goods_group: str
    kind: str | None


@dataclass(frozen=True, slots=True)
class Trip:
    """What the rules look at: the declaration, its goods, the routes of its gate."""

    declaration: Declaration
    goods: tuple[Piece, ...]
    routes: Collection[str]


def parse_two_way(rows: Iterable[Mapping[str, Any]]) -> tuple[TwoWayRow, ...]:
    """Return the rows of a published document.

    Raises:
        KeyError, ValueError: a row lacks a field or has a value that we do not know.
    """
    return tuple(
        TwoWayRow(
            TwoWayRule(row["rule"]),
            frozenset(row.get("routes", ())),
            Validity.parse(row),
            evidence(row),
        )
        for row in rows
    )


def findings_of_two_way(
    declaration: Declaration,
    rows: Iterable[TwoWayRow],
    on: date,
    routes: Collection[str],
    produce: Produce,
) -> Iterator[Finding]:
    """Yield what a vehicle declared as two-way does not meet of the rules of a legal day.

    `routes` are those of its gate.
    """
    if not declaration.two_way:
        return
    trip = Trip(declaration, tuple(_pieces(declaration, produce)), routes)
    for row in rows:
        if row.valid.covers(on):
            yield from TESTS[row.rule](trip, row)


def _pieces(declaration: Declaration, produce: Produce) -> Iterator[Piece]:
    for at, consignment in enumerate(declaration.consignments):
        for number, line in enumerate(consignment.lines):
            pointer = f"/consignments/{at}/lines/{number}"
            yield Piece(pointer, line.goods_group, _kind(line, produce))


def _kind(line: GoodsLine, produce: Produce) -> str | None:
    """Return the kind of farm produce; the HS code tells apart what the list does not have."""
    product = produce.product_of(line.hs_code, line.product)
    if product is not None:
        return product.code
    if line.goods_group in PRODUCE_GROUPS or (line.hs_code or "")[:2] in PLANT_CHAPTERS:
        return line.product or line.hs_code or line.goods_group
    return None


def _route(trip: Trip, row: TwoWayRow) -> Iterator[Finding]:
    """A vehicle that is bound to no route may take one of the pilot where its gate has one."""
    bound = trip.declaration.route
    if bound is None and row.routes.isdisjoint(trip.routes):
        yield warning(row.rule, "/gate", trip.declaration.gate)
    elif bound is not None and bound not in row.routes:
        yield warning(row.rule, "/route", bound)


def _enterprise(trip: Trip, row: TwoWayRow) -> Iterator[Finding]:
    """A second owner is named; the tax code is not repeated, for it may be a person's."""
    owners = trip.declaration.owners
    first = next(iter(owners.values()), None)
    others = (pointer for pointer, owner in owners.items() if owner != first)
    yield from (warning(row.rule, pointer) for pointer in [*others][:1])


def _one_kind(trip: Trip, row: TwoWayRow) -> Iterator[Finding]:
    farmed = [piece for piece in trip.goods if piece.kind is not None]
    others = [piece for piece in farmed if piece.kind != farmed[0].kind]
    yield from (warning(row.rule, f"{one.pointer}/product", one.kind) for one in others[:1])


def _container(trip: Trip, row: TwoWayRow) -> Iterator[Finding]:
    if any(piece.kind is None for piece in trip.goods) and not trip.declaration.containers:
        yield warning(row.rule, "/vehicle/containers")


def _mixed_load(trip: Trip, row: TwoWayRow) -> Iterator[Finding]:
    """Goods of another group, or farm produce beside what is none."""
    others = [piece for piece in trip.goods if _class(piece) != _class(trip.goods[0])]
    yield from (
        warning(row.rule, f"{one.pointer}/goods_group", one.goods_group) for one in others[:1]
    )


def _class(piece: Piece) -> tuple[bool, str]:
    return piece.kind is None, piece.goods_group


def _need(trip: Trip, row: TwoWayRow) -> Iterator[Finding]:
    if not (trip.declaration.papers.two_way_registration_number or "").strip():
        yield warning(row.rule, "/documents/two_way_registration")


TESTS: Mapping[TwoWayRule, Callable[[Trip, TwoWayRow], Iterator[Finding]]] = {
    TwoWayRule.ROUTE: _route,
    TwoWayRule.ENTERPRISE: _enterprise,
    TwoWayRule.KIND: _one_kind,
    TwoWayRule.CONTAINER: _container,
    TwoWayRule.MIXED_LOAD: _mixed_load,
    TwoWayRule.NEED: _need,
}
"""The test behind each rule that a row may name."""
