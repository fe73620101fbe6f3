"""Failures on the wire: `application/problem+json` (RFC 9457) in the reader's language.

`type` is `/problems/{code}`, which answers with the sentences of that code; `instance` names the
request. `errors[]` holds pointer, rule, message and, where it is small and not personal, value.
The facts of the failure stand beside them.
"""

import inspect
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from string import Formatter
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.responses import Response
from starlette.types import Scope

from app.api.failures import (
    BadRequestError,
    MediaTypeError,
    MethodError,
    PayloadTooLargeError,
    PreconditionRequiredError,
    ServerFaultError,
    TooManyRequestsError,
)
from app.api.field_errors import MOST_ERRORS, RequestFieldError, TableFieldError, is_small
from app.api.schemas.types import is_personal
from app.api.texts import CATALOGUE, Language, language_of
from app.domain.errors import (
    ConflictError,
    DomainError,
    Fact,
    FieldError,
    ForbiddenError,
    GoneError,
    NotFoundError,
    StaleError,
    UnauthenticatedError,
    UnavailableError,
    UnfitError,
)

MEDIA_TYPE: Final = "application/problem+json"

STATUS_BY_KIND: Final[Mapping[type[DomainError], int]] = {
    BadRequestError: 400,
    UnauthenticatedError: 401,
    ForbiddenError: 403,
    NotFoundError: 404,
    MethodError: 405,
    ConflictError: 409,
    GoneError: 410,
    StaleError: 412,
    PayloadTooLargeError: 413,
    MediaTypeError: 415,
    UnfitError: 422,
    PreconditionRequiredError: 428,
    TooManyRequestsError: 429,
    ServerFaultError: 500,
    UnavailableError: 503,
}

# The sentences for an error that has none of its own.
_CODES: Final[Mapping[int, str]] = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    409: "conflict",
    410: "gone",
    412: "stale",
    422: "unfit",
    503: "unavailable",
}
_RETRY_AFTER: Final = {
    "Retry-After": {
        "description": "Seconds after which to come again.",
        "schema": {"type": "integer", "minimum": 0},
    }
}
_HEADERS: Final[Mapping[int, Mapping[str, Any]]] = {429: _RETRY_AFTER, 503: _RETRY_AFTER}
_FAMILIES: Final = ("rule", "missing", "finding")
_EXAMPLES: Final[Mapping[str, Fact]] = {
    "limit": 1048576,
    "retry_after": 3,
    "request_id": "6f1f9a0c2f5d4c7e8a1b3c5d7e9f0a2b",
    "method": "PUT",
    "state": "queued",
    "ending": "revoked",
    "step": "admit",
    "day": "2026-02-21",
    "value": "huu-ngi",
    "due_vnd": 390000,
    "amount_vnd": 350000,
    "bundle": "20260311-0C3FHMFY6",
    "gate": "tan-thanh",
    "order": "TT-2026-000147",
    "first": "2026-02-21",
    "end": "2026-02-21",
    "opens": "07:00",
    "closes": "06:00",
    "percent": 104,
    "policy": "policy-2026-01",
    "tariff": "tariff-2027-01",
    "reduction": "reduction-2027-01",
    "one": "tariff-2019-01",
    "other": "tariff-2025-09",
    "outcome": "answered",
    "most": 1,
    "scope": "act",
    "oldest": 20417,
    "newest": 48213,
    "choices": "240, 360, 480, 600",
    "role": "company",
    "purpose": "border-control",
    "authority": "medical",
    "adapter": "plate-camera",
    "code": "policy-2027-01",
    "size": 1742,
    "reason": "unknown-witness",
}


class ProblemError(BaseModel):
    """One field at fault."""

    model_config = ConfigDict(extra="allow")

    pointer: str = Field(
        description="RFC 6901 pointer into the body, or `query:name`, `path:name`, `header:name`.",
        examples=["/vehicle/payload_kg"],
    )
    rule: str = Field(description="Code of the rule; never changes.", examples=["too-small"])
    message: str = Field(
        description="The rule in the reader's language.", examples=["It must be 1 or more."]
    )
    value: str | int | bool | None = Field(
        default=None, description="What was sent, unless it is long or personal.", examples=[0]
    )


class Problem(BaseModel):
    """A failure; the facts that its sentence names stand beside these members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="Where the code is explained.", examples=["/problems/busy"])
    code: str = Field(description="Code of the failure; never changes.", examples=["busy"])
    title: str = Field(description="The failure in the reader's language.")
    status: int = Field(description="The HTTP status.", examples=[503])
    detail: str = Field(description="What to do about it, in the reader's language.")
    instance: str = Field(description="This one request.", examples=["/requests/6f1f9a0c2f5d4c7e"])
    errors: list[ProblemError] = Field(
        description="The fields at fault, a hundred at most; may be empty."
    )


def status_of(error: type[DomainError] | DomainError) -> int:
    """Return the status of the error's kind; what is of no kind is our own fault: 500."""
    kinds = error.__mro__ if isinstance(error, type) else type(error).__mro__
    return next((STATUS_BY_KIND[kind] for kind in kinds if kind in STATUS_BY_KIND), 500)


def problem(
    error: DomainError, language: Language, request_id: str, status: int | None = None
) -> dict[str, Any]:
    """Return the members of the problem that `error` is; `status` where the kind does not say."""
    code, facts = _code(error), error.facts
    return {
        **{name: fact for name, fact in facts.items() if name not in Problem.model_fields},
        "type": f"/problems/{code}",
        "code": code,
        "title": CATALOGUE.say(f"problem.{code}.title", language, facts),
        "status": status or status_of(error),
        "detail": CATALOGUE.say(f"problem.{code}.detail", language, facts),
        "instance": f"/requests/{request_id}",
        "errors": [_field(one, language) for one in error.errors[:MOST_ERRORS]],
    }


def _code(error: DomainError) -> str:
    """Return the error's code, or that of its status where it has no sentences of its own."""
    if f"problem.{error.code}.detail" in CATALOGUE and f"problem.{error.code}.title" in CATALOGUE:
        return error.code
    return _CODES.get(status_of(error), "http-error")


def _field(error: FieldError, language: Language) -> dict[str, Any]:
    shown = {"value": error.value} if is_shown(error) else {}
    facts = dict(error.facts) if isinstance(error, RequestFieldError) else {}
    return {
        "pointer": error.pointer,
        "rule": error.rule,
        "message": message_of(error.rule, language, {**facts, **shown}),
        **shown,
        **_place_of(error),
    }


def _place_of(error: FieldError) -> dict[str, Any]:
    """Return line and column of what stands in a table."""
    if not isinstance(error, TableFieldError):
        return {}
    return {"line": error.line, "column": error.column}


def is_shown(error: FieldError) -> bool:
    """Tell whether the value at fault may be repeated: small, plain, not personal."""
    names = error.pointer.replace(":", "/").split("/")
    return error.value is not None and is_small(error.value) and not any(map(is_personal, names))


def message_of(rule: str, language: Language, facts: Mapping[str, Fact] | None = None) -> str:
    """Return the sentence of a rule, of something missing or of a finding, by its code."""
    for key in (*(f"{family}.{rule}" for family in _FAMILIES), f"problem.{rule}.detail"):
        if key in CATALOGUE:
            return CATALOGUE.say(key, language, facts)
    return CATALOGUE.say("rule.other", language, {"rule": rule})


def request_id_of(scope: Scope) -> str:
    """Return the id of the request, which the middleware has put there."""
    return str(scope.get("request_id", ""))


def problem_response(error: DomainError, scope: Scope, status: int | None = None) -> Response:
    """Return the answer to the request of `scope` that failed by `error`."""
    language = language_of(scope)
    body = problem(error, language, request_id_of(scope), status)
    response = Response(to_json(body), body["status"], media_type=MEDIA_TYPE)
    response.headers["Content-Language"] = language.value
    response.headers["Vary"] = "Accept-Language"
    response.headers["Cache-Control"] = "no-store"
    for name, value in _headers(error, body["status"]):
        response.headers[name] = value
    return response


def _headers(error: DomainError, status: int) -> Iterable[tuple[str, str]]:
    if status == HTTPStatus.UNAUTHORIZED:
        yield "WWW-Authenticate", "Bearer"
    if "retry_after" in error.facts:
        yield "Retry-After", str(error.facts["retry_after"])


def problem_responses(*errors: type[DomainError]) -> dict[int | str, dict[str, Any]]:
    """Return the `responses=` of a route that fails by `errors`, an example for each."""
    by_status: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        status = status_of(error)
        content = by_status.setdefault(status, _response(status))["content"][MEDIA_TYPE]
        content["examples"][error.code] = _example(error, status)
    return by_status


def _response(status: int) -> dict[str, Any]:
    kind = next(kind for kind, of_kind in STATUS_BY_KIND.items() if of_kind == status)
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "examples": {}}
    response = {"description": inspect.getdoc(kind), "content": {MEDIA_TYPE: content}}
    return {**response, "headers": _HEADERS[status]} if status in _HEADERS else response


def _example(kind: type[DomainError], status: int) -> dict[str, Any]:
    """Return the example of an error class, in English, with facts that it might have."""
    value = problem(example_of(kind), Language.EN, "6f1f9a0c2f5d4c7e8a1b3c5d7e9f0a2b", status)
    return {"summary": value["title"], "value": value}


def example_of(kind: type[DomainError]) -> DomainError:
    """Return a failure of that class, with facts that it might have: those its sentences name."""
    error = DomainError.__new__(kind)
    DomainError.__init__(error)
    sentences = (CATALOGUE.text(f"problem.{_code(error)}.{part}") for part in ("title", "detail"))
    named = {name for text in sentences for _, name, _, _ in Formatter().parse(text["en"])}
    error.facts = {name: fact for name, fact in _EXAMPLES.items() if name in named}
    return error


def codes() -> Mapping[str, type[DomainError]]:
    """Return every failure that has a code, by its code."""
    return {kind.code: kind for kind in _descendants(DomainError) if kind.code}


def _descendants(kind: type[DomainError]) -> Iterable[type[DomainError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
