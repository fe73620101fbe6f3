"""Databases that migrations may be run on, up and down."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from sqlalchemy import NullPool, make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


@pytest.fixture
async def empty_database(server_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine of a new database without a table; it keeps no connection between two uses."""
    name = f"empty_{uuid4().hex}"
    server = create_async_engine(server_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    async with server.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    engine = create_async_engine(make_url(server_url).set(database=name), poolclass=NullPool)
    yield engine
    async with server.connect() as connection:
        await connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    await server.dispose()
