"""Validation errors of the framework as our own: pointer, rule, value, facts of the sentence.

A pointer into the body is an RFC 6901 JSON pointer ("" is the whole body, "/goods/0/gross_kg").
A field elsewhere is `query:name`, `path:name`, `header:name` or `cookie:name`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi.exceptions import RequestValidationError

from app.api.schemas.types import SAFE_PATTERNS, is_personal
from app.domain.errors import Fact, FieldError

MOST_ERRORS = 100
LONGEST_VALUE = 80
LONGEST_POINTER = 300
INT64 = 2**63

# The framework's names change with its versions; these codes are ours and never change.
RULES = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "string_too_short": "too-short",
    "string_too_long": "too-long",
    "too_short": "too-few",
    "too_long": "too-many",
    "greater_than": "too-small",
    "greater_than_equal": "too-small",
    "less_than": "too-large",
    "less_than_equal": "too-large",
    "string_pattern_mismatch": "pattern",
    "string_unicode": "unsafe-characters",
    "string_type": "not-text",
    "string_sub_type": "not-text",
    "int_type": "not-a-whole-number",
    "int_parsing": "not-a-whole-number",
    "int_parsing_size": "not-a-whole-number",
    "int_from_float": "not-a-whole-number",
    "float_type": "not-a-number",
    "float_parsing": "not-a-number",
    "finite_number": "number-not-finite",
    "bool_type": "not-true-or-false",
    "bool_parsing": "not-true-or-false",
    "list_type": "not-a-list",
    "tuple_type": "not-a-list",
    "set_type": "not-a-list",
    "frozen_set_type": "not-a-list",
    "dict_type": "not-an-object",
    "mapping_type": "not-an-object",
    "model_type": "not-an-object",
    "model_attributes_type": "not-an-object",
    "dataclass_type": "not-an-object",
    "none_required": "not-null",
    "enum": "not-known",
    "literal_error": "not-known",
    "union_tag_invalid": "not-known",
    "union_tag_not_found": "required",
    "uuid_type": "not-an-id",
    "uuid_parsing": "not-an-id",
    "uuid_version": "not-an-id",
    "date_type": "not-a-day",
    "date_parsing": "not-a-day",
    "date_from_datetime_parsing": "not-a-day",
    "date_from_datetime_inexact": "not-a-day",
    "datetime_type": "not-an-instant",
    "datetime_parsing": "not-an-instant",
    "datetime_from_date_parsing": "not-an-instant",
    "datetime_object_invalid": "not-an-instant",
    "timezone_aware": "not-an-instant",
    "json_invalid": "json-syntax",
}
BOUNDS = {"ge": "min", "gt": "min", "le": "max", "lt": "max"}
LENGTHS = {"min_length": "min", "max_length": "max"}
# A value of the wrong kind may be anything, and a field we do not know may be a misspelled phone.
NEVER_SHOWN = {"not-an-object", "not-a-list", "unknown-field", "required", "unsafe-characters"}


@dataclass(frozen=True, slots=True)
class RequestFieldError(FieldError):
    """A field error whose sentence names facts, such as the bound that was passed."""

    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableFieldError(RequestFieldError):
    """A field error of a table: the line where it stands, the heading the first, and its column."""

    line: int = 0
    column: str = ""


def faults_of(error: RequestValidationError) -> list[FieldError]:
    """Return the first hundred of the framework's errors in our words, without personal values."""
    return [_fault(one, error.body) for one in error.errors()[:MOST_ERRORS]]


def _fault(one: Mapping[str, Any], body: object) -> FieldError:
    location = (*one["loc"], *_tag(one.get("ctx", {})))
    rule = _rule(one)
    pointer = _pointer(location, body, rule)
    return RequestFieldError(pointer, rule, _value(one, rule, location), _facts(one.get("ctx", {})))


def _tag(context: Mapping[str, Any]) -> Iterator[str]:
    """Yield the name of the field that chooses a schema, where it chose none."""
    if "discriminator" in context:
        yield context["discriminator"].strip("'")


def _rule(one: Mapping[str, Any]) -> str:
    if one["type"] == "string_pattern_mismatch" and one["ctx"]["pattern"] in SAFE_PATTERNS:
        return "unsafe-characters"
    kind: str = one["type"]
    return RULES.get(kind, kind.replace("_", "-"))


def _facts(context: Mapping[str, Any]) -> dict[str, Fact]:
    """Keep what a sentence needs of pydantic's context, as plain values."""
    facts: dict[str, Fact] = {
        name: _plain(context[key])
        for key, name in (BOUNDS | LENGTHS).items()
        if context.get(key) is not None
    }
    expected = context.get("expected", context.get("expected_tags"))
    if expected is None:
        return facts
    return {**facts, "expected": str(expected).replace("' or '", "', '")}  # in every language


def _plain(bound: object) -> Fact:
    return bound if isinstance(bound, int) else str(bound)


def _pointer(location: Sequence[str | int], body: object, rule: str) -> str:
    place, *path = location
    if place != "body":
        return f"{place}:{'.'.join(map(str, path))}"[:LONGEST_POINTER]
    segments = _segments(path, body, absent=rule == "required")
    return "".join(f"/{escaped(segment)}" for segment in segments)[:LONGEST_POINTER]


def _segments(path: Sequence[str | int], body: object, *, absent: bool) -> Iterator[str | int]:
    """Yield the steps that exist in the body; pydantic mixes the names of union members in."""
    here: Any = body
    for at, step in enumerate(path, start=1):
        if _has(here, step):
            here = here[step]
        elif not (absent and at == len(path)):
            continue
        yield step


def _has(container: object, step: str | int) -> bool:
    if isinstance(container, list):
        return isinstance(step, int) and step < len(container)
    return isinstance(container, dict) and step in container


def escaped(segment: object) -> str:
    """Return a name or an index as one step of a JSON pointer."""
    return storable(str(segment)).replace("~", "~0").replace("/", "~1")


def storable(name: str) -> str:
    """Return a name from a request fit for an answer: short, and valid UTF-8."""
    return name[:LONGEST_VALUE].encode("utf-8", "replace").decode()


def _value(one: Mapping[str, Any], rule: str, location: Sequence[str | int]) -> Fact:
    """Return the value where it may be repeated: small, plain, from body or query, not personal."""
    value = one.get("input")
    is_open = location[0] in {"body", "query"} and rule not in NEVER_SHOWN
    if not is_open or not is_small(value) or any(is_personal(step) for step in location):
        return None
    return value


def is_small(value: object) -> bool:
    """Tell whether a value is plain, short and fits any reader's JSON."""
    if isinstance(value, str):
        return len(value) <= LONGEST_VALUE and value.isprintable()
    return isinstance(value, int) and -INT64 <= value < INT64
