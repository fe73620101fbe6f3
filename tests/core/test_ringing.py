"""The bells of two processes on one database."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from time import perf_counter

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.bells import Bell
from app.core.config import Settings
from app.core.ringing import CHANNEL, ELSEWHERE, REST_SECONDS, keep_ringing

PATIENCE_SECONDS = 30
LISTENING = (
    f"SELECT pid FROM pg_stat_activity WHERE query LIKE '% {CHANNEL}%' AND datname = :name"
    " AND pid <> pg_backend_pid()"
)
CUT = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = :pid")


class CountingBell(Bell):
    """A bell that knows how often it rang for commits elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.rang = 0

    def ring(self, tables: Iterable[str]) -> None:
        self.rang += ELSEWHERE in tables
        super().ring(tables)


class Process:
    """One process: its bell, and what hears of the others."""

    def __init__(self) -> None:
        self.bell = CountingBell()
        self.ear = self.bell.ear((ELSEWHERE,))

    async def has_heard(self, times: int) -> None:
        """Wait until the bell has rung so often."""
        while self.bell.rang < times:
            await self.hears()

    async def hears(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.ear.wait()
        self.ear.clear()


async def greeted(processes: Sequence[Process]) -> None:
    """Wait until the last that came has greeted all others, and each of them has answered.

    Each rings first because it may have missed something; then it hears the answers to its own
    greeting, and of each that comes later the greeting and the answers of all but itself.
    """
    for place, one in enumerate(processes):
        await one.has_heard(1 + sum(range(place, len(processes))))


@asynccontextmanager
async def ringing(
    engine: AsyncEngine, count: int, settings: Settings
) -> AsyncIterator[list[Process]]:
    """Let so many processes ring for each other."""
    processes: list[Process] = []
    tasks = []
    for _ in range(count):
        processes.append(Process())
        tasks.append(asyncio.create_task(keep_ringing(engine, processes[-1].bell, settings)))
        if settings.statement_cache_size:
            await greeted(processes)
    for one in processes:
        one.ear.clear()
    yield processes
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def overheard(engine: AsyncEngine, heard: list[int]) -> AsyncIterator[None]:
    """Note by whom anything is told, on a connection that says nothing."""
    async with engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        await driver.add_listener(CHANNEL, lambda _, pid, *__: heard.append(pid))
        yield
        await driver.reset()


async def commit_often(one: Process) -> float:
    """Commit again and again; return how many seconds that took."""
    began = perf_counter()
    for _ in range(200):
        one.bell.ring(("events",))
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.3)
    return perf_counter() - began


async def test_a_commit_rings_the_bells_of_the_others_and_not_its_own(
    database: AsyncEngine, settings: Settings
) -> None:
    async with ringing(database, 3, settings) as processes:
        for here in processes:
            rang = here.bell.rang
            here.bell.ring(("events",))
            for one in processes:
                if one is not here:
                    await one.hears()
            assert rang == here.bell.rang, "its own"


async def test_what_stores_no_events_rings_nobody_elses(
    database: AsyncEngine, settings: Settings
) -> None:
    async with ringing(database, 2, settings) as (here, there):
        here.bell.ring(("deliveries",))
        await asyncio.sleep(0.3)
        assert not there.ear.is_set()


async def test_a_burst_of_commits_is_told_a_few_times(
    database: AsyncEngine, settings: Settings
) -> None:
    heard: list[int] = []
    async with ringing(database, 2, settings) as (here, _), overheard(database, heard):
        took = await commit_often(here)
    assert 1 <= len(heard) <= took / REST_SECONDS + 1


async def test_who_is_alone_tells_nobody(database: AsyncEngine, settings: Settings) -> None:
    heard: list[int] = []
    async with ringing(database, 1, settings) as (here,), overheard(database, heard):
        await commit_often(here)
    assert [] == heard


async def test_who_comes_later_is_told_of_what_is_committed_then_and_tells(
    database: AsyncEngine, settings: Settings
) -> None:
    async with ringing(database, 1, settings) as (first,):
        await commit_often(first)
        async with ringing(database, 1, settings) as (second,):
            first.ear.clear()
            first.bell.ring(("events",))
            await second.hears()
            second.bell.ring(("events",))
            await first.hears()


async def test_a_connection_that_is_lost_is_made_anew_and_says_so(
    database: AsyncEngine, settings: Settings
) -> None:
    async with ringing(database, 2, settings) as (here, there), database.connect() as connection:
        found = await connection.execute(text(LISTENING), {"name": database.url.database})
        pids = found.scalars().all()
        assert len(pids) == 2
        rang = [one.bell.rang for one in (here, there)]
        for pid in pids:
            await connection.execute(CUT, {"pid": pid})
        await connection.rollback()
        for one, before in zip((here, there), rang, strict=True):
            await one.has_heard(before + 2)  # that it may have missed something, and the other
        here.ear.clear()
        there.bell.ring(("events",))
        await here.hears()


async def test_behind_a_pooler_nobody_listens(database: AsyncEngine) -> None:
    async with (
        ringing(database, 2, Settings(statement_cache_size=0)) as (here, there),
        database.connect() as connection,
    ):
        here.bell.ring(("events",))
        await asyncio.sleep(0.2)
        assert not there.ear.is_set()
        found = await connection.execute(text(LISTENING), {"name": database.url.database})
        assert [] == found.all()
