"""Who waits for events is told of the first that concerns it, and keeps no connection."""

import asyncio
from time import perf_counter
from typing import Any

from app.api.state import Process
from app.api.watching import Watch
from app.repositories.feed import News
from app.workers.feeding import number_events
from tests.races.house import House, truck

OURS = {"kinds": ["entry.registered"]}
PATIENCE_SECONDS = 20


async def newest(house: House) -> int:
    await number_events(house.sessions)
    answer = await house.ask("GET", "/v1/events", "company-1")
    after: int = answer.json()["after"]
    return after


async def waiting(house: House, who: str, after: int, seconds: int = 20) -> Any:
    query = {"after": after, "wait": seconds, **OURS}
    answer = await house.ask("GET", "/v1/events", who, params=query)
    assert 200 == answer.status_code, answer.text
    return answer.json()


async def test_the_first_news_ends_the_wait_of_whom_it_concerns(house: House) -> None:
    after = await newest(house)
    process: Process = house.app.state.process
    async with asyncio.TaskGroup() as group:
        theirs = group.create_task(waiting(house, "company-1", after))
        officers = group.create_task(waiting(house, "officer-1", after))
        others = group.create_task(waiting(house, "company-2", after, 5))
        pool = process.sessions.kw["bind"].pool
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(process.watch) < 3 or pool.checkedout() > 1:  # noqa: ASYNC110 - the one that looks keeps one
                await asyncio.sleep(0.01)
        entry = await house.register(truck(1))
        await number_events(house.sessions)
    for found in (theirs.result(), officers.result()):
        assert [str(entry.entry.id)] == [one["entry"] for one in found["items"]]
    assert [] == others.result()["items"]


async def test_a_wait_in_which_nothing_came_ends_in_time(house: House) -> None:
    after = await newest(house)
    began = perf_counter()
    assert {"items": [], "after": after, "more": False} == await waiting(
        house, "company-1", after, 1
    )
    assert 0.9 < perf_counter() - began < 5


async def test_the_end_of_the_process_lets_all_go() -> None:
    async def look(after: int) -> News:
        return News(after, for_all=False, readers=frozenset())

    watch = Watch(look, seconds=0.001)
    waits = [asyncio.create_task(watch.wait(None, 7, 20)) for _ in range(3)]
    await asyncio.sleep(0.01)
    await watch.end()
    assert [False] * 3 == await asyncio.gather(*waits)
    assert not await watch.wait(None, 7, 20)


async def test_a_look_that_fails_is_made_again() -> None:
    looks: list[News | Exception] = [
        OSError("away"),
        RuntimeError("a fault"),
        News(8, for_all=True, readers=frozenset()),
    ]

    async def look(_after: int) -> News:
        found = looks.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    watch = Watch(look, seconds=0.001)
    assert await watch.wait(None, 7, 20)
    await asyncio.sleep(0.01)
    assert [] == looks  # nobody waits, nobody looks
