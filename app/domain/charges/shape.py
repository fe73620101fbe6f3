"""What a tariff document is made of: every part with its fields and their kinds.

A document comes from outside: from the board, as JSON or as a table. Whatever it is made of, each
thing that is not as it should be is named by its place and the rule, all of them at once.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from app.domain.charges.rates import VehicleRole
from app.domain.errors import FieldError
from app.domain.vocabulary import Basis, Direction, Journey

Check = Callable[[str, object], Iterator[FieldError]]

MOST_VND: Final = 10**12
MOST_BASIS_POINTS: Final = 10**6
LONGEST_TEXT: Final = 2_000
DAY: Final = re.compile(r"(199\d|20\d\d|21\d\d)-\d\d-\d\d")
CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ORDER_KINDS: Final = ("infrastructure", "transfer")
"""The kinds of orders that charges make; money of any other kind would be asked of nobody."""


def words(pointer: str, value: object) -> Iterator[FieldError]:
    """Want a text that says something."""
    if not isinstance(value, str):
        yield FieldError(pointer, "not-text")
    elif not value.strip():
        yield FieldError(pointer, "too-short")
    elif len(value) > LONGEST_TEXT or not value.isprintable():
        yield FieldError(pointer, "text-unfit")


def code(pointer: str, value: object) -> Iterator[FieldError]:
    """Want a code: letters, digits, dot, hyphen, low line."""
    if not isinstance(value, str):
        yield FieldError(pointer, "not-text")
    elif CODE.fullmatch(value) is None:
        yield FieldError(pointer, "code-unfit", value)


def day(pointer: str, value: object) -> Iterator[FieldError]:
    """Want a day as ISO 8601 writes it, of this time."""
    if not isinstance(value, str) or DAY.fullmatch(value) is None or not _is_day(value):
        yield FieldError(pointer, "not-a-day", str(value)[:80])


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def whole(most: int) -> Check:
    """Want a whole number that is not negative, `most` at most."""

    def check(pointer: str, value: object) -> Iterator[FieldError]:
        if type(value) is not int or value < 0:
            yield FieldError(pointer, "whole-number", str(value)[:80])
        elif value > most:
            yield FieldError(pointer, "number-too-large", str(value)[:80])

    return check


def flag(pointer: str, value: object) -> Iterator[FieldError]:
    """Want true or false."""
    if not isinstance(value, bool):
        yield FieldError(pointer, "not-true-or-false")


def one_of(*codes: str) -> Check:
    """Want one of some codes."""

    def check(pointer: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, str) or value not in codes:
            yield FieldError(pointer, "code-unknown", str(value)[:80])

    return check


def maybe(check: Check) -> Check:
    """Want nothing, or what another check wants."""

    def perhaps(pointer: str, value: object) -> Iterator[FieldError]:
        if value is not None:
            yield from check(pointer, value)

    return perhaps


def part(required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """Want an object with some fields; further ones are kept as they are."""

    def check(pointer: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, dict):
            yield FieldError(pointer, "not-an-object")
            return
        for name, field in required.items():
            if name in value:
                yield from field(f"{pointer}/{name}", value[name])
            else:
                yield FieldError(f"{pointer}/{name}", "missing")
        for name, field in (optional or {}).items():
            if name in value:
                yield from field(f"{pointer}/{name}", value[name])

    return check


def many(check: Check, *, least: int = 0) -> Check:
    """Want a list, each item as another check wants it."""

    def each(pointer: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, list):
            yield FieldError(pointer, "not-a-list")
            return
        if len(value) < least:
            yield FieldError(pointer, "too-few-rows")
        for number, item in enumerate(value):
            yield from check(f"{pointer}/{number}", item)

    return each


def each_of(check: Check) -> Check:
    """Want an object, the value of each name as another check wants it."""

    def named(pointer: str, value: object) -> Iterator[FieldError]:
        if not isinstance(value, dict):
            yield FieldError(pointer, "not-an-object")
            return
        for name, item in value.items():
            yield from check(f"{pointer}/{_escaped(name)}", item)

    return named


ACCOUNT: Final[dict[str, Check]] = {"basis": one_of(*Basis), "source": words}
EVIDENCE: Final[dict[str, Check]] = {"evidence": each_of(part(ACCOUNT))}
LABEL: Final = part({"vi": words, "en": words}, {"zh": maybe(words)})
SPAN: Final = part({"from": whole(MOST_BASIS_POINTS), "below": maybe(whole(MOST_BASIS_POINTS))})
VND, POINTS, RANK = whole(MOST_VND), whole(MOST_BASIS_POINTS), whole(1_000)
DIRECTIONS: Final = many(one_of(*Direction), least=1)


def accounted(**fields: Check) -> Check:
    """Want an object with some fields, and what it rests on."""
    return part({**fields, **ACCOUNT}, EVIDENCE)


DOCUMENT: Final = part(
    {
        "code": code,
        "title": LABEL,
        "official": flag,
        "legal_reference": part(
            {
                "number": words,
                "issued_by": words,
                "issued_on": maybe(day),
                "replaces": maybe(words),
                "replaced_by": maybe(words),
                **ACCOUNT,
            }
        ),
        "scope": accounted(modes=many(code, least=1)),
        "split": accounted(collector_basis_points=POINTS, state_budget_basis_points=POINTS),
        "collector": accounted(names=LABEL),
        "budget_code": accounted(item=words, sub_item=words),
        "formula": accounted(text=words),
        "vehicle_classes": many(
            accounted(
                code=code,
                rank=RANK,
                platform_code=words,
                label=LABEL,
                payload_kg=SPAN,
                container_length_ft=maybe(SPAN),
            ),
            least=1,
        ),
        "vehicle_class_rule": accounted(steps=many(words, least=1)),
        "goods_groups": many(
            accounted(code=code, letter=words, label=LABEL, directions=DIRECTIONS, chargeable=flag),
            least=1,
        ),
        "cells": many(accounted(goods_group=code, vehicle_class=code, amount_vnd=VND)),
        "multipliers": many(
            accounted(goods_group=code, factor_basis_points=POINTS, already_in_cells=flag)
        ),
        "journeys": many(
            accounted(
                code=code,
                label=LABEL,
                journey=one_of(*Journey),
                vehicle_role=one_of(*VehicleRole),
                directions=DIRECTIONS,
                order_kind=one_of(*ORDER_KINDS),
                basis_points=POINTS,
            )
        ),
        "mixed_load_rule": accounted(steps=many(words, least=1)),
        "order_kinds": many(accounted(code=one_of(*ORDER_KINDS), label=LABEL), least=1),
        "notes": many(words),
    }
)
"""Every part that prices and answers are made of."""


def misshapen(document: object) -> tuple[FieldError, ...]:
    """Return everything in which a document is not made as a tariff edition is."""
    found = tuple(DOCUMENT("", document))
    named = {one.pointer for one in found}
    return (*found, *(one for one in _unkept("", document) if one.pointer not in named))


def _unkept(pointer: str, value: object) -> Iterator[FieldError]:
    """Yield what cannot be kept as it is, wherever it stands: fractions, and what no text has."""
    match value:
        case dict():
            for name, inner in value.items():
                if name and name.isprintable():
                    yield from _unkept(f"{pointer}/{_escaped(name)}", inner)
                else:
                    yield FieldError(pointer, "text-unfit")
        case list():
            for number, inner in enumerate(value):
                yield from _unkept(f"{pointer}/{number}", inner)
        case str():
            if not value.isprintable():
                yield FieldError(pointer, "text-unfit")
        case None | bool():
            pass
        case _:
            yield from whole(MOST_VND)(pointer, value)


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
