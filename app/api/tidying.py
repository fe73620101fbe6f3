"""Mends what the framework writes into the document, so that every reader takes it as meant."""

from collections.abc import Iterator
from typing import Any, Final

FIRST_BEYOND_INT64: Final = 2**63
BOUNDS: Final = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
SCHEMA_PATH: Final = "#/components/schemas/"
IF_NONE_MATCH: Final = {
    "name": "If-None-Match",
    "in": "header",
    "required": False,
    "description": "The `ETag` you have: where it is still the newest, 304 comes without a body.",
    "schema": {"type": "string"},
    "example": '"3f2c9a0b7d1e4f5a6b7c8d9e"',
}

ETAG: Final = {
    "description": "Names this answer; ask with it, and get 304 while it is the same.",
    "schema": {"type": "string"},
}


def tidy(made: dict[str, Any]) -> None:
    """Mend a document in place: bounds, parameters, conditional reads, schemas nobody uses."""
    _write_bounds_whole(made)
    for path in made.get("paths", {}).values():
        for operation in path.values():
            _tidy_parameters(operation)
    _drop_unused_schemas(made)


def _write_bounds_whole(value: object) -> None:
    """Write the bounds of integers as integers: as floats, 2^63 - 1 becomes 2^63."""
    if isinstance(value, dict):
        for bound in BOUNDS:
            if value.get("type") == "integer" and isinstance(value.get(bound), float):
                value[bound] = min(int(value[bound]), FIRST_BEYOND_INT64 - 1)
    for part in _parts(value):
        _write_bounds_whole(part)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _tidy_parameters(operation: dict[str, Any]) -> None:
    parameters = operation.get("parameters", [])
    for parameter in parameters:
        parameter["schema"] = _without_null(parameter["schema"])
        # A change that says no version is refused; the framework must not refuse it before.
        if parameter["name"] == "If-Match":
            parameter["required"] = "428" in operation["responses"]
    if "304" in operation["responses"]:
        parameters.append(IF_NONE_MATCH)
        for status in ("200", "304"):
            operation["responses"][status].setdefault("headers", {})["ETag"] = ETAG
    if parameters:
        operation["parameters"] = parameters


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a parameter's schema without null, which no header and no query can say."""
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    return {**kinds[0], **rest}


def _drop_unused_schemas(made: dict[str, Any]) -> None:
    """Leave out the closed enumerations that answers give as open text."""
    schemas = made["components"]["schemas"]
    used = set(_names(made["paths"])) | set(_names(made.get("webhooks", {})))
    waiting = list(used)
    while waiting:
        found = set(_names(schemas[waiting.pop()])) - used
        used |= found
        waiting += found
    made["components"]["schemas"] = {name: schemas[name] for name in schemas if name in used}


def _names(value: object) -> Iterator[str]:
    """Yield the names of the schemas that `value` refers to."""
    reference = value.get("$ref") if isinstance(value, dict) else None
    if isinstance(reference, str) and reference.startswith(SCHEMA_PATH):
        yield reference.removeprefix(SCHEMA_PATH)
    for part in _parts(value):
        yield from _names(part)
