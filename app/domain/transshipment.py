"""Transshipment: when the goods of a vehicle may count as moved onto those that receive them.

A receiving vehicle has entered when the border guard and customs have both recorded it, in any
order; the word of one of them alone is no entry. Source: records of the real platform.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from app.domain.identifiers import plate_key
from app.domain.vocabulary import Agency

ENTERED_BY: Final = frozenset({Agency.BORDER_GUARD.value, Agency.CUSTOMS.value})
NOT_ENTERED: Final = "receiving-vehicle-not-entered"


class Way(StrEnum):
    """Which way a receiving vehicle was seen to pass the gate."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Pass:
    """One authority's word that a receiving vehicle went into the gate or left it."""

    plate: str
    way: Way
    authority: str


def receiving_plates(declared: Mapping[str, Any]) -> list[str]:
    """Return the declared receiving vehicles by what they are found by; one without plate is none.

    They come empty and have no place in a queue, so nobody holds their plates: one may receive the
    goods of several entries.
    """
    plates = (one.get("tractor_plate") for one in declared.get("receiving_vehicles") or ())
    return [key for plate in plates if (key := plate_key(plate or ""))]


def entered(passes: Iterable[Pass]) -> frozenset[str]:
    """Return the plates that both authorities have recorded as entered."""
    by: dict[str, set[str]] = {}
    for one in passes:
        if one.way is Way.IN:
            by.setdefault(one.plate, set()).add(one.authority)
    return frozenset(plate for plate, authorities in by.items() if authorities >= ENTERED_BY)


def contradictions(
    plate: str, way: Way, plates: Collection[str], before: Iterable[Pass]
) -> Iterator[str]:
    """Yield the exceptions that a receiving vehicle's passing opens; it is taken."""
    if plate not in plates:
        yield "receiving-vehicle-not-declared"
    if way is Way.OUT and plate not in entered(before):
        yield "receiving-vehicle-left-unentered"
