"""The one layer around every request: its id, its limits, headers, metrics, log line, last net."""

import logging
import os
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.failures import BodyTooLargeError, InternalError, NoSuchPathError
from app.api.linked_language import prefer_linked
from app.api.metrics import Metrics, Operation
from app.api.problems import problem_response
from app.api.rate_limits import RECEIVED_KEY, SCOPE_KEY
from app.core.database import is_passing
from app.core.logs import named, outline
from app.core.spans import SpanKind, Spans
from app.domain.errors import BusyError, DomainError

CLIENT_LEFT: Final = 499  # nobody reads it; logs and metrics do
FAILED: Final = 500
FIRST_REFUSAL: Final = 400
LONGEST_LENGTH: Final = 18  # digits; Python refuses to convert thousands of them
READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OPENED: Final = "opened at"
"""Where an answer that goes on says when it began: it is timed until then."""
ABOUT: Final = "entries told of"  # where the edge leaves the ids of the entries that were changed
PATH_ENTRY: Final = "entry"
METHODS: Final = READS | {"POST", "PATCH", "PUT", "DELETE"}

Header = tuple[bytes, bytes]
Asked = tuple[str, str]
"""A method and a path."""

_ENTRY_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_SANE_ID = re.compile(rb"[A-Za-z0-9._-]{8,64}")

_LOG = structlog.get_logger("access")

SECURITY_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not `no-referrer`: with it a form of ours would come from the origin "null".
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
# Kept out of answers that say otherwise: the pages of documents, and what may be cached.
DEFAULT_HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)
HSTS: Final = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")


class Manners:
    """Pure ASGI; no task, no queue, one object a request."""

    def __init__(  # noqa: PLR0913 - each is one of the manners
        self,
        app: ASGIApp,
        *,
        operation_of: Callable[[object], Operation],
        metrics: Metrics,
        max_body_bytes: int,
        longer: Mapping[Asked, int] | None = None,
        hsts: bool = False,
        spans: Spans | None = None,
    ) -> None:
        """Wrap `app`; `operation_of` tells which operation an endpoint does.

        `longer` has the limits of those that take more than `max_body_bytes`.
        """
        self.app = app
        self.operation_of = operation_of
        self.metrics = metrics
        self._most = max_body_bytes
        self._longer = longer or {}
        self.spans = spans
        self.headers = security_headers(hsts=hsts)

    def limit_of(self, scope: Scope) -> int:
        """Return how many bytes the body of a request may have."""
        return self._longer.get((scope["method"], scope["path"]), self._most)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request; whatever goes wrong inside ends as a problem, never as a traceback."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        prefer_linked(scope)
        exchange = _Exchange(self, scope, receive, send)
        bound = structlog.contextvars.bind_contextvars(request_id=exchange.request_id)
        try:
            await self._answer(exchange)
        finally:
            self._record(exchange)
            structlog.contextvars.reset_contextvars(**bound)

    async def _answer(self, exchange: "_Exchange") -> None:
        try:
            exchange.ensure_acceptable()
            await self.app(exchange.scope, exchange.receive, exchange.send)
        except DomainError as error:
            await exchange.refuse(error)
        except ClientDisconnect:
            exchange.status = CLIENT_LEFT
        except Exception as error:
            passing = is_passing(error)
            log, words = (_LOG.warning, "busy") if passing else (_LOG.error, "request failed")
            log(words, error=outline(error), **exchange.told())
            if exchange.is_started:  # the answer is cut short: the server closes the connection
                raise
            await exchange.refuse(BusyError() if passing else InternalError(exchange.request_id))

    def _record(self, exchange: "_Exchange") -> None:
        seconds = exchange.scope.get(OPENED, time.perf_counter()) - exchange.began
        status = exchange.status or CLIENT_LEFT
        self.metrics.count(exchange.operation, exchange.method, status, seconds)
        # Reads are the load; their counts are in the metrics, their lines only in debug logs.
        is_quiet = exchange.method in READS and status < FIRST_REFUSAL
        level = logging.DEBUG if is_quiet else logging.INFO
        if _LOG.is_enabled_for(level):
            _LOG.log(
                level, "request", status=status, ms=round(seconds * 1000, 2), **exchange.told()
            )
        if self.spans is not None:
            self._trace(self.spans, exchange, status, seconds)

    def _trace(self, spans: Spans, exchange: "_Exchange", status: int, seconds: float) -> None:
        """Record what the log line tells, under OpenTelemetry's names where it has some."""
        name, route = exchange.operation
        about = named(_entries_of(exchange.scope))
        headers = exchange.scope["headers"]
        spans.record(
            f"{exchange.method} {route}",
            seconds,
            {
                "http.request.method": exchange.method,
                "http.route": route,
                "http.response.status_code": status,
                "gate.operation": name,
                "gate.request_id": exchange.request_id,
                **{f"gate.{key}": value for key, value in about.items()},
            },
            failed=status >= FAILED,
            kind=SpanKind.SERVER,
            traceparent=next((value for key, value in headers if key == b"traceparent"), b""),
        )


class _Exchange:
    """One request and its answer."""

    __slots__ = (
        "_length",
        "_limit",
        "_manners",
        "_receive",
        "_send",
        "began",
        "received",
        "request_id",
        "scope",
        "status",
    )

    def __init__(self, manners: Manners, scope: Scope, receive: Receive, send: Send) -> None:
        self.began = time.perf_counter()
        self.scope = scope
        self.received = 0
        self.status = 0
        self._manners = manners
        self._limit = manners.limit_of(scope)
        self._receive = receive
        self._send = send
        fields = first_of_each(scope)
        self._length = fields.get(b"content-length", b"")
        self.request_id = scope["request_id"] = str(request_id_of(fields), "ascii")

    @property
    def is_started(self) -> bool:
        return self.status != 0

    def ensure_acceptable(self) -> None:
        """Refuse what need not be read: a body declared too long, a path no database can hold."""
        if self._length.isdigit() and _exceeds(self._length, self._limit):
            raise BodyTooLargeError(self._limit)
        if "\0" in self.scope["path"]:
            raise NoSuchPathError

    async def receive(self) -> Message:
        """Pass a part of the body on, counting: a chunked body declares no length."""
        message = await self._receive()
        if message["type"] == "http.request":
            self.received += len(message.get("body", b""))
            self.scope[RECEIVED_KEY] = self.received
            if self.received > self._limit:
                raise BodyTooLargeError(self._limit)
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, with our headers on its start."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._headers(message.get("headers", ()))}
        await self._send(message)

    async def refuse(self, error: DomainError) -> None:
        """Answer with the problem that `error` is."""
        await problem_response(error, self.scope)(self.scope, self._receive, self.send)

    @property
    def method(self) -> str:
        """The method as logs and metrics name it."""
        method: str = self.scope["method"]
        return method if method in METHODS else "OTHER"

    @property
    def operation(self) -> Operation:
        """The operation that the request has matched."""
        return self._manners.operation_of(self.scope.get("endpoint"))

    def told(self) -> Mapping[str, object]:
        """Return what a log line may say of the request: what it asked for, which entries."""
        name, route = self.operation
        about = named(_entries_of(self.scope))
        return {"operation": name, "method": self.method, "route": route, **about}

    def _headers(self, own: Iterable[Header]) -> list[Header]:
        headers = [*own, (b"x-request-id", self.request_id.encode()), *self._manners.headers]
        if SCOPE_KEY in self.scope:
            headers += self.scope[SCOPE_KEY]
        present = {name for name, _ in headers}
        headers += [header for header in DEFAULT_HEADERS if header[0] not in present]
        return headers


def security_headers(*, hsts: bool) -> tuple[Header, ...]:
    """Return what stands on every answer; `hsts` for servers that are reached by https only."""
    return (*SECURITY_HEADERS, HSTS) if hsts else SECURITY_HEADERS


def first_of_each(scope: Scope) -> dict[bytes, bytes]:
    """Return the header fields of a request by name; of one that came twice, the first."""
    return dict(reversed(scope["headers"]))


def request_id_of(fields: Mapping[bytes, bytes]) -> bytes:
    """Return the client's own id of its request where logs and headers may show it, else a new."""
    own = fields.get(b"x-request-id")
    return own if own and _SANE_ID.fullmatch(own) else os.urandom(16).hex().encode()


def _entries_of(scope: Scope) -> Sequence[UUID]:
    """Return the entries that a request changed, else the one that its path names."""
    changed: Sequence[UUID] = scope.get(ABOUT, ())
    asked = scope.get("path_params", {}).get(PATH_ENTRY, "")
    # Whatever else stands in its place may be a plate.
    return changed or ([UUID(asked)] if _ENTRY_ID.fullmatch(asked) else ())


def _exceeds(digits: bytes, limit: int) -> bool:
    return len(digits) > LONGEST_LENGTH or int(digits) > limit
