"""In what two tariff editions differ, whatever the order of their rows."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from app.domain.charges.drafts import content_of
from app.domain.editions import DAYS, differences
from app.domain.errors import Fact

KEYED: Final[Mapping[str, tuple[str, ...]]] = {
    "vehicle_classes": ("code",),
    "goods_groups": ("code",),
    "cells": ("goods_group", "vehicle_class"),
    "multipliers": ("goods_group",),
    "journeys": ("code",),
    "order_kinds": ("code",),
}
"""By what the rows of each part are told apart."""


def tariff_differences(
    one: Mapping[str, Any], other: Mapping[str, Any]
) -> Iterator[tuple[str, Fact, Fact]]:
    """Yield where two editions differ: pointer, what the one has, what the other has.

    Rows are named by their codes, as in `/cells/ordinary/4t-to-10t/amount_vnd`, and the days of
    both are told by the latest knowledge.
    """
    yield from differences(_keyed(one), _keyed(other))


def _keyed(document: Mapping[str, Any]) -> dict[str, Any]:
    days = {name: document.get(name) for name in DAYS}
    keyed = {part: _by_key(document[part], names) for part, names in KEYED.items()}
    return content_of(document) | days | keyed


def _by_key(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        place = found
        for name in names[:-1]:
            place = place.setdefault(row[name], {})
        place[row[names[-1]]] = row
    return found
