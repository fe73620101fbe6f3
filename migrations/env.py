"""How Alembic reaches the database: on the connection it is handed, one process at a time."""

import asyncio
from time import sleep

from alembic import context
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.config import load_settings
from app.core.database import make_engine
from app.core.migrations import LOCK_KEY
from app.models import Base

LOCK = {"key": LOCK_KEY}


def migrate(connection: Connection) -> None:
    while not connection.scalar(text("select pg_try_advisory_lock(:key)"), LOCK):
        connection.rollback()  # waiting inside a query would deadlock with a concurrent index
        sleep(0.2)
    # A change that waited for a busy table would have all others wait behind it.
    connection.execute(text("set lock_timeout = '4s'"))
    connection.execute(text("set statement_timeout = 0"))
    connection.commit()
    try:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.rollback()
        connection.execute(text("reset lock_timeout"))
        connection.execute(text("reset statement_timeout"))
        connection.execute(text("select pg_advisory_unlock(:key)"), LOCK)
        connection.commit()


async def migrate_with(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def engine_of_settings() -> AsyncEngine:
    settings = load_settings()
    if settings.database_url is None:
        message = "DATABASE_URL: none is set; `gate migrate` and `make migration` do without"
        raise SystemExit(message)
    return make_engine(settings.database_url.get_secret_value(), settings)


def print_sql() -> None:
    context.configure(
        dialect_name="postgresql",
        target_metadata=Base.metadata,
        literal_binds=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if context.is_offline_mode():
    print_sql()
elif isinstance(given, Connection):
    migrate(given)
else:
    asyncio.run(migrate_with(given or engine_of_settings()))
