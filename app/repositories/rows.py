"""New rows of several tables in one statement, for what is stored most often.

The rows travel as one JSON text a table; PostgreSQL gives each column its type. Nothing is built
or bound a column, so a registration costs one round trip whatever it consists of.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import Column, LargeBinary, Table

from app.models import Base, Event
from app.repositories.constraints import named_failures
from app.repositories.prepared import DIALECT, Wire

M = TypeVar("M", bound=Base)
Rows = Sequence[Mapping[str, Any]]
Shape = tuple[tuple[Table, tuple[str, ...]], ...]


async def insert_rows(wire: Wire, *tables: tuple[type[Base], Rows]) -> None:
    """Store rows, each table's in the order given and with the columns of its first row.

    Foreign keys are looked at when all of them are there.

    Raises:
        DomainError: the rule that a broken constraint guards.
    """
    filled = [(model, rows) for model, rows in tables if rows]
    if not filled:
        return
    shape = tuple((model.__table__, tuple(rows[0])) for model, rows in filled)
    arguments = tuple(to_json(rows, bytes_mode="hex").decode() for _, rows in filled)
    with named_failures():
        await wire.send(_statement(shape), *arguments)
    wire.note_stored(model.__tablename__ for model, _ in filled)
    for event in (row for model, rows in filled if model is Event for row in rows):
        if event.get("entry_id") is not None:
            wire.entries_told[event["entry_id"]] = None


def as_stored(model: type[M], columns: Mapping[str, Any]) -> M:
    """Return a row that was just stored as a query would load it; it is to be shown, no more.

    Its constructor would set each column as a change that might have to be written.
    """
    row = model()
    row.__dict__.update({**_nothing(model), **columns})
    return row


@lru_cache(maxsize=64)
def _nothing(model: type[Base]) -> Mapping[str, None]:
    return dict.fromkeys(model.__table__.columns.keys())


@lru_cache(maxsize=64)
def _statement(shape: Shape) -> str:
    *first, last = (_insert(number, *one) for number, one in enumerate(shape, start=1))
    named = ", ".join(f"rows_{number} AS ({one})" for number, one in enumerate(first, start=1))
    return f"WITH {named} {last}" if named else last


def _insert(number: int, table: Table, names: tuple[str, ...]) -> str:
    columns = [table.c[name] for name in names]
    return (
        f"INSERT INTO {table.name} ({', '.join(names)})"  # noqa: S608 - names of our own tables
        f" SELECT {', '.join(map(_value, columns))}"
        f" FROM jsonb_to_recordset(${number}::jsonb) AS given({', '.join(map(_given, columns))})"
    )


def _value(column: Column[Any]) -> str:
    """Return a column's value; bytes come as hexadecimal digits."""
    return f"decode({column.name}, 'hex')" if _is_binary(column) else column.name


def _given(column: Column[Any]) -> str:
    kind = "text" if _is_binary(column) else column.type.compile(DIALECT)
    return f"{column.name} {kind}"


def _is_binary(column: Column[Any]) -> bool:
    return isinstance(column.type, LargeBinary)
