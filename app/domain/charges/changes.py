"""Why one price of an entry differs from the one before it, as both are stored."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

Document = Mapping[str, Any]


class Cause(StrEnum):
    """What of a price is otherwise."""

    TARIFF = "tariff"
    GOODS_GROUP = "goods-group"
    VEHICLE_CLASS = "vehicle-class"
    SHARE = "share"
    VEHICLES = "vehicles"
    REDUCTIONS = "reductions"


@dataclass(frozen=True, slots=True)
class Change:
    """What is otherwise, and what it was and is: codes, or basis points."""

    cause: Cause
    before: str | int
    after: str | int


def changes_of(before: Document, after: Document) -> tuple[Change, ...]:
    """Return everything that makes one price another; nothing where only evidence differs."""
    return tuple(
        Change(cause, was, now) for cause, was, now in _changes(before, after) if was != now
    )


def _changes(before: Document, after: Document) -> Iterator[tuple[Cause, Any, Any]]:
    yield Cause.TARIFF, before["tariff"], after["tariff"]
    yield Cause.GOODS_GROUP, before["goods_group"], after["goods_group"]
    yield Cause.VEHICLE_CLASS, before["vehicle_class"], after["vehicle_class"]
    yield Cause.SHARE, _share(before), _share(after)
    yield Cause.VEHICLES, _receiving(before), _receiving(after)
    yield Cause.REDUCTIONS, _reductions(before), _reductions(after)


def _share(quote: Document) -> int:
    share: int = quote["lines"][0]["share_basis_points"]["value"]
    return share


def _receiving(quote: Document) -> str:
    """Return the vehicles that pay beside the declared one, by their classes."""
    return ", ".join(line["vehicle_class"] for line in quote["lines"][1:])


def _reductions(quote: Document) -> str:
    return ", ".join(dict.fromkeys(one["reduction"] for one in quote.get("reductions", ())))
