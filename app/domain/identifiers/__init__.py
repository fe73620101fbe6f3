"""Identifiers as people type them: plates, tax codes, containers, declarations, codes."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.domain.identifiers.papers import PAPERS
from app.domain.identifiers.plates import PLATES, SHORTEST_PART, plate_key
from app.domain.identifiers.registrations import REGISTRATIONS
from app.domain.identifiers.rule import Doubt, IdentifierRule, Kind, Reading, Status
from app.domain.vocabulary import Text

__all__ = [
    "RULES",
    "SENTENCES",
    "SHORTEST_PART",
    "Doubt",
    "IdentifierRule",
    "Kind",
    "Reading",
    "Status",
    "plate_key",
    "read",
]

RULES: Final[Mapping[str, IdentifierRule]] = MappingProxyType(
    {rule.kind: rule for rule in (*PLATES, *REGISTRATIONS, *PAPERS)}
)

SENTENCES: Final[Mapping[tuple[str, str], Text]] = MappingProxyType(
    {(rule.kind, doubt.code): doubt.sentence for rule in RULES.values() for doubt in rule.doubts}
)
"""The sentence of each warning, by kind and reason: one reason may read differently by kind."""


def read(kind: str, raw: str | None) -> Reading:
    """Return what `raw` reads as, as an identifier of `kind`; None and blank are invalid.

    Raises:
        KeyError: `kind` is none of `Kind`.
    """
    return RULES[kind].read(raw)
