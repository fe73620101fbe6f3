"""A worker's jobs go on, whatever happens to one of them, and begin when there is news for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress

import pytest
from pydantic import SecretStr
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.bells import Bell
from app.core.config import Settings
from app.core.database import make_sessions
from app.core.ids import uuid7
from app.models import Event, FeedItem
from app.repositories.unit_of_work import UnitOfWork
from app.workers import Duty, repeat, work
from app.workers.feeding import number_events
from app.workers.pulses import Pulses
from tests.repositories.rows import NOW, Actor, add_actor

Sessions = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def repeating(duty: Duty, sessions: Sessions, bell: Bell) -> AsyncIterator[None]:
    """Let a job be done again and again within the block."""
    working = asyncio.create_task(repeat(Pulses("counting", duty.seconds), duty, sessions, bell))
    try:
        yield
        assert not working.done()
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


class Counting:
    """A job that counts its turns."""

    def __init__(self) -> None:
        self.turns = 0
        self._done = asyncio.Condition()

    async def do(self, _: Sessions) -> int:
        async with self._done:
            self.turns += 1
            self._done.notify_all()
        return 0

    async def reach(self, turns: int, seconds: float = 10) -> None:
        async with asyncio.timeout(seconds), self._done:
            await self._done.wait_for(lambda: self.turns >= turns)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def ringing(database: AsyncEngine, bell: Bell) -> Sessions:
    """Sessions after whose commits the bell rings, on a database of the test's own."""
    return make_sessions(database, bell)


@pytest.fixture
async def actor(database: AsyncEngine) -> Actor:
    async with make_sessions(database).begin() as session:
        return await add_actor(session)


async def happen(sessions: Sessions, actor: Actor) -> None:
    """Commit an event."""
    async with sessions.begin() as session:
        await tell(session, actor)


async def tell(session: AsyncSession, actor: Actor) -> None:
    """Store an event as services do."""
    event = {
        "id": uuid7(),
        "kind": "notice.posted",
        "occurred_at": NOW,
        "recorded_at": NOW,
        "principal_id": actor.id,
        "data": {},
    }
    await UnitOfWork(session).records.insert_events([event])


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ConnectionRefusedError(), id="the database is away"),
        pytest.param(ZeroDivisionError(), id="something unforeseen"),
    ],
)
async def test_a_job_that_failed_is_done_again(
    error: Exception, sessions: async_sessionmaker[AsyncSession]
) -> None:
    tried = 0
    again = asyncio.Event()

    async def job(_: async_sessionmaker[AsyncSession]) -> int:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise error
        again.set()
        return 0

    async with repeating(Duty(0, job), sessions, Bell()):
        await asyncio.wait_for(again.wait(), 10)


async def test_a_job_is_done_as_soon_as_what_it_waits_for_is_committed(
    ringing: Sessions, bell: Bell, actor: Actor
) -> None:
    counting = Counting()
    async with repeating(Duty(3600, counting.do, after=(Event,)), ringing, bell):
        await counting.reach(1)
        async with ringing.begin() as session:
            await tell(session, actor)
            await asyncio.sleep(0.05)
            assert 1 == counting.turns  # nothing is committed yet
        await counting.reach(2)


async def test_a_job_is_not_woken_by_a_savepoint_nor_by_what_it_does_not_wait_for(
    ringing: Sessions, bell: Bell, actor: Actor
) -> None:
    counting, other = Counting(), Counting()
    async with (
        repeating(Duty(3600, counting.do, after=(Event,)), ringing, bell),
        repeating(Duty(3600, other.do, after=(FeedItem,)), ringing, bell),
    ):
        await counting.reach(1)
        await other.reach(1)
        async with ringing.begin() as session:
            async with UnitOfWork(session).attempt():
                await tell(session, actor)
            await asyncio.sleep(0.05)
            assert 1 == counting.turns
        await counting.reach(2)
        assert 1 == other.turns


async def test_a_burst_of_commits_is_one_turn_after_the_rest(
    ringing: Sessions, bell: Bell, actor: Actor
) -> None:
    counting = Counting()
    async with repeating(Duty(3600, counting.do, after=(Event,), rest=0.5), ringing, bell):
        await counting.reach(1)
        for _ in range(5):
            await happen(ringing, actor)
        await counting.reach(2)
        await asyncio.sleep(0.7)
        assert 2 == counting.turns


async def test_what_is_committed_during_a_turn_makes_another_one(
    ringing: Sessions, bell: Bell, actor: Actor
) -> None:
    turns = 0
    again = asyncio.Event()

    async def job(_: Sessions) -> int:
        nonlocal turns
        turns += 1
        if turns == 1:
            await happen(ringing, actor)
        else:
            again.set()
        return 0

    async with repeating(Duty(3600, job, after=(Event,)), ringing, bell):
        await asyncio.wait_for(again.wait(), 10)


async def test_one_job_wakes_the_next(ringing: Sessions, bell: Bell, actor: Actor) -> None:
    """An event gets its position after its commit, and what follows positions is done then."""
    counting = Counting()
    async with (
        repeating(Duty(3600, number_events, after=(Event,)), ringing, bell),
        repeating(Duty(3600, counting.do, after=(FeedItem,)), ringing, bell),
    ):
        await counting.reach(1)
        await asyncio.sleep(0.05)
        await happen(ringing, actor)
        await counting.reach(2)


async def test_what_nobody_rang_for_is_found_all_the_same(
    database: AsyncEngine, ringing: Sessions, bell: Bell, actor: Actor
) -> None:
    """Other processes commit too, and a process may be killed between its commit and the bell."""
    elsewhere, counting = make_sessions(database), Counting()
    async with (
        repeating(Duty(0.2, number_events, after=(Event,)), ringing, bell),
        repeating(Duty(3600, counting.do, after=(FeedItem,)), ringing, bell),
    ):
        await counting.reach(1)
        await asyncio.sleep(0.05)
        await happen(elsewhere, actor)
        await counting.reach(2)


async def test_work_that_is_told_to_stop_ends_when_its_last_job_has(database: AsyncEngine) -> None:
    """A connection that comes back after the engine was put away would stay open."""
    begun, done = asyncio.Event(), list[str]()

    async def slow(sessions: Sessions) -> int:
        async with sessions() as session:
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                await session.execute(text("SELECT pg_sleep(0.1)"))
                done.append("slow")
        return 0

    address = database.url.render_as_string(hide_password=False)
    settings = Settings(database_url=SecretStr(address))
    working = asyncio.create_task(work(settings, nullcontext({"slow": Duty(60, slow)}), Bell()))
    await begun.wait()
    working.cancel()
    await asyncio.wait([working])
    assert working.cancelled()
    assert ["slow"] == done
