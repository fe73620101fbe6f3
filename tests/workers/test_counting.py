"""Stays follow the events: nothing is left out, nothing is counted twice."""

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.database import make_sessions
from app.domain.vocabulary import State
from app.models import Stay, StayProgress
from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing import stays as stays_of_service
from app.services.publishing.stays import Stays
from app.workers.counting import count_stays
from tests.repositories.rows import NOW, Actor, add_actor, add_entry, add_event

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def committed(database: AsyncEngine) -> Sessions:
    """Sessions whose commits are real, on a database of the test's own."""
    return make_sessions(database)


async def cross(session: AsyncSession, actor: Actor, **values: Any) -> None:
    """Store an entry that has crossed, with an event that tells of it."""
    left = {"state": State.CROSSED.value, "presence_at": NOW, "ended_at": NOW, **values}
    await add_event(session, actor, await add_entry(session, actor, **left))


async def an_actor(sessions: Sessions) -> Actor:
    async with sessions.begin() as session:
        return await add_actor(session)


async def stays(sessions: Sessions) -> list[tuple[Any, ...]]:
    async with sessions() as session:
        columns = list(Stay.__table__.columns)
        rows = await session.execute(select(*columns).order_by(Stay.entry_id))
        return [tuple(row) for row in rows]


async def progress(sessions: Sessions) -> StayProgress:
    async with sessions() as session:
        return await session.get_one(StayProgress, 1)


async def test_what_is_counted_is_not_looked_at_again(committed: Sessions) -> None:
    actor = await an_actor(committed)
    async with committed.begin() as session:
        await cross(session, actor)
    while await count_stays(committed):  # until no transaction is older, in any database
        assert 1 == len(await stays(committed))
    now = await progress(committed)
    assert (now.seen_to, None) == (now.settled_to, now.pending_to)


async def test_a_late_commit_with_an_early_number_is_not_missed(committed: Sessions) -> None:
    actor = await an_actor(committed)
    async with committed() as slow:
        await slow.begin()
        await cross(slow, actor)
        async with committed.begin() as session:
            await cross(session, actor)
        for _ in range(4):
            await count_stays(committed)
        assert 1 == len(await stays(committed))
        await slow.commit()
    await count_stays(committed)
    assert 2 == len(await stays(committed))
    while await count_stays(committed):
        pass
    assert 2 == len(await stays(committed))


async def test_many_events_are_counted_in_turns(
    committed: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stays_of_service, "EVENTS_A_TURN", 3)
    actor = await an_actor(committed)
    async with committed.begin() as session:
        for _ in range(7):
            await cross(session, actor)
    assert 3 == await count_stays(committed)
    assert 7 == len(await stays(committed))
    while await count_stays(committed):
        pass
    now = await progress(committed)
    assert now.settled_to == now.seen_to


async def test_only_one_counts_at_a_time(committed: Sessions) -> None:
    actor = await an_actor(committed)
    async with committed.begin() as session:
        await cross(session, actor)
    async with committed.begin() as other:
        assert await UnitOfWork(other).stays.lock()
        await count_stays(committed)
        assert [] == await stays(committed)
    await count_stays(committed)
    assert 1 == len(await stays(committed))


async def test_made_anew_they_are_the_same(committed: Sessions) -> None:
    actor = await an_actor(committed)
    async with committed.begin() as session:
        for number in range(5):
            await cross(session, actor, lane=("green", "ordinary")[number % 2])
    await count_stays(committed)
    before = await stays(committed)
    async with committed.begin() as session:
        await Stays(UnitOfWork(session)).again()
    await count_stays(committed)
    assert before == await stays(committed)


async def test_an_entry_that_never_came_has_no_stay(committed: Sessions) -> None:
    actor = await an_actor(committed)
    async with committed.begin() as session:
        await add_event(session, actor, await add_entry(session, actor))
        gone = {"state": State.CANCELLED.value, "ended_at": NOW}
        await add_event(session, actor, await add_entry(session, actor, **gone))
    await count_stays(committed)
    async with committed() as session:
        assert 0 == await session.scalar(select(func.count()).select_from(Stay))
