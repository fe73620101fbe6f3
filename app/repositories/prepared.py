"""Statements of the hot path: built and compiled once, sent as they are.

Building a statement of SQLAlchemy's anew and finding its compiled form cost several times what
PostgreSQL needs to answer it. These are written like all others, at the level of their module.
"""

from collections.abc import Callable
from typing import Any, cast

from sqlalchemy import ClauseElement, CursorResult, make_url
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

DIALECT = make_url("postgresql+asyncpg://").get_dialect()()


class Prepared:
    """One statement with its parameters by name (`bindparam`); constants are filled in already."""

    def __init__(self, statement: ClauseElement) -> None:
        """Compile `statement`, which must not be one that loads objects."""
        compiled = cast(SQLCompiler, statement.compile(dialect=DIALECT))
        self._sql = str(compiled)
        constants = compiled.params.items()
        self._given = {name: value for name, value in constants if value is not None}
        self._names: tuple[str, ...] = tuple(compiled.positiontup or ())

    async def run(self, session: AsyncSession, **values: Any) -> CursorResult[Any]:  # noqa: ANN401
        """Send the statement with `values`, after whatever is pending in `session`.

        Raises:
            KeyError: a parameter has no value.
        """
        given = {**self._given, **values}
        arguments = tuple(given[name] for name in self._names)
        return await session.run_sync(send(self._sql, arguments))


def send(sql: str, arguments: tuple[Any, ...]) -> Callable[[Session], CursorResult[Any]]:
    """Return what sends `sql` with `$1`, `$2` ... after whatever is pending in a session."""

    def run(session: Session) -> CursorResult[Any]:
        session.flush()
        return session.connection().exec_driver_sql(sql, arguments)

    return run
