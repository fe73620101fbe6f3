"""The engine: its server, its JSON, and a server that goes away under it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker

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
