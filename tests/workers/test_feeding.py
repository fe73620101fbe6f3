"""Events get positions after their commit: none is left out, none twice, whoever is killed."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.database import make_sessions
from app.models import Event, FeedItem, FeedProgress, FeedReader
from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing import feed as feed_of_service
from app.services.publishing.feed import Numbering
from app.workers import feeding
from app.workers.feeding import number_events
from app.workers.housekeeping import forget_old_positions
from app.workers.today import machine_now
from tests.repositories.rows import Actor, add_actor, add_entry, add_event

Sessions = async_sessionmaker[AsyncSession]


@pytest.fixture
def committed(database: AsyncEngine) -> Sessions:
    """Sessions whose commits are real, on a database of the test's own."""
    return make_sessions(database)


@pytest.fixture
async def actor(committed: Sessions) -> Actor:
    async with committed.begin() as session:
        return await add_actor(session)


async def happen(session: AsyncSession, actor: Actor, kind: str = "call.made") -> None:
    await add_event(session, actor, await add_entry(session, actor), kind=kind)


async def positions(sessions: Sessions) -> list[tuple[int, int]]:
    """Return each position with the number of its event."""
    async with sessions() as session:
        rows = await session.execute(
            select(FeedItem.position, FeedItem.event_number).order_by(FeedItem.position)
        )
        return [(position, number) for position, number in rows]


async def numbers(sessions: Sessions) -> list[int]:
    async with sessions() as session:
        return list(await session.scalars(select(Event.number).order_by(Event.number)))


async def test_a_late_commit_gets_a_later_position(committed: Sessions, actor: Actor) -> None:
    async with committed() as slow:
        await slow.begin()
        await happen(slow, actor)
        async with committed.begin() as session:
            await happen(session, actor)
        assert 1 == await number_events(committed)
        await slow.commit()
    assert 1 == await number_events(committed)
    early, late = await numbers(committed)
    assert [(1, late), (2, early)] == await positions(committed)
    assert 0 == await number_events(committed)


async def test_many_at_once_give_each_event_one_position(
    committed: Sessions, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writers commit out of order while four workers number, some killed in the middle."""
    for module in (feed_of_service, feeding):
        monkeypatch.setattr(module, "EVENTS_A_TURN", 3)
    writing = True

    async def write(pause: float) -> None:
        for _ in range(8):
            async with committed.begin() as session:
                await happen(session, actor)
                await asyncio.sleep(pause)

    async def work() -> None:
        while writing:
            turn = asyncio.create_task(number_events(committed))
            await asyncio.wait([turn], timeout=0.004)
            turn.cancel()
            await asyncio.gather(turn, return_exceptions=True)

    workers = [asyncio.create_task(work()) for _ in range(4)]
    await asyncio.gather(*(write(pause / 1000) for pause in range(6)))
    writing = False
    await asyncio.gather(*workers)
    await number_events(committed)
    given = await positions(committed)
    assert await numbers(committed) == sorted(number for _, number in given)
    assert [*range(1, 49)] == [position for position, _ in given]


async def test_in_the_end_everything_is_settled(committed: Sessions, actor: Actor) -> None:
    async with committed.begin() as session:
        await happen(session, actor)
    now = machine_now()
    for turn in range(60):  # until no transaction is older, in any database
        async with committed.begin() as session:
            await Numbering(UnitOfWork(session), now + turn * timedelta(seconds=11)).number()
        async with committed() as session:
            if (await session.get_one(FeedProgress, 1)).marked_to is None:
                break
        await asyncio.sleep(0.05)
    async with committed() as session:
        progress = await session.get_one(FeedProgress, 1)
    assert (1, None) == (progress.position, progress.marked_to)
    assert [progress.settled_to] == await numbers(committed)


async def test_it_is_written_who_may_see_an_event(committed: Sessions, actor: Actor) -> None:
    async with committed.begin() as session:
        for kind in ("call.made", "notice.posted", "scoped_hold.placed", "difficulty.reported"):
            await happen(session, actor, kind)
    await number_events(committed)
    async with committed() as session:
        readers = await session.execute(select(FeedReader.organisation_id, FeedReader.position))
        assert [(actor.organisation_id, 1)] == [tuple(row) for row in readers]
        for_all = select(FeedItem.position).where(FeedItem.for_all)
        assert [2] == list(await session.scalars(for_all))


async def test_positions_are_kept_for_thirty_days_and_never_given_again(
    committed: Sessions, actor: Actor
) -> None:
    async with committed.begin() as session:
        await happen(session, actor)
        await happen(session, actor)
    await number_events(committed)
    async with committed.begin() as session:
        await session.execute(text("UPDATE feed_progress SET settled_to = 1000000"))
        old = machine_now() - timedelta(days=30, minutes=1)
        await session.execute(update(FeedItem).where(FeedItem.position == 1).values(at=old))
    assert 0 == await forget_old_positions(committed)  # no log has it yet
    async with committed.begin() as session:
        await UnitOfWork(session).log.passed(2)
    assert 1 == await forget_old_positions(committed)
    assert [2] == [position for position, _ in await positions(committed)]
    async with committed() as session:
        progress = await session.get_one(FeedProgress, 1)
        assert (2, 1) == (progress.position, progress.forgotten_to)
