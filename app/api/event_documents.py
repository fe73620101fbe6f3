"""The document's `webhooks`: each kind of event as it is sent, from the one table of kinds."""

from collections.abc import Mapping
from typing import Any, Final

from app.api.examples import ID
from app.domain.events import EVENTS, EventKind, Field, Shape

ENVELOPE: Final = "EventOut"
_TEXT: Final = {"type": "string"}
_SHAPES: Final[Mapping[Shape, tuple[Mapping[str, Any], object]]] = {
    Shape.ID: ({"type": "string", "format": "uuid"}, ID),
    Shape.CODE: (_TEXT, "TT-0147"),
    Shape.INSTANT: ({"type": "string", "format": "date-time"}, "2026-02-21T08:00:00+07:00"),
    Shape.NUMBER: ({"type": "integer", "format": "int64"}, 7203),
    Shape.FLAG: ({"type": "boolean"}, True),
    Shape.CODES: ({"type": "array", "items": _TEXT}, ["/driver/phone"]),
    Shape.FINDINGS: (
        {"type": "array", "items": {"type": "object", "additionalProperties": _TEXT}},
        [{"rule": "GL-06", "pointer": "/documents"}],
    ),
    Shape.RATES: (
        {"type": "object", "additionalProperties": {"type": "integer"}},
        {"green": 2, "ordinary": 1},
    ),
}


_HEADERS: Final = (
    ("webhook-id", "The event's id; the same however often it comes.", ID),
    ("webhook-timestamp", "When this was sent, in seconds since 1970.", "1771635600"),
    (
        "webhook-signature",
        "HMAC-SHA-256 of id, timestamp and body by each secret, as Standard Webhooks says.",
        "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4=",
    ),
)


def webhooks_of(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return what this service sends, by kind; nothing for a document without events."""
    if ENVELOPE not in made["components"]["schemas"]:
        return {}
    return {code: {"post": _sent(code, kind)} for code, kind in EVENTS.items()}


def _sent(code: str, kind: EventKind) -> dict[str, Any]:
    body = {
        "allOf": [
            {"$ref": f"#/components/schemas/{ENVELOPE}"},
            {"type": "object", "properties": {"kind": {"const": code}, "data": _data(kind)}},
        ]
    }
    return {
        "tags": ["events"],
        "summary": kind.sentence,
        "description": f"Told to {kind.audience.value} and authorities.",
        "operationId": f"on_{code.replace('.', '_').replace('-', '_')}",
        "parameters": [
            {
                "name": name,
                "in": "header",
                "required": True,
                "description": words,
                "schema": _TEXT,
                "example": example,
            }
            for name, words, example in _HEADERS
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "2XX": {"description": "Received. Any other answer, or none, is tried again."}
        },
    }


def _data(kind: EventKind) -> dict[str, Any]:
    """Return the schema of a kind's data; every field may be left out or null."""
    return {
        "type": "object",
        "properties": {name: _field(one) for name, one in kind.fields.items()},
        "examples": [{name: _SHAPES[one.shape][1] for name, one in kind.fields.items()}],
    }


def _field(field: Field) -> dict[str, Any]:
    schema, _ = _SHAPES[field.shape]
    return {**schema, "type": [schema["type"], "null"], "description": field.sentence}
