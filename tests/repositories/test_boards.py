"""Boards count who is open, and show the calls that are recent or still stand."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.questions import Standing
from app.domain.vocabulary import Direction, Lane, Queue, State
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.queues_at_random import store
from tests.repositories.rows import NOW, QUEUE, Actor, add_call, add_entry, entry_row, waiting_row

OTHER = Queue("huu-nghi", Direction.EXPORT)
SINCE = NOW - timedelta(hours=2)


async def test_open_entries_are_counted_by_queue_state_and_lane(
    session: AsyncSession, uow: UnitOfWork, company: Actor, recorded: Recording
) -> None:
    earlier = NOW - timedelta(minutes=5)
    await store(
        session,
        [
            waiting_row(company, Lane.GREEN, 1, NOW, in_position=True),
            waiting_row(company, Lane.GREEN, 2, earlier, in_position=True, held=True),
            waiting_row(company, Lane.ORDINARY, 3, NOW, in_position=True),
            waiting_row(company, Lane.GREEN, 4, NOW, in_position=True, gate_code=OTHER.gate),
            entry_row(company),
            entry_row(company, in_position=True),
            entry_row(company, state=State.IN_GATE.value),
            entry_row(company, state=State.CANCELLED.value, ended_at=NOW),
        ],
    )
    with recorded() as sent:
        standings = await uow.boards.standings()
    assert 1 == len(sent)
    assert {
        Standing(QUEUE, State.QUEUED, Lane.GREEN, True, 2, earlier),
        Standing(QUEUE, State.QUEUED, Lane.ORDINARY, True, 1, NOW),
        Standing(OTHER, State.QUEUED, Lane.GREEN, True, 1, NOW),
        Standing(QUEUE, State.REGISTERED, Lane.ORDINARY, False, 1, None),
        Standing(QUEUE, State.REGISTERED, Lane.ORDINARY, True, 1, None),
    } == set(standings)


async def called(session: AsyncSession, company: Actor, number: str, minutes: int) -> UUID:
    """Add an entry that was called `minutes` ago and has not come yet."""
    entry = await add_entry(
        session, company, state=State.CALLED.value, queue_key=1, waits_from=SINCE
    )
    await call(session, company, entry, number, minutes)
    return entry


async def call(
    session: AsyncSession, company: Actor, entry: UUID, number: str, minutes: int
) -> None:
    at = NOW - timedelta(minutes=minutes)
    await add_call(session, company, entry, call_number=number, called_at=at)


async def shown(uow: UnitOfWork) -> list[tuple[str, bool]]:
    calls = await uow.boards.calls_since(SINCE)
    return [(made.call_number, made.still_called) for made in calls]


async def test_calls_are_shown_while_recent_or_open_oldest_first(
    session: AsyncSession, uow: UnitOfWork, company: Actor, recorded: Recording
) -> None:
    await called(session, company, "TT-0003", 1)
    await called(session, company, "TT-0001", 500)
    gone = await add_entry(session, company, state=State.CROSSED.value, ended_at=NOW)
    await call(session, company, gone, "TT-0000", 400)
    await call(session, company, gone, "TT-0002", 60)
    with recorded() as sent:
        assert [("TT-0001", True), ("TT-0002", False), ("TT-0003", True)] == await shown(uow)
    assert 1 == len(sent)


async def test_of_two_calls_of_an_entry_only_the_second_is_open(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await called(session, company, "TT-0001", 90)
    await call(session, company, entry, "TT-0001", 10)
    assert [("TT-0001", False), ("TT-0001", True)] == await shown(uow)


async def test_a_call_of_yesterday_that_was_missed_is_not_shown_again(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await called(session, company, "TT-0001", 10)
    await call(session, company, entry, "TT-0001", 1000)
    assert [("TT-0001", True)] == await shown(uow)
