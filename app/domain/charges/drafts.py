"""A tariff edition before it is announced: made from another, or brought in whole; and its faults.

What is found here is stricter than what an edition that ships with the service must meet: a draft
comes from outside, and once it is announced nothing of it can be mended.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from app.domain.charges.facts import EMPTY
from app.domain.charges.holes import holes_of
from app.domain.charges.shape import misshapen
from app.domain.errors import FieldError
from app.domain.vocabulary import Basis, Direction, Text

Document = Mapping[str, Any]
Check = Callable[[Document], Iterator[FieldError]]
RATES: Final = ("cells", "multipliers", "journeys")
"""The parts of a document that hold its numbers."""
AMOUNTS: Final[Mapping[str, str]] = {
    "cells": "amount_vnd",
    "multipliers": "factor_basis_points",
    "journeys": "basis_points",
}
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "cells": ("goods_group", "vehicle_class"),
    "multipliers": ("goods_group",),
    "journeys": ("code",),
}
"""By what a row of each part is known."""
HARMLESS: Final = frozenset({*AMOUNTS.values(), "basis", "source", "evidence", "label"})
"""Fields by which no row is found: whatever is wrong with one hides no other fault."""
GIVEN: Final = frozenset({"code", "official", "title", "legal_reference"})
"""The parts that are asked for as they stand."""
FORCE: Final = ("force", "valid_from", "valid_to")
"""What says when an edition is in force, which is not of its content."""


@dataclass(frozen=True, slots=True)
class RateWanted:
    """What one number is to be: `key` as `KEYS` has it, whole VND or basis points.

    `pointer` is where it was asked for, and `number` where its number stands there.
    """

    pointer: str
    number: str
    part: str
    key: tuple[str, ...]
    value: int
    basis: Basis
    source: str


@dataclass(frozen=True, slots=True)
class TariffWanted:
    """What a new edition says otherwise than the one it is made from; None leaves as it is."""

    code: str
    official: bool
    rates: Sequence[RateWanted]
    legal_reference: Mapping[str, str | None]
    title: Text | None = None


def content_of(document: Document) -> dict[str, Any]:
    """Return what an edition says, without when it is in force."""
    return {name: value for name, value in document.items() if name not in FORCE}


def drafted(base: Document, wanted: TariffWanted) -> dict[str, Any]:
    """Return the document of a new edition, made from another.

    A number that has no place in the base changes nothing; `faults_of_draft` names it.
    """
    changes = {(one.part, one.key): one for one in wanted.rates}
    document = content_of(base) | {"code": wanted.code, "official": wanted.official}
    document["base"] = base["code"]
    if wanted.title is not None:
        document["title"] = wanted.title
    document["legal_reference"] = {**base["legal_reference"], **wanted.legal_reference}
    for part in RATES:
        document[part] = [_changed(part, row, changes) for row in base[part]]
    return document


def _changed(
    part: str, row: Document, changes: Mapping[tuple[str, tuple[str, ...]], RateWanted]
) -> Document:
    one = changes.get((part, key_of(part, row)))
    if one is None:
        return row
    return {**row, AMOUNTS[part]: one.value, "basis": one.basis.value, "source": one.source}


def key_of(part: str, row: Document) -> tuple[str, ...]:
    """Return by what a row of a part is known."""
    return tuple(row[name] for name in KEYS[part])


def faults_of_draft(base: Document, wanted: TariffWanted) -> tuple[FieldError, ...]:
    """Return what is wrong with an edition to be made from another, by where it was asked for.

    What stands in the base and is no more right in the new edition is told by its place there.
    """
    if unplaced := tuple(_unplaced(base, wanted.rates)):
        return unplaced
    document = drafted(base, wanted)
    asked = {(one.part, one.key): one for one in wanted.rates}
    return tuple(_as_asked(error, document, asked) for error in faults_of(document))


def _unplaced(base: Document, rates: Sequence[RateWanted]) -> Iterator[FieldError]:
    """Yield the numbers that have no place in the base, and those that were given twice."""
    known = {(part, key_of(part, row)) for part in RATES for row in base[part]}
    times = Counter((one.part, one.key) for one in rates)
    for one in rates:
        if (one.part, one.key) not in known:
            yield FieldError(one.pointer, "rate-unknown", " x ".join(one.key))
        elif times[one.part, one.key] > 1:
            yield FieldError(one.pointer, "rate-twice", " x ".join(one.key))


def _as_asked(
    error: FieldError, document: Document, asked: Mapping[tuple[str, tuple[str, ...]], RateWanted]
) -> FieldError:
    part, *way = error.pointer.split("/")[1:]
    if part in GIVEN:
        return error
    is_row = part in RATES and way
    one = asked.get((part, key_of(part, document[part][int(way[0])]))) if is_row else None
    if one is None:
        return replace(error, pointer=f"/base{error.pointer}")
    field = way[1] if len(way) > 1 else AMOUNTS[part]
    pointer = one.number if field == AMOUNTS[part] else f"{one.pointer}/{field}"
    return replace(error, pointer=pointer)


def faults_of(document: Document) -> tuple[FieldError, ...]:
    """Return everything that keeps a document from being announced as a tariff edition.

    Holes and contradictions are told beside wrong fields, wherever the rows can be read for them.
    """
    wrong = misshapen(document)
    if not isinstance(document, dict):
        return wrong
    named = {one.pointer for one in wrong}
    ways = [pointer.split("/") for pointer in named if pointer]
    unreadable = {way[1] for way in ways if HARMLESS.isdisjoint(way[2:])}
    holes = (one for one in holes_of(document, unreadable) if one.pointer not in named)
    more = (
        one for parts, check in CHECKS if parts.isdisjoint(unreadable) for one in check(document)
    )
    return (*wrong, *holes, *more)


def _codes_once(part: str, name: str) -> Check:
    """Want each code, or rank, of a part to name one row."""

    def check(document: Document) -> Iterator[FieldError]:
        times = Counter(row[name] for row in document[part])
        for number, row in enumerate(document[part]):
            if times[row[name]] > 1:
                yield FieldError(f"/{part}/{number}/{name}", "code-twice", row[name])

    return check


def _of_empty(document: Document) -> Iterator[FieldError]:
    """A vehicle without goods has a group in both directions, or it could not pass."""
    groups = {row["code"]: row["directions"] for row in document["goods_groups"]}
    for one in Direction:
        if one not in groups.get(EMPTY, ()):
            yield FieldError("/goods_groups", "empty-group-missing", one.value)


def _of_official(document: Document) -> Iterator[FieldError]:
    """An official edition rests on the law in every number."""
    if not document["official"]:
        return
    for part in RATES:
        for number, row in enumerate(document[part]):
            if row.get("basis") == Basis.PROVISIONAL:
                yield FieldError(f"/{part}/{number}/basis", "official-needs-source", row["basis"])


CHECKS: Final[tuple[tuple[frozenset[str], Check], ...]] = (
    *(
        (frozenset({part}), _codes_once(part, name))
        for part, name in (
            ("vehicle_classes", "code"),
            ("vehicle_classes", "rank"),
            ("goods_groups", "code"),
            ("order_kinds", "code"),
            ("journeys", "code"),
        )
    ),
    (frozenset({"goods_groups"}), _of_empty),
    (frozenset({"official", *RATES}), _of_official),
)
"""What is asked of a draft besides, with the parts that each reads."""
