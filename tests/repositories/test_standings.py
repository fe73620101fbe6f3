"""One statement tells where an entry stands: the same rows, with the same values, as many would."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Base, Call, Check, Entry, Event, Hold, Order
from app.repositories.standings import PERSONAL, Found
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.rows import (
    DAY,
    NOW,
    Actor,
    add_call,
    add_charge,
    add_check,
    add_entry,
    add_event,
    add_hold,
    add_order,
)

EARLIER = NOW - timedelta(minutes=30)
MOVED = "lane.changed"


async def of(uow: UnitOfWork, entry: UUID) -> Found:
    found = await uow.standings.by_id(entry)
    assert found is not None
    return found


async def ensure_same(session: AsyncSession, *rows: Base) -> None:
    """Compare rows with those that the session loads, column by column."""
    for row in rows:
        key = [getattr(row, column.name) for column in row.__table__.primary_key]
        stored: Any = await session.get(type(row), key, populate_existing=True)
        names = set(row.__table__.columns.keys()) - set(PERSONAL)
        assert {name: getattr(stored, name) for name in names} == {
            name: getattr(row, name) for name in names
        }


async def test_every_column_is_read_as_it_was_stored(
    session: AsyncSession, uow: UnitOfWork, company: Actor, recorded: Recording
) -> None:
    entry = await add_entry(
        session, company, state="called", queue_key=7, waits_from=EARLIER, season_on=DAY,
        driver_name=b"sealed", driver_document_hash=b"\x00\xff", tracking_hash=b"\x00\x01hash",
    )  # fmt: skip
    charge = await add_charge(session, entry)
    await add_order(session, entry, charge)
    await add_check(session, company, entry, reason="„soi“ \\ chiếu")
    await add_hold(session, company, entry)
    await add_call(session, company, entry)
    await add_event(session, company, entry, kind=MOVED, data={"refused": ["GL-01"]})
    with recorded() as sent:
        found = await uow.standings.by_tracking(b"\x00\x01hash")
    assert 1 == len(sent)
    assert found is not None
    assert found.call is not None
    assert found.moved is not None
    kinds = [Entry, Order, Check, Hold, Call, Event]
    rows = [found.entry, *found.orders, *found.checks, *found.holds, found.call, found.moved]
    assert kinds == [type(row) for row in rows]
    await ensure_same(session, *rows)


async def test_nothing_personal_is_read(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    sealed = dict.fromkeys(PERSONAL, b"sealed")
    found = await of(uow, await add_entry(session, company, **sealed))
    assert {None} == {getattr(found.entry, name) for name in PERSONAL}


async def test_what_stands_beside_another_entry_is_not_read(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    other = await add_entry(session, company, state="called", queue_key=7, waits_from=NOW)
    for beside in (add_check, add_hold, add_call):
        await beside(session, company, other)
    await add_event(session, company, other, kind=MOVED)
    found = await of(uow, await add_entry(session, company))
    assert ([], [], [], None, None) == (
        found.orders, found.checks, found.holds, found.call, found.moved,
    )  # fmt: skip


async def test_checks_come_in_the_order_in_which_they_happened(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    last = await add_check(session, company, entry, occurred_at=NOW)
    first = await add_check(session, company, entry, occurred_at=EARLIER)
    assert [first, last] == [check.id for check in (await of(uow, entry)).checks]


async def test_the_newest_call_is_told_also_when_it_is_over(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company, state="called", queue_key=7, waits_from=EARLIER)
    newest = await add_call(session, company, entry, called_at=NOW)
    await add_call(session, company, entry, called_at=EARLIER)
    call = (await of(uow, entry)).call
    assert call is not None
    assert newest == call.id
    ended = await add_entry(session, company)
    last = await add_call(session, company, ended)
    over = (await of(uow, ended)).call
    assert over is not None
    assert last == over.id


async def test_the_last_move_is_the_one_numbered_last(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    await add_event(session, company, entry, kind="call.made", recorded_at=NOW)
    newest = await add_event(session, company, entry, kind="call.made", recorded_at=EARLIER)
    await add_event(session, company, entry, kind="order.paid")
    moved = (await of(uow, entry)).moved
    assert moved is not None
    assert newest == moved.id


@pytest.mark.parametrize("how", ["by_id", "by_tracking"])
async def test_who_is_not_there_stands_nowhere(uow: UnitOfWork, how: str) -> None:
    nobody = {"by_id": uuid4(), "by_tracking": b"nobody"}[how]
    assert await getattr(uow.standings, how)(nobody) is None
