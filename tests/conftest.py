"""One PostgreSQL a run, one template in it, a database for each worker process cloned from that."""

import asyncio
import gc
import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import hypothesis
import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)

from app.core.config import Settings
from app.core.database import make_engine
from app.core.embedded import FAST, EmbeddedServer
from app.core.postgres_account import EmbeddedServerError

TEMPLATE = "template_of_tests"
FOLDER = "gate-tests-"
SETTLED_SECONDS = 60
CLONE = "CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY"

T = TypeVar("T")
NewDatabase = Callable[[], Awaitable[AsyncEngine]]

# How many examples a longer hunt of the stateful tests has; None is as many as every run has.
EXAMPLES_WANTED = (
    int(os.environ["GATE_TEST_EXAMPLES"]) if "GATE_TEST_EXAMPLES" in os.environ else None
)

# To look for cycles as often as Python does takes an eighth of the tests' time.
gc.set_threshold(20_000, 10, 10)

# Tests must not depend on who runs them.
for _name in list(os.environ):
    if _name.startswith(("GATE_", "OTEL_", "PG")) or _name in {"DATABASE_URL", "HOST", "PORT"}:
        del os.environ[_name]

# No test has a time limit: a machine that is busy is not a fault of the product. CI tries each
# property a hundred times, `--hypothesis-profile=deep`; who waits for the answer, a fourth of that.
UNTIMED = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.register_profile("deep", UNTIMED)
hypothesis.settings.register_profile("brief", UNTIMED, max_examples=25)
hypothesis.settings.load_profile("brief")


def by_depth(brief: T, deep: T) -> T:
    """Return how far to look for what is hardly ever there: `deep` in CI's runs."""
    return deep if hypothesis.settings.get_current_profile_name() == "deep" else brief


def key_of(name: str) -> str:
    """Return the API key of a sandbox member in every test database."""
    return f"test-key-of-{name}"


class Server:
    """The PostgreSQL of a run; its address is the one thing worker processes need."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def start(self) -> str:
        sweep()
        folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix=FOLDER))
        server = self._stack.enter_context(EmbeddedServer(Path(folder), options=FAST))
        try:
            # Not in this thread: pytest-asyncio keeps its own loop here.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(asyncio.run, _make_template(server.url)).result()
        except BaseException:
            self.stop()
            raise
        return server.url

    def stop(self) -> None:
        self._stack.close()


def sweep() -> None:
    """Stop the servers of runs that were killed, and remove their data."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDER}*"):
        try:
            if time.time() - folder.stat().st_mtime > SETTLED_SECONDS:
                with EmbeddedServer(folder, options=FAST):  # starting it stops the orphan
                    pass
                shutil.rmtree(folder)
        except (EmbeddedServerError, OSError):
            continue  # it lives, it is somebody else's, or another run sweeps too


SERVER = pytest.StashKey[Server]()
ADDRESS = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Start the server for the workers of a parallel run; a single process starts it when asked."""
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        config.stash[SERVER] = Server()
        config.stash[ADDRESS] = config.stash[SERVER].start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if SERVER in config.stash:
        config.stash[SERVER].stop()


def pytest_collection_finish() -> None:
    """Keep what was loaded: looked through again and again, it takes a twentieth of their time."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Item) -> None:
    """Tell a worker process of xdist where the server is."""
    node.workerinput["database"] = node.config.stash[ADDRESS]  # type: ignore[attr-defined] # xdist's, which has no types


@pytest.fixture(scope="session")
def server_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """The address of the run's server; it has the template."""
    given = getattr(pytestconfig, "workerinput", {})
    if "database" in given:
        yield given["database"]
        return
    server = Server()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def settings() -> Settings:
    """The settings of tests: every default, nothing of this machine."""
    return Settings()


@pytest.fixture(scope="session")
async def engine(server_url: str, settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The engine of this worker process's own database; only rolled-back tests use it."""
    async with _maintenance(server_url) as connection:
        engine = await _clone(connection, server_url, settings)
    yield engine
    await engine.dispose()


@pytest.fixture
async def connection(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection whose transaction is rolled back when the test ends."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()


@pytest.fixture
def sessions(connection: AsyncConnection) -> async_sessionmaker[AsyncSession]:
    """The service's session factory, its commits being savepoints of the test's transaction."""
    return async_sessionmaker(
        connection,
        expire_on_commit=False,
        join_transaction_mode="create_savepoint",
    )


@pytest.fixture
async def new_database(server_url: str, settings: Settings) -> AsyncIterator[NewDatabase]:
    """A function giving an engine of a new database with real commits, gone after the test."""
    engines: list[AsyncEngine] = []

    async def make() -> AsyncEngine:
        async with _maintenance(server_url) as connection:
            engines.append(await _clone(connection, server_url, settings))
        return engines[-1]

    yield make
    async with _maintenance(server_url) as connection:
        for engine in engines:
            await engine.dispose()
            await connection.execute(text(f"DROP DATABASE {engine.url.database} WITH (FORCE)"))


@pytest.fixture
async def database(new_database: NewDatabase) -> AsyncEngine:
    """An engine of a new database with real commits, for tests of two at once."""
    return await new_database()


@pytest.fixture
async def empty_database(server_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine of a new database without a table; no connection outlives its use."""
    name = f"empty_{uuid4().hex}"
    async with _maintenance(server_url) as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    yield create_async_engine(_address(server_url, name), poolclass=NullPool)
    async with _maintenance(server_url) as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@asynccontextmanager
async def _maintenance(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def _clone(connection: AsyncConnection, url: str, settings: Settings) -> AsyncEngine:
    name = f"test_{uuid4().hex}"
    await connection.execute(text(CLONE.format(name=name, template=TEMPLATE)))
    return make_engine(_address(url, name), settings)


async def _make_template(url: str) -> None:
    from tests.template import prepare_template  # noqa: PLC0415 - domain tests do without services

    async with _maintenance(url) as connection:
        await connection.execute(text(f"CREATE DATABASE {TEMPLATE}"))
    engine = make_engine(_address(url, TEMPLATE), Settings())
    await prepare_template(engine)
    await engine.dispose()


def _address(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
