"""Discrepancies: in what a vehicle that was seen differs from what is declared of it.

Trailers and containers were swapped onto other tractors to take their places in the queue, so a
place is bound to tractor, trailer, container and seal. What is open is kept as code and value seen;
a later sighting that agrees, or a substitution that was checked, mends it. Rule GL-13 reads it.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

from app.domain.findings import Finding, warning
from app.domain.identifiers import plate_key

Document = Mapping[str, Any]
Discrepancies = Mapping[str, str]
"""What is open, by code: the value that was seen, without the marks of any spelling."""


class Discrepancy(StrEnum):
    """What does not agree: a part of the vehicle, or a substitution that nobody has confirmed."""

    PLATE = "plate-mismatch"
    TRAILER = "trailer-mismatch"
    CONTAINER = "container-mismatch"
    SEAL = "seal-mismatch"
    UNCONFIRMED = "substitution-unconfirmed"
    REFUSED = "substitution-refused"


PARTS: Mapping[str, Discrepancy] = {
    "tractor_plate": Discrepancy.PLATE,
    "trailer_plate": Discrepancy.TRAILER,
    "containers": Discrepancy.CONTAINER,
    "seal_numbers": Discrepancy.SEAL,
}
"""The parts of a vehicle that somebody may look at; of one that is left out nothing is known."""

_POINTERS: Mapping[Discrepancy, str] = {
    **{code: f"/vehicle/{part}" for part, code in PARTS.items()},
    Discrepancy.UNCONFIRMED: "/vehicle",
    Discrepancy.REFUSED: "/vehicle",
}


def observed(before: Discrepancies, declared: Document, seen: Document) -> dict[str, str]:
    """Return what is open after somebody looked at the parts in `seen`; an empty one is not there.

    Who sees the vehicle as declared mends what a refused substitution left open.
    """
    looked_at = {PARTS[part]: _key(seen[part]) for part in PARTS if part in seen}
    after = {code: value for code, value in before.items() if code not in looked_at}
    wrong = {code: value for code, value in looked_at.items() if not _agrees(code, value, declared)}
    if looked_at and not wrong:
        after.pop(Discrepancy.REFUSED, None)
    return {**after, **{code.value: value for code, value in wrong.items()}}


def redeclared(before: Discrepancies, declared: Document) -> dict[str, str]:
    """Return what is still open after another declaration, which takes nobody's word away."""
    return {
        code: value
        for code, value in before.items()
        if code not in PARTS.values() or not _agrees(Discrepancy(code), value, declared)
    }


def confirmed(before: Discrepancies) -> dict[str, str]:
    """Return what is open once a substitution counts: what was said of earlier ones is over."""
    return {code: value for code, value in before.items() if code in PARTS.values()}


def unconfirmed(before: Discrepancies) -> dict[str, str]:
    """Return what is open while a substitution waits for somebody to look at the vehicle."""
    return {**before, Discrepancy.UNCONFIRMED.value: ""}


def refused(before: Discrepancies) -> dict[str, str]:
    """Return what is open after somebody looked and said that the vehicle is not as proposed."""
    return {**withdrawn(before), Discrepancy.REFUSED.value: ""}


def withdrawn(before: Discrepancies) -> dict[str, str]:
    """Return what is open when no substitution waits any more; what was seen stays."""
    return {code: value for code, value in before.items() if code != Discrepancy.UNCONFIRMED}


def findings_of_discrepancies(open_: Discrepancies) -> Iterator[Finding]:
    """Yield a warning of each; it costs the lane by its rule and stops nobody."""
    for code, value in sorted(open_.items()):
        yield warning(code, _POINTERS[Discrepancy(code)], value or None)


def _agrees(code: Discrepancy, seen: str, declared: Document) -> bool:
    """Tell whether a part is as declared; a seal that nobody declared contradicts nothing."""
    said = _said(code, declared.get("vehicle") or {})
    return seen == said or (code is Discrepancy.SEAL and not said)


def _said(code: Discrepancy, vehicle: Document) -> str:
    if code is Discrepancy.PLATE:
        return _key(vehicle.get("tractor_plate")) or _key(vehicle.get("unit_id"))
    if code is Discrepancy.TRAILER:
        return _key(vehicle.get("trailer_plate"))
    if code is Discrepancy.SEAL:
        return _key(vehicle.get("seal_numbers"))
    return _key([box["number"] for box in vehicle.get("containers") or ()])


def _key(value: str | list[str] | None) -> str:
    if isinstance(value, list):
        return ",".join(sorted(filter(None, map(plate_key, value))))
    return plate_key(value or "")
