"""The schema's migrations, run in this process: the alembic command takes seconds to start.

`python -m app.core.migrations "add holds"` writes the next one from what the models have become.
"""

import asyncio
import sys
import tempfile
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from app.core.config import Settings
from app.core.database import check_version, make_engine
from app.core.embedded import FAST, EmbeddedServer

LOCK_KEY = 7_203_114_582  # any number; who migrates holds this advisory lock
PROJECT = Path(__file__).parents[2]


def alembic_config() -> Config:
    """Return Alembic's configuration of this project, wherever the process was started."""
    return Config(PROJECT / "alembic.ini")


async def upgrade(engine: AsyncEngine, revision: str = "head") -> None:
    """Bring the schema to `revision`; others who try at the same time wait for it.

    Raises:
        DatabaseVersionError: the server is older than the schema needs.
    """
    async with engine.connect() as connection:
        await check_version(connection)
        await connection.rollback()
        await connection.run_sync(_upgrade, revision)


async def write_next(message: str) -> None:
    """Write a migration from the newest one to the models, comparing them in a new database."""
    settings = Settings()
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedServer(Path(folder), options=FAST) as server,
    ):
        engine = make_engine(server.url, settings)
        await upgrade(engine)
        async with engine.connect() as connection:
            await connection.run_sync(_write_next, message)
        await engine.dispose()


@cache
def newest_revision() -> str | None:
    """Return the revision that this release needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


async def is_current(connection: AsyncConnection) -> bool:
    """Return whether the schema is the one that this release needs."""
    return await applied_revision(connection) == newest_revision()


async def applied_revision(connection: AsyncConnection) -> str | None:
    """Return the revision that the schema is at, None before the first."""
    return await connection.run_sync(_revision)


def _upgrade(connection: Connection, revision: str) -> None:
    command.upgrade(_config_on(connection), revision)


def _write_next(connection: Connection, message: str) -> None:
    command.revision(_config_on(connection), message, autogenerate=True)


def _config_on(connection: Connection) -> Config:
    config = alembic_config()
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


if __name__ == "__main__":
    asyncio.run(write_next(" ".join(sys.argv[1:])))
