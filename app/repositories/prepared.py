"""Statements of the hot path: built and compiled once, sent as they are.

Building a statement of SQLAlchemy's anew, finding its compiled form and reading what it returns
cost several times what PostgreSQL needs to answer it. These are written like all others, at the
level of their module, and go to the driver's own connection.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast
from uuid import UUID

import asyncpg
from sqlalchemy import ClauseElement, Connection, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.core.database import STORED

DIALECT = make_url("postgresql+asyncpg://").get_dialect()()
Found = Sequence[Sequence[Any]]


class Prepared:
    """One statement with its parameters by name (`bindparam`); constants are filled in already."""

    def __init__(self, statement: ClauseElement) -> None:
        """Keep `statement`, which must not be one that loads objects."""
        self._statement = statement

    @cached_property
    def sql(self) -> str:
        """What is sent."""
        return str(self._compiled)

    def arguments(self, values: Mapping[str, object]) -> tuple[Any, ...]:
        """Return the parameters in order.

        Raises:
            KeyError: one has no value.
        """
        given = {**self._given, **values}
        return tuple(given[name] for name in self._names)

    @cached_property
    def _compiled(self) -> SQLCompiler:
        """The statement, compiled when it is first sent: all were a tenth of every start."""
        return cast(SQLCompiler, self._statement.compile(dialect=DIALECT))

    @cached_property
    def _given(self) -> Mapping[str, object]:
        constants = self._compiled.params.items()
        return {name: value for name, value in constants if value is not None}

    @cached_property
    def _names(self) -> Sequence[str]:
        return tuple(self._compiled.positiontup or ())


class Wire:
    """The driver's own connection of one transaction, beside the session that holds it."""

    def __init__(self, session: AsyncSession) -> None:
        """Send within the transaction of `session`."""
        self.entries_told: dict[UUID, None] = {}
        self._session = session
        self._driver: Any = None
        self._connection: Connection | None = None

    async def ask(self, statement: Prepared, **values: object) -> Found:
        """Send a statement with `values` and return its rows.

        Raises:
            DBAPIError: as SQLAlchemy would raise it.
        """
        return await self.send(statement.sql, *statement.arguments(values))

    async def send(self, sql: str, *arguments: object) -> Found:
        """Send `sql` with `$1`, `$2` ... after whatever is pending in the session."""
        session = self._session
        if session.new or session.dirty or session.deleted:
            await session.flush()
        if self._connection is None:
            return await session.run_sync(self._begin, sql, arguments)
        # Whoever listens to what SQLAlchemy sends, hears this too.
        for hear in self._connection.dispatch.before_cursor_execute:
            hear(self._connection, None, sql, arguments, None, False)  # noqa: FBT003 - as it does
        try:
            found: Found = await self._driver.fetch(sql, *arguments)
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            raise self._as_raised_by_sqlalchemy(sql, error) from error
        return found

    def note_stored(self, tables: Iterable[str]) -> None:
        """Remember in which tables this transaction stores rows: who waits for such is woken."""
        self._session.info.setdefault(STORED, set()).update(tables)

    def _begin(self, session: Session, sql: str, arguments: tuple[Any, ...]) -> Found:
        """Send the first statement through SQLAlchemy, which begins the transaction."""
        connection = session.connection()
        result = connection.exec_driver_sql(sql, arguments)
        self._connection, self._driver = connection, connection.connection.driver_connection
        return result.all() if result.returns_rows else ()

    def _as_raised_by_sqlalchemy(self, sql: str, error: Exception) -> DBAPIError:
        is_broken = isinstance(error, asyncpg.IntegrityConstraintViolationError)
        kind = IntegrityError if is_broken else DBAPIError
        is_gone = self._driver.is_closed()
        return kind(sql, None, error, hide_parameters=True, connection_invalidated=is_gone)
