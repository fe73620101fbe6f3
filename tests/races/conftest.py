"""The service on a database of its own, with real commits and as many connections as it may have.

Business time runs fast while a race is on: what happens a millisecond late is seconds late, so that
an act which goes by an old reading of the clock is found out.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.core.database import make_sessions
from app.core.migrations import newest_revision
from app.main import create_app, make_tools
from tests.races.house import NINE, House, count_statement


@dataclass
class RunningClock:
    """Business time: stands still until a race sets it going, `speed` seconds a second."""

    at: datetime
    speed: int = 0
    since: float = 0.0

    def __call__(self) -> datetime:
        return self.at + timedelta(seconds=(perf_counter() - self.since) * self.speed)

    def run(self, speed: int) -> None:
        self.at, self.since, self.speed = self(), perf_counter(), speed


@pytest.fixture(scope="session")
def settings() -> Settings:
    """Patient: waiting long for a connection or a lock is no failure on a slow machine."""
    return Settings(pool_timeout_seconds=60, lock_timeout_ms=30_000)


@pytest.fixture
def sessions(database: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """The service's own session factory: what is committed is there for all."""
    event.listen(database.sync_engine, "before_cursor_execute", count_statement)
    return make_sessions(database)


@pytest.fixture
def app(settings: Settings, sessions: async_sessionmaker[AsyncSession]) -> FastAPI:
    app = create_app(settings)
    app.state.process = Process(
        settings=settings,
        sessions=sessions,
        tools=make_tools(settings),
        cursors=Cursors(settings.cursor_secret.get_secret_value()),
        schema_head=newest_revision() or "",
    )
    return app


@pytest.fixture
async def house(app: FastAPI, sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[House]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://gate.test") as http:
        clock = RunningClock(NINE)
        app.state.process.machine_now = clock
        await app.state.process.pulse()
        yield House(app, http, sessions, clock)
