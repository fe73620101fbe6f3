"""Numbers without a gap, places of an allotment without one too many, one edition a queue."""

import asyncio
from collections import Counter
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core.database import make_sessions
from app.domain.vocabulary import Direction, Queue
from app.models import SeasonDay
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.rows import DAY, POLICY, QUEUE

LOCK_NOT_AVAILABLE = "55P03"
NEXT_DAY = DAY + timedelta(days=1)
OTHER = Queue("huu-nghi", Direction.EXPORT)
BACK = Queue("tan-thanh", Direction.IMPORT)


async def test_numbers_begin_at_one_each_day_and_in_each_queue(uow: UnitOfWork) -> None:
    asked = [(QUEUE, DAY), (QUEUE, DAY), (BACK, DAY), (OTHER, DAY), (QUEUE, NEXT_DAY), (QUEUE, DAY)]
    numbers = [await uow.queues.next_number(queue, on) for queue, on in asked]
    assert [1, 2, 1, 1, 1, 3] == numbers


async def test_numbers_given_at_once_are_apart(database: AsyncEngine) -> None:
    sessions = make_sessions(database)

    async def one() -> int:
        async with sessions.begin() as session:
            return await UnitOfWork(session).queues.next_number(QUEUE, DAY)

    assert list(range(1, 21)) == sorted(await asyncio.gather(*(one() for _ in range(20))))


async def taken(session: AsyncSession, on: date = DAY) -> int | None:
    row = await session.get(SeasonDay, ("lychee", QUEUE.gate, on), populate_existing=True)
    return row.taken if row else None


async def test_an_allotment_is_taken_to_its_end_and_no_further(
    session: AsyncSession, uow: UnitOfWork
) -> None:
    takes = [await uow.queues.take_season_place("lychee", QUEUE.gate, DAY, 3) for _ in range(5)]
    assert [True, True, True, False, False] == takes
    assert 3 == await taken(session)


async def test_every_day_has_an_allotment_of_its_own(uow: UnitOfWork) -> None:
    assert await uow.queues.take_season_place("lychee", QUEUE.gate, DAY, 1)
    assert not await uow.queues.take_season_place("lychee", QUEUE.gate, DAY, 1)
    assert await uow.queues.take_season_place("lychee", QUEUE.gate, NEXT_DAY, 1)


async def test_without_a_limit_places_are_counted_all_the_same(
    session: AsyncSession, uow: UnitOfWork
) -> None:
    for _ in range(3):
        assert await uow.queues.take_season_place("lychee", QUEUE.gate, DAY, None)
    assert 3 == await taken(session)


async def test_an_allotment_of_none_gives_none(session: AsyncSession, uow: UnitOfWork) -> None:
    assert not await uow.queues.take_season_place("lychee", QUEUE.gate, DAY, 0)
    assert await taken(session) is None


async def test_racers_for_an_allotment_take_exactly_as_many_places(database: AsyncEngine) -> None:
    sessions = make_sessions(database)

    async def one() -> bool:
        async with sessions.begin() as session:
            return await UnitOfWork(session).queues.take_season_place("lychee", QUEUE.gate, DAY, 20)

    assert Counter({True: 20, False: 30}) == Counter(
        await asyncio.gather(*(one() for _ in range(50)))
    )


async def test_the_first_edition_of_a_queue_stays_until_it_is_replaced(
    session: AsyncSession, uow: UnitOfWork
) -> None:
    assert await uow.queues.edition(QUEUE) is None
    await uow.queues.set_edition(QUEUE, POLICY, replace=False)
    assert POLICY == await uow.queues.edition(QUEUE)
    assert await uow.queues.edition(BACK) is None

    await _another_edition(session)
    await uow.queues.set_edition(QUEUE, "another", replace=False)
    assert POLICY == await uow.queues.edition(QUEUE)
    await uow.queues.set_edition(QUEUE, "another", replace=True)
    assert "another" == await uow.queues.edition(QUEUE)


async def _another_edition(session: AsyncSession) -> None:
    await session.execute(
        text(
            "INSERT INTO policy_editions (code, valid_on, document)"
            " VALUES ('another', '[2000-01-01,2000-02-01)', '{}')"
        )
    )


@pytest.mark.parametrize(
    ("first", "second", "waits"),
    [
        pytest.param(False, False, False, id="two who start to wait"),
        pytest.param(False, True, True, id="a call while somebody starts to wait"),
        pytest.param(True, False, True, id="a start while somebody calls"),
        pytest.param(True, True, True, id="two who call"),
    ],
)
async def test_calls_have_the_queue_to_themselves(
    database: AsyncEngine, *, first: bool, second: bool, waits: bool
) -> None:
    sessions = make_sessions(database)
    async with sessions.begin() as one, sessions.begin() as other:
        await UnitOfWork(one).queues.lock(QUEUE, exclusive=first)
        assert waits is await _waits(other, QUEUE, exclusive=second)


async def test_queues_do_not_wait_for_each_other(database: AsyncEngine) -> None:
    sessions = make_sessions(database)
    async with sessions.begin() as one, sessions.begin() as other:
        await UnitOfWork(one).queues.lock(QUEUE, exclusive=True)
        assert not await _waits(other, BACK, exclusive=True)
        assert not await _waits(other, OTHER, exclusive=True)


async def _waits(session: AsyncSession, queue: Queue, *, exclusive: bool) -> bool:
    await session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    try:
        async with session.begin_nested():
            await UnitOfWork(session).queues.lock(queue, exclusive=exclusive)
    except DBAPIError as error:
        return LOCK_NOT_AVAILABLE == getattr(error.orig, "sqlstate", None)
    return False
