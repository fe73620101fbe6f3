"""Connections to PostgreSQL: one engine a process, sessions for one transaction each."""

import json
from datetime import datetime
from typing import Any, Final

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine.interfaces import AdaptedConnection
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.orm import Session, SessionTransaction

from app.core.bells import Bell
from app.core.config import Settings

OLDEST_SERVER = 180_000  # as server_version_num counts: uuidv7() and WITHOUT OVERLAPS came with 18
CONNECT_SECONDS = 10
STORED: Final = "stored"
"""Where a session's `info` has the names of the tables in which its transaction stored rows."""
# lock_not_available, query_canceled, serialization_failure, deadlock_detected
PASSING_STATES = frozenset({"55P03", "57014", "40001", "40P01"})
# connection_exception, insufficient_resources, operator_intervention
PASSING_CLASSES = frozenset({"08", "53", "57"})

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class DatabaseVersionError(Exception):
    """The server is older than the schema needs; the text is one line for an operator."""


def make_engine(url: str, settings: Settings) -> AsyncEngine:
    """Return an engine for `url`; nothing connects before its first use."""
    engine = create_async_engine(
        url,
        pool_size=settings.pool_size,
        max_overflow=settings.pool_overflow,
        pool_timeout=settings.pool_timeout_seconds,
        json_serializer=_encode,
        json_deserializer=json.loads,
        connect_args=_connect_arguments(settings),
    )
    event.listen(engine.sync_engine, "checkout", _replace_if_closed)
    return engine


async def connect_apart(engine: AsyncEngine) -> asyncpg.Connection:
    """Return a connection of the driver's own that is none of the pool's; its owner closes it."""
    _, where = engine.dialect.create_connect_args(engine.url)
    about = {"application_name": "gate"}
    return await asyncpg.connect(**where, timeout=CONNECT_SECONDS, server_settings=about)


def make_sessions(
    engine: AsyncEngine, bell: Bell | None = None
) -> async_sessionmaker[AsyncSession]:
    """Return the factory of the sessions; rows stay readable after the commit.

    `bell` rings for what a transaction stored, once that has ended.
    """
    kind = Session if bell is None else _ringing(bell)
    return async_sessionmaker(engine, expire_on_commit=False, sync_session_class=kind)


def make_readers(engine: AsyncEngine, settings: Settings) -> async_sessionmaker[AsyncSession]:
    """Return the factory of sessions that only read, each statement by itself.

    A transaction of READ COMMITTED gives readers nothing and costs two round trips of three.
    Behind a pooler they need it all the same: it is what keeps the server that a statement was
    prepared on.
    """
    if not settings.statement_cache_size:
        return make_sessions(engine)
    return make_sessions(engine.execution_options(isolation_level="AUTOCOMMIT"))


async def check_version(connection: AsyncConnection) -> None:
    """Make sure that the server is new enough.

    Raises:
        DatabaseVersionError: it is older than PostgreSQL 18.
    """
    refuse_older(int(await connection.scalar(text("SHOW server_version_num")) or 0))


async def read_time(connection: AsyncConnection) -> datetime:
    """Return the time of the server's machine."""
    now: datetime = (await connection.execute(text("SELECT clock_timestamp()"))).scalar_one()
    return now


def refuse_older(version: int) -> None:
    """Raise DatabaseVersionError for a `version`, as server_version_num counts, that is too old."""
    if version < OLDEST_SERVER:
        found = f"{version // 10_000}.{version % 10_000}"
        message = f"DATABASE_URL: PostgreSQL {OLDEST_SERVER // 10_000} is needed, this is {found}"
        raise DatabaseVersionError(message)


def is_passing(error: BaseException) -> bool:
    """Return whether the database failed for a reason that trying again later may cure.

    So do a server that is away or coming back, a full pool, a lock not had in time, a deadlock.
    """
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None) or ""
        is_known = state in PASSING_STATES or state[:2] in PASSING_CLASSES
        return error.connection_invalidated or is_known
    # what connecting raises is not translated by SQLAlchemy
    connecting = (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError)
    return isinstance(error, (PoolTimeoutError, asyncpg.TooManyConnectionsError, *connecting))


def is_lasting(error: BaseException) -> bool:
    """Return whether the database refused a statement for what it says, and always will."""
    return isinstance(error, DBAPIError) and not is_passing(error)


def _connect_arguments(settings: Settings) -> dict[str, Any]:
    """Return what asyncpg is told; behind a pooler, only what one lets through."""
    size = settings.statement_cache_size
    arguments = {
        "timeout": CONNECT_SECONDS,
        "statement_cache_size": size,
        "prepared_statement_cache_size": size,
    }
    if not size:
        # An unnamed statement lives as long as the transaction that a pooler gives a server to.
        named = {
            "prepared_statement_name_func": str,
            "server_settings": {"application_name": "gate"},
        }
        return arguments | named
    server = {
        "application_name": "gate",
        "timezone": "UTC",
        "jit": "off",
        "lock_timeout": str(settings.lock_timeout_ms),
        "statement_timeout": str(settings.statement_timeout_ms),
    }
    return arguments | {"server_settings": server}


def _ringing(bell: Bell) -> type[Session]:
    class Ringing(Session):
        """A session after whose transactions a bell rings; after a lost one that wakes in vain."""

    def ring(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None and session.info:
            bell.ring(session.info.pop(STORED, ()))

    event.listen(Ringing, "after_transaction_end", ring)
    return Ringing


def _replace_if_closed(connection: AdaptedConnection, _record: object, _proxy: object) -> None:
    """Have the pool replace its connections when the server went away; costs no round trip."""
    if connection.driver_connection.is_closed():
        raise InvalidatePoolError
