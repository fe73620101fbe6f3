"""Whom `make bench` compares with: each answers the measured requests as the service does.

In this process and on the tests' databases, so that a change of the schemas or the tables fails
here, and not minutes into a measurement.
"""

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.core.database import make_sessions
from app.core.migrations import newest_revision
from app.main import create_app, make_tools
from benchmarks.filling import call_back, fill_past, fill_queue, token_of
from benchmarks.peers import bare, limit
from benchmarks.rows import MORNING
from benchmarks.traffic import (
    arrival,
    check,
    check_batch,
    empty_registration,
    quotation,
    registration,
)
from benchmarks.usual_stack import main as usual
from benchmarks.usual_stack.filling import fill
from tests.conftest import key_of

DAY = "2026-12-10"
REGISTER = registration(key_of("company-1"), DAY)
QUOTE = quotation(DAY)
# What is drawn, or told by the clock of whoever answers.
DRAWN = {"id", "reference", "code", "token", "url", "registered_at", "changed_at", "created_at"}

# What does not depend on the plate or on what an order is called.
SAME = ("state", "lane", "findings", "verdict", "charge", "balance", "driver")


async def answer(app: ASGIApp, message: bytes, number: int = 0) -> httpx.Response:
    """Send a ready message of the load generator as the requests `number` of a run."""
    named = message.replace(b"@NUMBER@", b"%08d" % number)
    head, _, body = named.replace(b"@PLATE@@", b"11C%05d" % number).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as http:
        return await http.request(method, path, headers=headers, content=body)


def without_drawn(document: Any) -> Any:
    """Return an answer without what differs from one to the next."""
    if isinstance(document, Mapping):
        return {name: without_drawn(value) for name, value in document.items() if name not in DRAWN}
    if isinstance(document, list):
        return [without_drawn(one) for one in document]
    return document


@pytest.fixture
async def service(database: AsyncEngine, settings: Settings) -> FastAPI:
    """The service on a database of its own, on a morning on which Tân Thanh is open."""
    app = create_app(settings)
    app.state.process = Process(
        settings=settings,
        sessions=make_sessions(database),
        tools=make_tools(settings),
        cursors=Cursors("a secret of the tests"),
        schema_head=newest_revision() or "",
    )
    app.state.process.machine_now = lambda: MORNING
    return app


@pytest.fixture
async def limit_app(service: FastAPI, tmp_path: Path) -> FastAPI:
    """The limit, with what the service answers to the measured requests."""
    for name, message in (("entry.json", REGISTER), ("quotes.json", QUOTE)):
        (tmp_path / name).write_bytes((await answer(service, message)).content)
    return limit.create_app(tmp_path)


@pytest.fixture
async def usual_app(
    database: AsyncEngine, empty_database: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[FastAPI]:
    """The usual stack on a database of its own."""
    urls = [
        engine.url.render_as_string(hide_password=False) for engine in (database, empty_database)
    ]
    await fill(urls[1], {"company-1": key_of("company-1")})
    monkeypatch.setenv("DATABASE_URL", urls[0])
    monkeypatch.setenv("USUAL_DATABASE_URL", urls[1])
    app = usual.create_app()
    async with usual.lifespan(app):
        yield app


async def test_the_limit_answers_what_the_service_answered(
    service: FastAPI, limit_app: FastAPI
) -> None:
    registered, quoted = await answer(limit_app, REGISTER, 1), await answer(limit_app, QUOTE)
    assert (201, 200) == (registered.status_code, quoted.status_code)
    theirs = await answer(service, REGISTER, 1)
    assert 201 == theirs.status_code
    assert theirs.json().keys() == registered.json().keys()
    for part in SAME:
        assert without_drawn(theirs.json()[part]) == without_drawn(registered.json()[part]), part
    assert (await answer(service, QUOTE)).json() == quoted.json()


@pytest.mark.parametrize("sent", ["{}", '{"gate": 1}'])
async def test_the_limit_validates(limit_app: FastAPI, sent: str) -> None:
    for path in ("/v1/entries", "/v1/fees/quotes"):
        message = f"POST {path} HTTP/1.1\r\nContent-Type: application/json\r\n\r\n{sent}"
        assert 422 == (await answer(limit_app, message.encode())).status_code


async def test_the_usual_stack_answers_as_the_service_does(
    service: FastAPI, usual_app: FastAPI
) -> None:
    theirs, ours = await answer(usual_app, REGISTER, 7), await answer(service, REGISTER, 7)
    assert (201, 201) == (theirs.status_code, ours.status_code), theirs.text
    for part in SAME:
        assert without_drawn(ours.json()[part]) == without_drawn(theirs.json()[part]), part
    amounts = [[order["amount"] for order in one.json()["orders"]] for one in (theirs, ours)]
    assert amounts[0] == amounts[1]
    steps = [[step["code"] for step in one.json()["next_steps"]] for one in (theirs, ours)]
    assert steps[0] == steps[1]
    assert ours.json().keys() == theirs.json().keys()


async def test_the_usual_stack_refuses_a_plate_twice_and_answers_a_retry(
    usual_app: FastAPI,
) -> None:
    first = await answer(usual_app, REGISTER, 7)
    plate = REGISTER.replace(b"bench-@NUMBER@", b"bench-another")
    assert 409 == (await answer(usual_app, plate, 7)).status_code
    again = await answer(usual_app, REGISTER, 7)
    assert first.json()["id"] == again.json()["id"]


async def test_the_bare_handler_sends_the_same_bytes(service: FastAPI, tmp_path: Path) -> None:
    token = (await answer(service, REGISTER)).json()["tracking"]["token"]
    paths = ["/v1/queues", f"/v1/tracking/{token}"]
    kept = {}
    for path in paths:
        told = await answer(service, f"GET {path} HTTP/1.1".encode())
        assert 200 == told.status_code
        kept[path] = {"headers": told.headers.multi_items(), "body": told.text}
    (tmp_path / "bare.json").write_text(json.dumps(kept))
    handler = bare.create_app(tmp_path)
    for path in paths:
        told = await answer(handler, f"GET {path} HTTP/1.1".encode())
        assert (kept[path]["headers"], kept[path]["body"]) == (
            told.headers.multi_items(), told.text,
        )  # fmt: skip


async def test_a_queue_and_a_past_that_were_filled_can_be_called(
    service: FastAPI, database: AsyncEngine
) -> None:
    url = database.url.render_as_string(hide_password=False)
    clock = 96_000_000
    await fill_queue(url, MORNING, clock, 9)
    await fill_past(url, MORNING, 1, 20)
    board = json.loads((await answer(service, b"GET /v1/gates/tan-thanh/queues/export X")).text)
    assert (9, {3}) == (board["waiting"], {lane["waiting"] for lane in board["lanes"]})
    call = (
        "POST /v1/gates/tan-thanh/queues/export/calls HTTP/1.1\r\nContent-Type: application/json"
        f"\r\nAuthorization: Bearer {key_of('officer-1')}\r\nIdempotency-Key: k-@NUMBER@"
        '\r\n\r\n{"count": 2}'
    ).encode()
    called = await answer(service, call)
    assert (201, 2) == (called.status_code, len(called.json()["calls"]))
    await call_back(url)
    assert 201 == (await answer(service, call, 1)).status_code


async def test_who_waits_can_look_by_a_link_and_be_checked(
    service: FastAPI, database: AsyncEngine
) -> None:
    await fill_queue(database.url.render_as_string(hide_password=False), MORNING, 96_000_000, 3)
    told = await answer(service, f"GET /v1/tracking/{token_of(3)} X".encode())
    assert (200, "W3") == (told.status_code, told.json()["reference"])
    async with database.connect() as connection:
        entries = [str(one) for one in await connection.scalars(text("SELECT id FROM entries"))]
    key = key_of("customs")
    single = [await answer(service, check(key, entries[0]), number) for number in (1, 2)]
    assert [201, 201] == [one.status_code for one in single]
    assert single[0].json()["id"] != single[1].json()["id"]
    batch = await answer(service, check_batch(key, entries), 3)
    assert (200, 0) == (batch.status_code, batch.json()["refused"])


async def test_an_empty_truck_arrives(service: FastAPI) -> None:
    register = empty_registration(key_of("company-1"), DAY)
    assert 201 == (await answer(service, register, 5)).status_code
    seen = await answer(service, arrival(key_of("border_guard")), 5)
    assert (201, "arrived") == (seen.status_code, seen.json()["state"]), seen.text
