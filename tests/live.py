"""The service as clients meet it: uvicorn on a port of this machine, real HTTP, real commits."""

import asyncio
import base64
import socket
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Thread
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import httpx
import uvicorn
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.pool import NullPool

from app.api.rate_limits import Work
from app.cli.serving import config_of_service, server_of
from app.core.config import SECRETS, Mode, Settings
from app.domain.questions import ClockRow
from app.main import create_app, make_tools
from app.repositories.unit_of_work import UnitOfWork
from app.services.upkeep.people import invite_sandbox_people
from tests.conftest import CLONE, TEMPLATE, key_of

# A Wednesday on which Tân Thanh is open and its green lane runs: no test depends on the hour.
NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
WITHOUT_LIMITS = {f"rate_limit_{work}": "1000000/minute" for work in (*Work, "guesses")}
PATIENCE_SECONDS = 30
KEYS = "new:" + base64.b64encode(bytes(range(32))).decode()
OWN: dict[str, Any] = dict.fromkeys(SECRETS, "s" * 40) | {"data_keys": KEYS, "signing_keys": KEYS}
"""Secrets of a service's own, without which there is no production."""


@dataclass(frozen=True)
class Live:
    """A service that runs; its business clock went on from NINE when it started."""

    url: str
    http: httpx.Client
    address: str = ""
    """Of its database, for what workers do."""

    def ask(self, method: str, path: str, who: str | None = None, **more: Any) -> httpx.Response:
        """Send a request as `who`, one of the sandbox's names."""
        headers = {**({"Authorization": f"Bearer {key_of(who)}"} if who else {})}
        headers |= more.pop("headers", {})
        return self.http.request(method, path, headers=headers, **more)


@contextmanager
def live(server_url: str, **changes: Any) -> Iterator[Live]:
    """Serve a database of its own with settings that are the defaults but for `changes`."""
    with _database(server_url) as address, _serve(address, changes) as one:
        yield one


@contextmanager
def live_with_people(server_url: str, **changes: Any) -> Iterator[Live]:
    """Serve as `live` does, with somebody of each kind to sign in as, and the workers' work."""
    with (
        _database(server_url, people=True) as address,
        _serve(address, changes, is_alone=True) as one,
    ):
        yield one


@contextmanager
def live_pair(server_url: str, **changes: Any) -> Iterator[tuple[Live, Live]]:
    """Serve one database by two processes' worth of service, as `live` does."""
    with (
        _database(server_url) as address,
        _serve(address, changes) as first,
        _serve(address, changes) as second,
    ):
        yield first, second


@contextmanager
def live_in_production(server_url: str) -> Iterator[tuple[Live, Live]]:
    """Serve a database as in production, and beside it as a sandbox, where its people sign in."""
    strict = {**OWN, "mode": Mode.PRODUCTION, "log_origin": "gate.example"}
    with (
        _database(server_url, people=True, **OWN) as address,
        _serve(address, strict) as production,
        _serve(address, OWN) as sandbox,
    ):
        yield production, sandbox


@contextmanager
def _serve(address: str, changes: Mapping[str, Any], *, is_alone: bool = False) -> Iterator[Live]:
    with ExitStack() as stack:
        named: dict[str, Any] = {**WITHOUT_LIMITS, **changes, "database_url": SecretStr(address)}
        listener = stack.enter_context(_listener())
        stack.enter_context(_serving(Settings(**named), listener, is_alone=is_alone))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        yield Live(url, stack.enter_context(httpx.Client(base_url=url, timeout=30)), address)


def _listener() -> socket.socket:
    """Return a socket on a free port; asyncio sends at once only where the protocol is named."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    return listener


@contextmanager
def _serving(settings: Settings, listener: socket.socket, *, is_alone: bool) -> Iterator[None]:
    server = (
        server_of(settings, "", is_alone=True)
        if is_alone
        else uvicorn.Server(config_of_service(create_app(settings), settings))
    )
    thread = Thread(target=_in_own_loop, args=(lambda: server.serve([listener]),))
    thread.start()
    until = monotonic() + PATIENCE_SECONDS
    while not server.started and thread.is_alive() and monotonic() < until:
        sleep(0.01)
    assert server.started
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(PATIENCE_SECONDS)


@contextmanager
def prepared_database(server_url: str) -> Iterator[str]:
    """Give the address of a database of its own, as the template is."""
    name = f"live_{uuid4().hex}"
    url = make_url(server_url)
    _apart(lambda: _run(server_url, CLONE.format(name=name, template=TEMPLATE)))
    yield url.set(database=name).render_as_string(hide_password=False)
    _apart(lambda: _run(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def _database(server_url: str, *, people: bool = False, **changes: Any) -> Iterator[str]:
    with prepared_database(server_url) as address:
        _apart(lambda: _begin(address, Settings(**changes), people=people))
        yield address


def _apart(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Do `work` in a thread: this one keeps the event loop of the tests."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(_in_own_loop, work).result()


def _in_own_loop(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(work())


async def _run(server_url: str, statement: str) -> None:
    engine = create_async_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


async def _begin(address: str, settings: Settings, *, people: bool) -> None:
    engine = create_async_engine(address, poolclass=NullPool)
    async with AsyncSession(engine) as session, session.begin():
        uow = UnitOfWork(session)
        await uow.access.set_clock(ClockRow(datetime.now(UTC), NINE, 1))
        if people:
            await invite_sandbox_people(uow, make_tools(settings).cipher, NINE)
    await engine.dispose()
