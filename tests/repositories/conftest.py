"""A unit of work on the reference data, and a counter of what it asks the database."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.rows import Actor, add_actor

Statement = tuple[str, Any]
Recording = Callable[[], AbstractContextManager[list[Statement]]]


@pytest.fixture
async def session(sessions: async_sessionmaker[AsyncSession]) -> AsyncIterator[AsyncSession]:
    """The session of a test; what it writes is rolled back."""
    async with sessions() as session:
        yield session


@pytest.fixture
def uow(session: AsyncSession) -> UnitOfWork:
    """A unit of work in `session`."""
    return UnitOfWork(session)


@pytest.fixture
async def company(session: AsyncSession) -> Actor:
    """A company's principal."""
    return await add_actor(session)


@pytest.fixture
def recorded(connection: AsyncConnection) -> Recording:
    """A context that lists the statements sent in it, with their parameters."""

    @contextmanager
    def recording() -> Iterator[list[Statement]]:
        sent: list[Statement] = []

        def keep(*arguments: Any) -> None:
            _, _, statement, parameters, *_ = arguments
            if not statement.startswith(("SAVEPOINT", "RELEASE")):
                sent.append((statement, parameters))

        event.listen(connection.sync_connection, "before_cursor_execute", keep)
        yield sent
        event.remove(connection.sync_connection, "before_cursor_execute", keep)

    return recording
