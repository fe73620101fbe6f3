"""A tariff edition: the fee table as it was announced, checked when it is read, never changed.

When it is in force stands apart (`force.py`), so that the content can be immutable.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.charges.holes import holes_of, share_keys
from app.domain.charges.rates import (
    GoodsGroup,
    Payload,
    Rate,
    Share,
    ShareKey,
    Span,
    Split,
    VehicleClass,
)
from app.domain.errors import VehicleClassUnknownError
from app.domain.money import BASIS_POINTS
from app.domain.rows import Row, evidence, evidence_of, text, unfit
from app.domain.vocabulary import Direction, Evidence, Text, weakest


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """Where a fee stands in the state budget: item and sub-item (`2250`, `2267`)."""

    item: str
    sub_item: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One version of the fee table.

    Cells are whole VND by (goods group, vehicle class), multipliers basis points by goods group,
    shares basis points by (direction, journey, vehicle role). Classes stand lowest first, groups
    in the order of the table. `official` is False while any number is ours: no money may be
    collected on it without two confirmations.
    """

    code: str
    title: Text
    official: bool
    legal_reference: Mapping[str, str | None]
    modes: frozenset[str]
    classes: tuple[VehicleClass, ...]
    groups: Mapping[str, GoodsGroup]
    cells: Mapping[tuple[str, str], Rate]
    multipliers: Mapping[str, Rate]
    shares: Mapping[ShareKey, Share]
    order_kinds: Mapping[str, Text]
    split: Split
    collector: Text
    budget_line: BudgetLine
    mixed_load: Evidence
    mixed_load_tie: Evidence

    def has_class(self, vehicle: Payload) -> bool:
        """Tell whether the payload or the container gives a class."""
        return any(one.fits(vehicle) for one in self.classes)

    def class_of(self, vehicle: Payload) -> VehicleClass:
        """Return the higher of the classes that payload and container give.

        Raises:
            VehicleClassUnknownError: neither gives one.
        """
        for one in reversed(self.classes):
            if one.fits(vehicle):
                return one
        raise VehicleClassUnknownError

    def has_group(self, goods_group: str, direction: Direction) -> bool:
        """Tell whether the goods group exists in this direction."""
        group = self.groups.get(goods_group)
        return group is not None and direction in group.directions

    def multiplier(self, goods_group: str, cell: Rate) -> Rate:
        """Return the factor on a cell; where the table names none, 100 % on the cell's evidence."""
        return self.multipliers.get(goods_group) or Rate(BASIS_POINTS, cell.evidence)

    def level(self, goods_group: str, vehicle_class: str) -> int:
        """Return cell x multiplier, unrounded, only to tell which of two groups is dearer."""
        cell = self.cells[goods_group, vehicle_class]
        return cell.value * self.multiplier(goods_group, cell).value


def parse_edition(document: Mapping[str, Any]) -> Edition:
    """Return the edition of a tariff document, complete and without contradiction.

    Raises:
        ReferenceDataError: a hole between goods groups and classes, classes with a gap or an
            overlap, a journey without a share, a number that is not whole; every place is named.
    """
    if faults := holes_of(document):
        raise unfit(*faults)
    mixed = document["mixed_load_rule"]
    return Edition(
        code=document["code"],
        title=text(document["title"]),
        official=document["official"] is True,
        legal_reference=dict(document["legal_reference"]),
        modes=frozenset(document["scope"]["modes"]),
        classes=_classes(document),
        groups={row["code"]: _group(row) for row in document["goods_groups"]},
        cells=_cells(document),
        multipliers=_multipliers(document),
        shares=_shares(document),
        order_kinds={row["code"]: text(row["label"]) for row in document["order_kinds"]},
        split=_split(document["split"]),
        collector=text(document["collector"]["names"]),
        budget_line=BudgetLine(
            document["budget_code"]["item"], document["budget_code"]["sub_item"]
        ),
        mixed_load=evidence_of(mixed, "by_line"),
        mixed_load_tie=evidence_of(mixed, "tie"),
    )


def _classes(document: Row) -> tuple[VehicleClass, ...]:
    rule = evidence(document["vehicle_class_rule"])
    rows = sorted(document["vehicle_classes"], key=lambda row: row["rank"])
    return tuple(_class(row, rule) for row in rows)


def _class(row: Row, rule: Evidence) -> VehicleClass:
    bounds = evidence(row)
    return VehicleClass(
        code=row["code"],
        platform_code=row["platform_code"],
        label=text(row["label"]),
        payload_kg=_span(row["payload_kg"]),
        container_length_ft=_span(row["container_length_ft"])
        if row["container_length_ft"]
        else None,
        evidence=bounds,
        found_by=rule if weakest((rule.basis, bounds.basis)) is rule.basis else bounds,
    )


def _span(row: Row) -> Span:
    return Span(row["from"], row["below"])


def _group(row: Row) -> GoodsGroup:
    directions = frozenset(Direction(code) for code in row["directions"])
    return GoodsGroup(
        row["code"],
        row["letter"],
        text(row["label"]),
        directions,
        row["chargeable"],
        evidence(row),
    )


def _cells(document: Row) -> dict[tuple[str, str], Rate]:
    return {
        (row["goods_group"], row["vehicle_class"]): Rate(row["amount_vnd"], evidence(row))
        for row in document["cells"]
    }


def _multipliers(document: Row) -> dict[str, Rate]:
    return {
        row["goods_group"]: Rate(_factor(row), evidence(row)) for row in document["multipliers"]
    }


def _factor(row: Row) -> int:
    """Return the factor still to be applied: none where the cells hold it already."""
    return BASIS_POINTS if row["already_in_cells"] else int(row["factor_basis_points"])


def _shares(document: Row) -> dict[ShareKey, Share]:
    return {key: _share(row) for row in document["journeys"] for key in share_keys(row)}


def _share(row: Row) -> Share:
    rate = Rate(row["basis_points"], evidence(row))
    return Share(row["code"], text(row["label"]), row["order_kind"], rate)


def _split(row: Row) -> Split:
    return Split(row["collector_basis_points"], evidence(row))
