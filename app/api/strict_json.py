"""JSON as RFC 8259 wants it read: one meaning, whatever reads it; anything else is a 400.

Python's own parser takes NaN, lets the last of two equal names win, makes 1e400 infinite and ends
deep nesting with a RecursionError. Here each of those is an error that names the rule.
"""

import json
import math
import re
import sys
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cached_property
from typing import Any, Final, NoReturn, Protocol, runtime_checkable

from fastapi import params
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.direct import direct
from app.api.failures import MalformedBodyError, NotJsonMediaTypeError
from app.api.field_errors import RequestFieldError, escaped, storable
from app.api.queries import Handle, asked_by_name
from app.domain.errors import Fact

DEPTH: Final = 32
MOST_NAMES: Final = 1000
# A declaration with every line that customs takes has some 12,000. Each value may be an error of
# its own, and while a megabyte of them is told apart nobody else is answered.
MOST_VALUES: Final = 15_000
MOST_DIGITS: Final = sys.get_int_max_str_digits()
BODILESS: Final = frozenset({"GET", "HEAD"})

NOT_UTF8: Final = "utf-8"
SYNTAX: Final = "json-syntax"
NOT_FINITE: Final = "number-not-finite"
TOO_DEEP: Final = "too-deep"
DUPLICATE: Final = "duplicate-name"
TOO_MANY_NAMES: Final = "too-many-names"
TOO_MANY_VALUES: Final = "too-many-values"

# A string may end nowhere: it then reaches to the end, so that a scan is never quadratic.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


class _JsonError(Exception):
    """A rule that the text breaks somewhere; where is found out afterwards."""

    def __init__(self, rule: str, **facts: Fact) -> None:
        super().__init__(rule)
        self.rule = rule
        self.facts = facts


def parse(body: bytes, depth: int = DEPTH, most_values: int = MOST_VALUES) -> Any:  # noqa: ANN401 - JSON is any value
    """Return the value of a JSON text that nests `depth` levels and has so many values at most.

    Raises:
        MalformedBodyError: naming the rule that the text breaks, and where.
    """
    _ensure_few(body, most_values)
    _ensure_shallow(body, depth)
    try:
        return _STRICT.decode(body.decode())
    except UnicodeDecodeError:
        raise _malformed(NOT_UTF8) from None
    except json.JSONDecodeError as error:
        raise _malformed(SYNTAX, line=error.lineno, column=error.colno) from None
    except _JsonError as error:
        raise _malformed(error.rule, _place_of_fault(body), **error.facts) from None
    except ValueError:  # more digits than Python converts
        raise _malformed(NOT_FINITE, _place_of_fault(body)) from None


def _malformed(rule: str, pointer: str = "", **facts: Fact) -> MalformedBodyError:
    return MalformedBodyError(errors=[RequestFieldError(pointer, rule, facts=facts)])


def _ensure_few(body: bytes, most: int) -> None:
    """Refuse what can only be noise; commas and brackets inside texts count too."""
    if sum(map(body.count, (b",", b"{", b"["))) > most:
        raise _malformed(TOO_MANY_VALUES, max=most)


def _ensure_shallow(body: bytes, depth: int) -> None:
    if body.count(b"{") + body.count(b"[") <= depth:  # cheap; counting levels is not
        return
    level = 0
    for token in _TOKEN.finditer(body):
        first = token.group()[:1]
        level += (first in b"[{") - (first in b"]}")
        if level > depth:
            raise _malformed(TOO_DEEP, max=depth)


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _JsonError(DUPLICATE, name=storable(_twice(pairs)))
    if len(fields) > MOST_NAMES:
        raise _JsonError(TOO_MANY_NAMES, max=MOST_NAMES)
    return fields


def _twice(pairs: Sequence[tuple[str, Any]]) -> str:
    """Return the name that comes more than once."""
    counts = Counter(name for name, _ in pairs)
    return max(counts, key=counts.__getitem__)


def _refuse_number(_: str) -> NoReturn:
    raise _JsonError(NOT_FINITE)


def _float(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_number(digits)


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_number, parse_float=_float
)


def _place_of_fault(body: bytes) -> str:
    """Return the pointer to the first fault: read again, with a mark in the place of each."""
    return _pointer_to_mark(_MARKING.decode(body.decode())) or ""


def _pointer_to_mark(value: object) -> str | None:
    if value is _MARK:
        return ""
    parts: Iterable[tuple[object, object]] = ()
    if isinstance(value, dict):
        parts = value.items()
    elif isinstance(value, list):
        parts = enumerate(value)
    for name, part in parts:
        rest = _pointer_to_mark(part)
        if rest is not None:
            return f"/{escaped(name)}{rest}"
    return None


def _marked_integer(digits: str) -> object:
    return 0 if len(digits) <= MOST_DIGITS else _MARK


def _marked_number(digits: str) -> object:
    return 0 if math.isfinite(float(digits)) else _MARK


def _marked_object(pairs: Sequence[tuple[str, Any]]) -> object:
    fields = dict(pairs)
    if len(fields) > MOST_NAMES:
        return _MARK
    return fields if len(fields) == len(pairs) else {**fields, _twice(pairs): _MARK}


_MARK: Final = object()
_MARKING: Final = json.JSONDecoder(
    object_pairs_hook=_marked_object,
    parse_constant=lambda _: _MARK,
    parse_float=_marked_number,
    parse_int=_marked_integer,
)


@runtime_checkable
class Guard(Protocol):
    """Who may call an operation, among the `dependencies` of its route.

    It lets in before the framework looks at anything, and out before the answer leaves. As a
    dependency that yields it would do the same, at three times the cost.
    """

    def opened(self, request: Request) -> AbstractAsyncContextManager[None]:
        """Let `request` in and, when it was answered or failed, out again."""


class ParsedRequest(Request):
    """A request whose JSON body was read by `parse`; everything downstream sees that value."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        """Take over from the request that the framework made."""
        super().__init__(scope, receive)
        self._document: Any = None

    async def read(self) -> None:
        """Read and check the body.

        Raises:
            NotJsonMediaTypeError: there is a body, and it is not declared as JSON.
            MalformedBodyError: naming the rule that it breaks.
        """
        body = await self.body()
        if not body:
            return
        if not _is_json(self.headers.get("content-type", "")):
            raise NotJsonMediaTypeError
        self._document = parse(body, getattr(self.app.state, "max_body_depth", DEPTH))

    async def json(self) -> Any:  # noqa: ANN401 - JSON is any value
        """Return the value of the body."""
        return self._document


Read = Callable[[ParsedRequest], Awaitable[Response]]


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind[-5:] == "+json")


class StrictRoute(APIRoute):
    """The route class of every router here: JSON bodies are read by `parse`, and only once."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Tell whether the route answers a request; of most, the path's beginning says no."""
        if not scope.get("root_path") and not scope["path"].startswith(self._beginning):
            return Match.NONE, {}
        return super().matches(scope)

    @cached_property
    def _beginning(self) -> str:
        return self.path.partition("{")[0]

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - FastAPI's own
        """Make the route; an endpoint that is called directly needs nothing around it."""
        super().__init__(*args, **kwargs)
        if self._read_directly is not None:
            self.app = _answering(self._read_directly)

    @property
    def is_direct(self) -> bool:
        """Whether its endpoint is called without the framework."""
        return self._read_directly is not None

    def get_route_handler(self) -> Handle:
        """Return FastAPI's handler behind the guard and the readers of its query and body.

        The body comes first: a slow one keeps nobody from the connections of the database.
        """
        framework = super().get_route_handler()
        called = direct(self, framework)
        handle = self._guarded(asked_by_name(called, self.dependant))
        self._read_directly: Read | None = None
        if not self.methods or self.methods <= BODILESS:
            return handle
        if self.body_field is None or isinstance(self.body_field.field_info, params.Form):
            return _behind_whole_body(handle)
        read = _reading(handle)
        if called is not framework:
            self._read_directly = read

        async def read_strictly(request: Request) -> Response:
            return await read(ParsedRequest(request.scope, request.receive))

        return read_strictly

    def _guarded(self, handle: Handle) -> Handle:
        words: Iterable[object] = (one.dependency for one in self.dependencies)
        guard = next((word for word in words if isinstance(word, Guard)), None)
        if guard is None:
            return handle
        opened = guard.opened

        async def let_in(request: Request) -> Response:
            async with opened(request):
                return await handle(request)

        return let_in


def _reading(handle: Handle) -> Read:
    """Return what reads the body, and has the request answered."""

    async def read(request: ParsedRequest) -> Response:
        await request.read()
        return await handle(request)

    return read


def _answering(read: Read) -> ASGIApp:
    """Return an application that sends the answer, without the stacks that FastAPI makes for it.

    What is raised is answered further out, where FastAPI's own handlers stand once more.
    """

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        response = await read(ParsedRequest(scope, receive))
        await response(scope, receive, send)

    return app


def _behind_whole_body(handle: Handle) -> Handle:
    """Have a body that only tells retries apart come before a transaction begins.

    Else whoever sends one slowly keeps a connection to the database for as long.
    """

    async def wait(request: Request) -> Response:
        await request.body()
        return await handle(request)

    return wait
