"""What is wrong with a tariff document: every hole and contradiction, each with its place.

A hole found here stops an edition before it is announced; found at the gate it would stop a lane.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import pairwise, product
from typing import TypeVar

from app.domain.charges.rates import ShareKey, VehicleRole
from app.domain.errors import FieldError
from app.domain.money import BASIS_POINTS
from app.domain.rows import Row
from app.domain.vocabulary import Direction, Journey

T = TypeVar("T")

PARTS = (
    "code", "title", "official", "legal_reference", "scope", "vehicle_classes",
    "vehicle_class_rule", "goods_groups", "cells", "multipliers", "journeys", "mixed_load_rule",
    "order_kinds", "split", "collector", "budget_code",
)  # fmt: skip
ROLES = {
    Journey.OWN_VEHICLE: (VehicleRole.DECLARED,),
    Journey.TRANSSHIPMENT: (VehicleRole.DECLARED, VehicleRole.RECEIVING),
}
"""The vehicles that pay on each journey; every one needs a share, in both directions."""


SPLIT = ("collector_basis_points", "state_budget_basis_points")


def holes_of(document: Row, unreadable: Collection[str] = ()) -> tuple[FieldError, ...]:
    """Return everything that keeps a tariff document from being an edition.

    Parts that are `unreadable` were named already; what would read them is left out.
    """
    absent = (part for part in PARTS if part not in document and part not in unreadable)
    if missing := [FieldError(f"/{part}", "missing") for part in absent]:
        return tuple(missing)
    readable = (check for parts, check in CHECKS if parts.isdisjoint(unreadable))
    return tuple(fault for check in readable for fault in check(document))


def share_keys(row: Row) -> Iterator[ShareKey]:
    """Yield what a journey row gives a share for."""
    for direction in row["directions"]:
        yield Direction(direction), Journey(row["journey"]), VehicleRole(row["vehicle_role"])


def _of_classes(document: Row) -> Iterator[FieldError]:
    """Payload classes run from 0 without end; container lengths without a gap once they begin."""
    rows = sorted(document["vehicle_classes"], key=lambda row: row["rank"])
    yield from _gaps("/vehicle_classes/payload_kg", [row["payload_kg"] for row in rows], first=0)
    boxes = [row["container_length_ft"] for row in rows if row["container_length_ft"]]
    yield from _gaps("/vehicle_classes/container_length_ft", boxes)


def _gaps(pointer: str, spans: list[Row], first: int | None = None) -> Iterator[FieldError]:
    if spans and first is not None and spans[0]["from"] != first:
        yield FieldError(pointer, "first-class-starts-late", spans[0]["from"])
    for span in spans:
        if span["below"] is not None and span["below"] <= span["from"]:
            yield FieldError(pointer, "empty-class", f"{span['from']} | {span['below']}")
    for lower, higher in pairwise(spans):
        if lower["below"] != higher["from"]:
            yield FieldError(pointer, "gap-or-overlap", f"{lower['below']} | {higher['from']}")
    if not spans or spans[-1]["below"] is not None:
        yield FieldError(pointer, "last-class-ends")


def _of_numbers(document: Row) -> Iterator[FieldError]:
    """Money and basis points are whole numbers, never fractions, never negative."""
    for part, name in (
        ("cells", "amount_vnd"),
        ("multipliers", "factor_basis_points"),
        ("journeys", "basis_points"),
    ):
        for index, row in enumerate(document[part]):
            if not _is_whole(row.get(name)):
                yield FieldError(f"/{part}/{index}/{name}", "whole-number", str(row.get(name)))


def _of_cells(document: Row) -> Iterator[FieldError]:
    """Every goods group has one price in every class, and nothing else has one."""
    groups, classes = _codes(document, "goods_groups"), _codes(document, "vehicle_classes")
    found = ((row["goods_group"], row["vehicle_class"]) for row in document["cells"])
    for (group, vehicle), fault in _matched(product(groups, classes), found):
        yield FieldError("/cells", f"cell-{fault}", f"{group} x {vehicle}")


def _of_multipliers(document: Row) -> Iterator[FieldError]:
    """A factor is on a goods group of the table, one at most."""
    found = [row["goods_group"] for row in document["multipliers"]]
    groups = set(_codes(document, "goods_groups"))
    wanted = [group for group in groups if group in found]
    for group, fault in _matched(wanted, found):
        yield FieldError("/multipliers", f"multiplier-{fault}", group)


def _of_shares(document: Row) -> Iterator[FieldError]:
    """Every vehicle that pays has one share, and its order is of a kind in the table."""
    wanted = (
        (direction, journey, role)
        for direction, journey in product(Direction, Journey)
        for role in ROLES[journey]
    )
    found = (key for row in document["journeys"] for key in share_keys(row))
    for key, fault in _matched(wanted, found):
        yield FieldError("/journeys", f"share-{fault}", " x ".join(key))
    kinds = _codes(document, "order_kinds")
    for index, row in enumerate(document["journeys"]):
        if row["order_kind"] not in kinds:
            yield FieldError(f"/journeys/{index}/order_kind", "unknown", row["order_kind"])


def _of_free_groups(document: Row) -> Iterator[FieldError]:
    """What the fee is not on has a price of nothing."""
    free = {row["code"] for row in document["goods_groups"] if not row["chargeable"]}
    for index, row in enumerate(document["cells"]):
        if row["goods_group"] in free and row.get("amount_vnd", 0) != 0:
            yield FieldError(f"/cells/{index}", "group-not-chargeable", row["goods_group"])


def _of_split(document: Row) -> Iterator[FieldError]:
    """The collector and the state budget share the whole, in whole basis points."""
    parts = [document["split"].get(name) for name in SPLIT]
    wrong = [(name, part) for name, part in zip(SPLIT, parts, strict=True) if not _is_whole(part)]
    yield from (FieldError(f"/split/{name}", "whole-number", str(part)) for name, part in wrong)
    if not wrong and sum(parts) != BASIS_POINTS:
        yield FieldError("/split", "split-not-whole", sum(parts))


def _is_whole(number: object) -> bool:
    return type(number) is int and number >= 0


def _codes(document: Row, part: str) -> list[str]:
    return [row["code"] for row in document[part]]


def _matched(wanted: Iterable[T], found: Iterable[T]) -> Iterator[tuple[T, str]]:
    """Yield what is missing, what nobody wanted, and what is there twice."""
    expected, counts = list(wanted), Counter(found)
    yield from ((one, "missing") for one in expected if one not in counts)
    yield from ((one, "unknown") for one in counts if one not in expected)
    yield from ((one, "twice") for one, times in counts.items() if times > 1)


CHECKS: tuple[tuple[frozenset[str], Callable[[Row], Iterator[FieldError]]], ...] = (
    (frozenset({"vehicle_classes"}), _of_classes),
    (frozenset({"cells", "multipliers", "journeys"}), _of_numbers),
    (frozenset({"goods_groups", "vehicle_classes", "cells"}), _of_cells),
    (frozenset({"goods_groups", "multipliers"}), _of_multipliers),
    (frozenset({"journeys", "order_kinds"}), _of_shares),
    (frozenset({"goods_groups", "cells"}), _of_free_groups),
    (frozenset({"split"}), _of_split),
)
"""Every check, with the parts of a document that it reads."""
