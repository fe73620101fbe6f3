"""The engine: its server, its JSON, and a server that goes away under it."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

from app.core.config import Settings
from app.core.database import (
    DatabaseVersionError,
    check_version,
    is_passing,
    make_engine,
    refuse_older,
)
from app.core.migrations import is_current

Sessions = async_sessionmaker[AsyncSession]


async def test_the_schema_of_the_template_is_current(connection: AsyncConnection) -> None:
    assert await is_current(connection)


async def test_a_commit_of_a_rolled_back_test_is_a_savepoint(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        await session.execute(text("CREATE TABLE left_behind AS SELECT 1 AS one"))
    async with sessions() as session:
        assert 1 == await session.scalar(text("SELECT one FROM left_behind"))


async def test_nothing_of_a_rolled_back_test_stays(sessions: Sessions) -> None:
    async with sessions() as session:
        assert await session.scalar(text("SELECT to_regclass('left_behind')")) is None


async def test_a_new_database_has_real_commits(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(text("CREATE TABLE real AS SELECT 1 AS one"))
    async with database.connect() as other:
        assert 1 == await other.scalar(text("SELECT one FROM real"))


async def test_this_server_is_new_enough(connection: AsyncConnection) -> None:
    await check_version(connection)


def test_an_older_server_is_refused_in_a_line() -> None:
    refuse_older(180_000)
    with pytest.raises(DatabaseVersionError) as refused:
        refuse_older(170_010)
    assert "DATABASE_URL: PostgreSQL 18 is needed, this is 17.10" == str(refused.value)


@pytest.mark.parametrize("cached", [pytest.param(200, id="direct"), pytest.param(0, id="pooler")])
async def test_statements_can_be_asked_again_and_again(database: AsyncEngine, cached: int) -> None:
    address = database.url.render_as_string(hide_password=False)
    engine = make_engine(address, Settings(statement_cache_size=cached, pool_size=1))
    for number in range(3):
        async with engine.begin() as one:
            doubled = text("SELECT CAST(:number AS numeric) * 2, jsonb_build_object('ô', 1)")
            row = (await one.execute(doubled, {"number": number})).one()
            assert (Decimal(number * 2), {"ô": 1}) == tuple(row)
            kept = await one.scalar(text("SELECT count(*) FROM pg_prepared_statements"))
            assert (kept == 0) == (cached == 0)
    await engine.dispose()


async def test_a_lock_that_is_not_had_in_time_passes(database: AsyncEngine) -> None:
    address = database.url.render_as_string(hide_password=False)
    engine = make_engine(address, Settings(lock_timeout_ms=50))
    lock = text("SELECT pg_advisory_xact_lock(1)")
    async with engine.begin() as first, engine.connect() as second:
        await first.execute(lock)
        with pytest.raises(DBAPIError) as refused:
            await second.execute(lock)
    assert is_passing(refused.value)
    await engine.dispose()


async def test_a_statement_that_takes_too_long_passes(database: AsyncEngine) -> None:
    address = database.url.render_as_string(hide_password=False)
    engine = make_engine(address, Settings(statement_timeout_ms=50))
    async with engine.connect() as one:
        with pytest.raises(DBAPIError) as refused:
            await one.execute(text("SELECT pg_sleep(5)"))
    assert is_passing(refused.value)
    await engine.dispose()


async def test_a_full_pool_and_a_server_that_is_away_pass(database: AsyncEngine) -> None:
    address = database.url.render_as_string(hide_password=False)
    engine = make_engine(address, Settings(pool_size=1, pool_overflow=0, pool_timeout_seconds=1))
    async with engine.connect():
        with pytest.raises(Exception, match="QueuePool") as full:
            await engine.connect()
    await engine.dispose()
    away = make_engine("postgresql+asyncpg://gate@127.0.0.1:1/gate", Settings())
    with pytest.raises(OSError, match="Connect call failed") as refused:
        await away.connect()
    assert all(is_passing(error.value) for error in (full, refused))


async def test_a_mistake_does_not_pass(connection: AsyncConnection) -> None:
    with pytest.raises(DBAPIError) as refused:
        await connection.execute(text("SELECT 1 / 0"))
    assert not is_passing(refused.value)
    assert not is_passing(ValueError())
