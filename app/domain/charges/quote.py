"""The price of one vehicle's movement, with every reason for it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.charges.edition import Edition
from app.domain.charges.facts import FeeFacts
from app.domain.charges.lines import LINES, Line, Load
from app.domain.charges.rates import Rate
from app.domain.charges.reductions import Reduction, Taken, taken_document, taken_off
from app.domain.charges.refusals import refusals_of, refused
from app.domain.vocabulary import Basis, Evidence, weakest


@dataclass(frozen=True, slots=True)
class Quote:
    """A price in whole VND: one line a vehicle, what reductions take off, and what chose the class.

    `class_basis` is how the class of the declared vehicle was found. `group_basis` is what chose
    the goods group of a mixed load; None where only one is declared.
    """

    edition: Edition
    facts: FeeFacts
    goods_group: str
    group_basis: Evidence | None
    vehicle_class: str
    class_basis: Evidence
    lines: tuple[Line, ...]
    reductions: tuple[Taken, ...] = ()

    @property
    def total_vnd(self) -> int:
        """What all vehicles pay together: the lines, less what reductions take off."""
        taken = sum(one.amount_vnd for one in self.reductions)
        return sum(line.amount_vnd for line in self.lines) - taken

    @property
    def basis(self) -> Basis:
        """The weakest basis of the lines and reductions; `class_basis` is told beside it."""
        reduced = (one.reduction.evidence.basis for one in self.reductions)
        return weakest((*(line.basis for line in self.lines), *reduced))

    @property
    def amounts_vnd(self) -> Mapping[str, int]:
        """The total of each order kind of the tariff, also where it is nothing."""
        return {kind: self.amount(kind) for kind in self.edition.order_kinds}

    def amount(self, order_kind: str) -> int:
        """Return what goes to the order of one kind."""
        full = sum(line.amount_vnd for line in self.lines if line.order_kind == order_kind)
        taken = sum(one.amount_vnd for one in self.reductions if one.order_kind == order_kind)
        return full - taken


def quote(edition: Edition, facts: FeeFacts, reductions: Iterable[Reduction] = ()) -> Quote:
    """Return the price of `facts` by `edition`, the one in force on the gate's day of arrival.

    `reductions` are those of that day, in any order (`reductions.py`).

    Source: Resolution 09/2025/NQ-HĐND as reported; what is ours is marked in the edition's rates.

    Raises:
        TariffRefusalError: the edition has no price for this; its `errors` name every reason.
    """
    if refusals := refusals_of(edition, facts):
        raise refused(refusals)
    vehicle_class = edition.class_of(facts.vehicle)
    goods_group, group_basis = _charged_group(edition, facts, vehicle_class.code)
    load = Load(edition, facts, goods_group)
    lines = tuple(line for kind in LINES for line in kind(load))
    taken = tuple(taken_off(lines, facts, reductions)) if reductions else ()
    return Quote(
        edition, facts, goods_group, group_basis, vehicle_class.code, vehicle_class.found_by, lines,
        taken,
    )  # fmt: skip


def _charged_group(
    edition: Edition, facts: FeeFacts, vehicle_class: str
) -> tuple[str, Evidence | None]:
    """Return the group of the most valuable line; of equals the dearer, then the table's first."""
    declared = set(facts.goods_groups)
    if len(declared) == 1:
        return declared.pop(), None
    highest = max(line.customs_value_vnd or 0 for line in facts.goods)
    first = {line.goods_group for line in facts.goods if line.customs_value_vnd == highest}
    if len(first) == 1:
        return first.pop(), edition.mixed_load
    in_order = [group for group in edition.groups if group in first]
    dearest = max(in_order, key=lambda group: edition.level(group, vehicle_class))
    return dearest, edition.mixed_load_tie


def quote_document(priced: Quote) -> dict[str, Any]:
    """Return a quote as plain JSON values, to store with a charge and to answer with.

    It has `reductions` only where some took anything off: charges from before there were any are
    derived again as they stand.
    """
    taken = [taken_document(one) for one in priced.reductions]
    return {
        "tariff": priced.edition.code,
        "official": priced.edition.official,
        "goods_group": priced.goods_group,
        "goods_group_basis": _evidence(priced.group_basis) if priced.group_basis else None,
        "vehicle_class": priced.vehicle_class,
        "class_basis": _evidence(priced.class_basis),
        "basis": priced.basis.value,
        "lines": [_line(line, priced.edition.code) for line in priced.lines],
        **({"reductions": taken} if taken else {}),
        "amounts_vnd": dict(priced.amounts_vnd),
        "total_vnd": priced.total_vnd,
    }


def _line(line: Line, tariff: str) -> dict[str, Any]:
    return {
        "vehicle": line.vehicle,
        "order_kind": line.order_kind,
        "vehicle_class": line.vehicle_class,
        "goods_group": line.goods_group,
        "tariff": tariff,
        "cell_vnd": _rate(line.cell),
        "multiplier_basis_points": _rate(line.multiplier),
        "share_basis_points": _rate(line.share),
        "amount_vnd": line.amount_vnd,
        "basis": line.basis.value,
    }


def _rate(rate: Rate) -> dict[str, int | str]:
    return {"value": rate.value, **_evidence(rate.evidence)}


def _evidence(found: Evidence) -> dict[str, str]:
    return {"basis": found.basis.value, "source": found.source}
