"""What the green-lane rules may read about an entry; the customs channel is not among it."""

from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from app.domain.vocabulary import Direction

UNLISTED = ""
"""Stands for a goods line of which nobody knows the product, so that it is counted, not dropped."""


class PhytosanitaryStatus(StrEnum):
    """How far the phytosanitary certificate has come."""

    ISSUED = "issued"
    REQUESTED = "requested"
    SAMPLED = "sampled"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneFacts:
    """One entry as the rules see it.

    `goods_groups` and `product_codes` have one item a goods line (`Produce.code_of`). `declared_at`
    is the instant of registration, None for an entry that nobody declared; `presence_at` the first
    yard movement or arrival, None before it. Both instants have zones. Texts are as declared: only
    white space counts as blank.
    """

    gate_code: str
    direction: Direction
    goods_groups: tuple[str, ...]
    product_codes: tuple[str, ...]
    phytosanitary_certificate_no: str | None = None
    phytosanitary_status: str | None = None
    growing_area_code: str | None = None
    packing_house_code: str | None = None
    test_documents: tuple[str, ...] = ()
    customs_declaration_no: str | None = None
    declared_at: datetime | None = None
    presence_at: datetime | None = None
    open_discrepancies: tuple[str, ...] = ()


_NAMES = tuple(field.name for field in fields(LaneFacts))


def facts_document(facts: LaneFacts) -> dict[str, Any]:
    """Return the facts as plain JSON values, to store beside the verdict they led to."""
    return {name: _plain(getattr(facts, name)) for name in _NAMES}


def _plain(value: str | tuple[str, ...] | datetime | None) -> str | list[str] | None:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return list(value)
    return value
