"""A request has one connection: many that each wait for a second one would wait for ever."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from tests.api.conftest import Gate


class OneAtATime:
    """Sessions of which nobody has a second one."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._is_out = False

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        with self._leased():
            async with self._sessions.begin() as session:
                yield session

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[AsyncSession]:
        with self._leased():
            async with self._sessions() as session:
                yield session

    @contextmanager
    def _leased(self) -> Iterator[None]:
        assert not self._is_out, "a second connection is asked for"
        self._is_out = True
        try:
            yield
        finally:
            self._is_out = False


async def test_changed_reference_data_are_read_on_the_connection_that_is_there(
    gate: Gate, app: FastAPI, sessions: async_sessionmaker[AsyncSession]
) -> None:
    await gate.register()
    process = app.state.process
    process.sessions = OneAtATime(sessions)
    process.reference = None

    assert 200 == (await gate.get("/v1/entries", "company-1")).status_code

    process.reference = None
    await process.pulse()
    process.reference = None
    assert (await process.readiness()).database is None
