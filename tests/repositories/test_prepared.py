"""Statements that go to the driver's own connection behave as all others do."""

from uuid import UUID

import pytest
from sqlalchemy import bindparam, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.types import Text

from app.core.database import is_passing, make_sessions
from app.models import Organisation
from app.repositories.prepared import Prepared, Wire
from app.repositories.rows import insert_rows
from tests.repositories.conftest import Recording

NAME = bindparam("name", type_=Text)
NAMED = Prepared(select(Organisation.id).where(Organisation.name == NAME))
LENGTH = Prepared(select(func.length(NAME)))
ONE = UUID(int=1)
PROCESS = Prepared(select(func.pg_backend_pid()))


async def test_a_parameter_without_value_is_an_error(session: AsyncSession) -> None:
    with pytest.raises(KeyError):
        await Wire(session).ask(LENGTH)


async def test_what_is_pending_in_the_session_is_stored_first(session: AsyncSession) -> None:
    wire = Wire(session)
    await wire.ask(LENGTH, name="so that it has begun")
    session.add(Organisation(name="pending"))
    assert 1 == len(await wire.ask(NAMED, name="pending"))


async def test_whoever_listens_hears_every_statement(
    session: AsyncSession, recorded: Recording
) -> None:
    wire = Wire(session)
    with recorded() as sent:
        await wire.ask(LENGTH, name="first")
        await wire.ask(LENGTH, name="second")
    assert [(LENGTH.sql, ("first",)), (LENGTH.sql, ("second",))] == sent


async def test_a_broken_constraint_is_the_error_that_sqlalchemy_raises(
    session: AsyncSession,
) -> None:
    wire = Wire(session)
    await insert_rows(wire, (Organisation, [{"id": ONE, "name": "one"}]))
    with pytest.raises(IntegrityError) as raised:
        await insert_rows(wire, (Organisation, [{"id": ONE, "name": "two"}]))
    assert raised.value.params is None


async def test_rows_of_several_tables_come_in_one_statement(
    session: AsyncSession, recorded: Recording
) -> None:
    rows = [{"name": "second"}, {"name": "first"}]
    with recorded() as sent:
        await insert_rows(Wire(session), (Organisation, rows[:1]), (Organisation, rows[1:]))
    stored = await session.scalars(
        select(Organisation.name).where(Organisation.name.in_(("first", "second")))
    )
    assert {"first", "second"} == set(stored)
    assert 1 == len(sent)


async def test_no_rows_send_nothing(session: AsyncSession, recorded: Recording) -> None:
    with recorded() as sent:
        await insert_rows(Wire(session), (Organisation, []))
    assert [] == sent


async def test_a_connection_that_is_cut_passes_and_is_replaced(database: AsyncEngine) -> None:
    with pytest.raises(DBAPIError) as raised:
        await _process(database, cut=True)
    assert is_passing(raised.value)
    assert 0 < await _process(database)


async def _process(database: AsyncEngine, *, cut: bool = False) -> int:
    """Return the database's process, asked twice; after the first time the connection may end."""
    async with make_sessions(database).begin() as session:
        wire = Wire(session)
        ((first,),) = await wire.ask(PROCESS)
        if cut:
            async with database.connect() as other:
                await other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": first})
        ((second,),) = await wire.ask(PROCESS)
        assert first == second
        return int(second)
