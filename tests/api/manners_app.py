"""A small application with every manner and no database, for the tests of the manners."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
from fastapi import APIRouter, Depends, FastAPI, Form, Request
from pydantic import Field
from starlette.responses import Response

from app.api.caching import conditional, expected_versions
from app.api.idempotency import IdempotencyKey, Replay, RequiredIdempotencyKey, fingerprint
from app.api.manners import install
from app.api.metrics import Metrics
from app.api.openapi import API_KEY, application
from app.api.paging import AskedPage, Cursors, Page
from app.api.problems import problem_responses
from app.api.rate_limits import RateLimits, client_of
from app.api.schemas.types import (
    PERSONAL,
    AmountIn,
    Choice,
    Code,
    Day,
    In,
    Instant,
    Kilograms,
    Label,
    Open,
    Out,
    RawIdentifier,
)
from app.api.strict_json import StrictRoute
from app.domain.errors import (
    BusyError,
    FieldError,
    GateNotFoundError,
    KeyInvalidError,
    NotFoundError,
    StaleVersionError,
    UnknownCodeError,
)
from app.domain.vocabulary import Lane

TAGS = [{"name": "trucks", "description": "Vehicles of the tests."}]
LIMIT = 20_000


class DriverIn(In):
    name: Annotated[Label, PERSONAL]
    phone: Annotated[Label | None, PERSONAL] = None


class TruckIn(In):
    plate: RawIdentifier
    gross_kg: Kilograms
    lane: Choice[Lane] | None = None
    arrives_at: Instant | None = None
    on: Day | None = None
    paid: AmountIn | None = None
    driver: DriverIn | None = None
    note: Kilograms | Label | None = None
    axles_kg: Annotated[list[Kilograms] | None, Field(max_length=3)] = None


class TruckOut(Out):
    plate: str
    lane: Annotated[Lane, Open] | None
    arrives_at: Instant | None


Key = Annotated[object, Depends(API_KEY)]

routes = APIRouter(prefix="/v1/trucks", tags=["trucks"], route_class=StrictRoute)
REMOVED: dict[str, object] = {}
CURSORS = Cursors("a secret of the tests")
LIMITS = RateLimits({"public": "3/minute"}, clock=lambda: 0)


def _out(body: TruckIn) -> TruckOut:
    return TruckOut(plate=body.plate, lane=body.lane, arrives_at=body.arrives_at)


@routes.post("", status_code=201, responses=problem_responses(UnknownCodeError, BusyError))
async def add_truck(body: TruckIn, _key: IdempotencyKey = None) -> TruckOut:
    """Add a truck."""
    return _out(body)


@routes.get("")
async def list_trucks(page: AskedPage, lane: Code | None = None) -> Page[TruckOut]:
    """List trucks, three in all."""
    filters = {"lane": lane}
    first = 0
    if page.cursor:
        first = int(str(CURSORS.read(page.cursor, "trucks", filters, values=1)[0]))
    found = [TruckOut(plate=str(n), lane=None, arrives_at=None) for n in range(3)]
    rest = found[first : first + page.limit]
    after = first + len(rest)
    more = CURSORS.issue([after], "trucks", filters) if after < len(found) else None
    return Page[TruckOut](items=rest, next_cursor=more)


@routes.post("/calls", responses=problem_responses())
async def call_truck(request: Request, _key: RequiredIdempotencyKey) -> Response:
    """Call a truck; a second request with the same key is a replay."""
    mark = (await fingerprint(request)).hex()
    raise Replay(201, {"Content-Type": "application/json", "Location": "/x"}, f'"{mark}"'.encode())


@routes.post("/forms")
async def send_form(note: Annotated[str, Form()]) -> TruckOut:
    """Read a form."""
    return TruckOut(plate=note, lane=None, arrives_at=None)


@routes.get("/limited")
async def limited_truck(request: Request) -> TruckOut:
    """Answer three times a minute."""
    LIMITS.admit(request.scope, "public", client_of(request.scope))
    return TruckOut(plate="1", lane=Lane.GREEN, arrives_at=None)


@routes.get("/cached")
async def cached_truck(request: Request) -> Response:
    """Answer with an entity tag."""
    return conditional(request, b'{"plate":"1"}', 30)


@routes.get("/{code}/failure", responses=problem_responses(GateNotFoundError, BusyError))
async def fail(code: Code) -> TruckOut:
    """Fail in a way that `code` names."""
    failures: dict[str, Exception] = {
        "no-gate": GateNotFoundError(),
        "busy": BusyError(7),
        "no-key": KeyInvalidError(),
        "no-code": NotFoundError(),
        "phone": UnknownCodeError(errors=[FieldError("/driver/phone", "unknown-code", "0912")]),
        "code": UnknownCodeError.at("/gate", "huu-ngi"),
        "boom": RuntimeError("the phone is 0912345678"),
    }
    raise failures[code]


@routes.patch("/{code}")
async def amend_truck(code: Code, body: TruckIn, request: Request) -> TruckOut:
    """Amend version 3 of a truck."""
    if 3 not in expected_versions(request.headers.get("if-match")):
        raise StaleVersionError(truck=code)
    return _out(body)


@routes.delete("/{code}", status_code=204)
async def remove_truck(code: Code, key: Key) -> None:
    """Remove a truck."""
    REMOVED[code] = key


def make_app(metrics: Metrics | None = None) -> FastAPI:
    """Return the application, its manners installed."""
    app = application(version="1.0", tags=TAGS)
    app.include_router(routes)
    install(app, max_body_bytes=LIMIT, max_body_depth=32, metrics=metrics)
    return app


async def make_client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of `app`."""
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as client:
        yield client
