"""Answers on a shelf: bytes that many ask for, sent before anything else looks at a request.

Finding a route and what the framework does around one cost ten times as much as sending a board.
So a route that made an answer for everybody shelves it, and for the moment that it may be kept
this class sends the same bytes with the same manners. Only their line in the debug log is missing.
"""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from fastapi import FastAPI
from starlette.datastructures import State
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.caching import JSON, NOT_MODIFIED, etag_of, is_known
from app.api.failures import RateExceededError
from app.api.memory import Moments
from app.api.metrics import Metrics, operations_of
from app.api.middleware import DEFAULT_HEADERS, Header, first_of_each, request_id_of
from app.api.rate_limits import SCOPE_KEY, Work, client_of
from app.api.strict_json import StrictRoute
from app.api.texts import language_in, language_of

OK: Final = 200
OF_A_BODY: Final = 2  # length and type stand first among the headers
POLICY: Final = DEFAULT_HEADERS[0]
API: Final = "/v1/"

Fields = Mapping[bytes, bytes]


@dataclass(frozen=True, slots=True)
class Shelved:
    """One answer, and whom metrics count it for."""

    body: bytes
    etag: str
    headers: tuple[Header, ...]
    endpoint: Callable[..., object]

    def is_known(self, if_none_match: str | None) -> bool:
        """Tell whether the client has this answer."""
        return is_known(if_none_match, self.etag)

    def headers_of(self, *, known: bool) -> tuple[Header, ...]:
        """Return the headers of the answer, those of a body only where there is one."""
        return self.headers[OF_A_BODY:] if known else self.headers


Shelf = Moments[Shelved]
"""The answers that are ready, by path and language; pages by path and look."""


def shelve(  # noqa: PLR0913 - each is one header, but for the instant
    shelf: Shelf,
    request: Request,
    body: bytes,
    *,
    public: bool = True,
    vary: str | None = None,
    until: float | None = None,
) -> Response:
    """Answer `request` with `body`, or 304, and keep it for whoever asks the same next.

    It is kept for a second, or `until` an instant of the shelf's clock where others drew it.
    """
    headers = {"cache-control": f"{'public' if public else 'private'}, max-age=1"}
    if vary:
        headers["vary"] = vary
    shelved = shelved_of(request, body, JSON, headers)
    shelf.put((request.scope["path"], language_of(request.scope)), shelved, until)
    return answer_of(request, shelved)


def shelved_of(
    request: Request, body: bytes, media_type: str, headers: Mapping[str, str]
) -> Shelved:
    """Return an answer that may be shelved, with its tag and the policy of what is no page."""
    etag = etag_of(body)
    whole = {
        "content-length": str(len(body)),
        "content-type": media_type,
        "etag": etag,
        POLICY[0].decode(): POLICY[1].decode(),
        **{name.lower(): value for name, value in headers.items()},
    }
    raw = tuple((name.encode(), value.encode()) for name, value in whole.items())
    return Shelved(body, etag, raw, request.scope["endpoint"])


def answer_of(request: Request, shelved: Shelved) -> Response:
    """Return an answer of the shelf, or 304 where the client has it."""
    known = shelved.is_known(request.headers.get("if-none-match"))
    response = Response(status_code=NOT_MODIFIED) if known else Response(shelved.body)
    response.raw_headers = list(shelved.headers_of(known=known))
    return response


class Front:
    """The small class in front: it knows the shelf and the manners, and no route."""

    def __init__(
        self,
        app: FastAPI,
        metrics: Metrics,
        headers: tuple[Header, ...],
        look_in: Callable[[Fields], Hashable] = language_in,
    ) -> None:
        """Stand before `app`, whose state has the shelf once it runs; `headers` are on all.

        `look_in` tells from the fields of a request how a page is to look.
        """
        self._state = app.state
        self._count = metrics.count
        self._operation_of = operations_of(app)
        self._headers = headers
        self._look_in = look_in
        # A body, or one that may be coming, is counted and refused on the long way.
        self.long_way = {b"content-length", b"transfer-encoding"}
        """The header fields of requests that are answered elsewhere."""

    async def sends(self, scope: Scope, send: Send) -> bool:
        """Answer a request where its answer is ready; else tell that somebody else must."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["query_string"]:
            return False
        began = perf_counter()
        process = getattr(self._state, "process", None)
        fields = first_of_each(scope)
        if process is None or not self.long_way.isdisjoint(fields):
            return False
        path: str = scope["path"]
        look = language_in(fields) if path.startswith(API) else self._look_in(fields)
        answer: Shelved | None = process.shelf.get((path, look))
        if answer is None or not self._admits(scope):
            return False
        held = fields.get(b"if-none-match")
        known = held is not None and answer.is_known(held.decode("latin-1"))
        status = NOT_MODIFIED if known else OK
        headers = [
            *answer.headers_of(known=known),
            (b"x-request-id", request_id_of(fields)),
            *self._headers,
            *scope[SCOPE_KEY],
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if known else answer.body})
        operation = self._operation_of(answer.endpoint)
        self._count(operation, "GET", status, perf_counter() - began)
        return True

    def _admits(self, scope: Scope) -> bool:
        """Count the request; one that is too many is refused on the long way."""
        try:
            self._state.rate_limits.admit(scope, Work.PUBLIC, client_of(scope))
        except RateExceededError:
            return False
        return True


class Kept(State):
    """An application's state with plain attributes: Starlette's own are each found by a call."""

    def __setattr__(self, key: str, value: object) -> None:
        """Keep `value`."""
        object.__setattr__(self, key, value)


class ShortWay:
    """Answers where endpoints are called directly: the middleware stands around it, no more.

    Of a price, what the framework does between these took a tenth of the time.
    """

    def __init__(self, app: FastAPI) -> None:
        """Know the routes of `app` that answer directly; make it when all else is there."""
        self._routes = {
            (method, route.path): {"app": app, "route": route, "endpoint": route.endpoint}
            for route in app.routes
            if isinstance(route, StrictRoute) and route.is_direct and "{" not in route.path
            for method in route.methods or ()
        }
        answer: ASGIApp = ExceptionMiddleware(_as_routed, handlers=app.exception_handlers)
        for one in reversed(app.user_middleware):
            answer = one.cls(answer, *one.args, **one.kwargs)
        self._answer = answer

    async def answers(self, scope: Scope, receive: Receive, send: Send) -> bool:
        """Answer a request where its route does so directly; else tell that somebody else must."""
        if scope["type"] != "http" or scope.get("root_path"):
            return False
        found = self._routes.get((scope["method"], scope["path"]))
        if found is None:
            return False
        scope.update(found, path_params={})
        await self._answer(scope, receive, send)
        return True


async def _as_routed(scope: Scope, receive: Receive, send: Send) -> None:
    await scope["route"].app(scope, receive, send)


class FrontedFastAPI(FastAPI):
    """FastAPI with a front and a short way before everything."""

    front: Front | None = None
    short_way: ShortWay | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from the front or by the short way, else as FastAPI does."""
        if self.front is not None and await self.front.sends(scope, send):
            return
        if self.short_way is None or not await self.short_way.answers(scope, receive, send):
            await super().__call__(scope, receive, send)
