"""JSON as RFC 8259 wants it read: one meaning, whatever reads it; anything else is a 400.

Python's own parser takes NaN, lets the last of two equal names win, makes 1e400 infinite and ends
deep nesting with a RecursionError. Here each of those is an error that names the rule.
"""

import json
import math
import re
from collections.abc import Sequence
from typing import Any, NoReturn

from fastapi import params
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope

from app.api.failures import MalformedBodyError, NotJsonMediaTypeError
from app.api.field_errors import RequestFieldError
from app.domain.errors import FieldError

DEPTH = 32
MOST_NAMES = 1000

# A string may end nowhere: it then reaches to the end, so that a scan is never quadratic.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


def parse(body: bytes, depth: int = DEPTH) -> Any:  # noqa: ANN401 - JSON is any value
    """Return the value of a JSON text whose arrays and objects nest `depth` levels at most.

    Raises:
        MalformedBodyError: naming the rule that the text breaks.
    """
    if body.count(b"{") + body.count(b"[") > depth:  # cheap; counting right is not
        _ensure_shallow(body, depth)
    try:
        return _DECODER.decode(body.decode())
    except UnicodeDecodeError:
        raise _malformed(FieldError("", "utf-8")) from None
    except json.JSONDecodeError as error:
        where = {"line": error.lineno, "column": error.colno}
        raise _malformed(RequestFieldError("", "json-syntax", facts=where)) from None
    except ValueError:  # Python converts no more than 4,300 digits
        raise _malformed(FieldError("", "number-not-finite")) from None


def _malformed(error: FieldError) -> MalformedBodyError:
    return MalformedBodyError(errors=[error])


def _ensure_shallow(body: bytes, depth: int) -> None:
    level = 0
    for token in _TOKEN.finditer(body):
        first = token.group()[:1]
        level += (first in b"[{") - (first in b"]}")
        if level > depth:
            raise _malformed(RequestFieldError("", "too-deep", facts={"max": depth}))


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _malformed(RequestFieldError("", "duplicate-name", facts={"name": _twice(pairs)}))
    if len(fields) > MOST_NAMES:
        raise _malformed(RequestFieldError("", "too-many-names", facts={"max": MOST_NAMES}))
    return fields


def _twice(pairs: Sequence[tuple[str, Any]]) -> str:
    """Return the first name that comes again, fit for an answer: short and valid UTF-8."""
    seen: set[str] = set()
    for name, _ in pairs:
        if name in seen:
            return name[:80].encode("utf-8", "replace").decode()
        seen.add(name)
    return ""


def _refuse_number(_: str) -> NoReturn:
    raise _malformed(FieldError("", "number-not-finite"))


def _float(digits: str) -> float:
    number = float(digits)
    return number if math.isfinite(number) else _refuse_number(digits)


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_refuse_number, parse_float=_float
)


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


def _is_json(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind[-5:] == "+json")


class StrictRoute(APIRoute):
    """The route class of every router here: JSON bodies are read by `parse`, and only once."""

    def get_route_handler(self) -> Any:  # noqa: ANN401 - FastAPI's own coroutine type
        """Return FastAPI's handler behind the strict reader where there is a JSON body."""
        handle = super().get_route_handler()
        if self.body_field is None or isinstance(self.body_field.field_info, params.Form):
            return handle

        async def read_strictly(request: Request) -> Response:
            parsed = ParsedRequest(request.scope, request.receive)
            await parsed.read()
            return await handle(parsed)

        return read_strictly
