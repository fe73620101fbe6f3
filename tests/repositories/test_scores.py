"""Estimates are kept once, scored by the first call after them, summed up by day and week."""

from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.misses import CallOutcome
from app.domain.vocabulary import Direction, Queue
from app.domain.wait_scores import Accuracy
from app.models import WaitEstimate, WaitScore
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.rows import DAY, NOW, QUEUE, Actor, add_call, add_entry

OTHER = Queue("huu-nghi", Direction.EXPORT)
DAY_LONG, WEEK_LONG = timedelta(days=1), timedelta(days=7)


def told(entry: UUID, **values: Any) -> dict[str, Any]:
    row = {
        "entry_id": entry, "due_at": NOW, "gate_code": QUEUE.gate, "direction": "export",
        "lane": "ordinary", "made_at": NOW, "clock": 1000, "low": 300, "likely": 600, "high": 900,
        "method": "queue-rolled-forward", "sample": 20,
    }  # fmt: skip
    return {**row, **values}


async def stored(session: AsyncSession) -> list[WaitEstimate]:
    statement = select(WaitEstimate).order_by(WaitEstimate.entry_id, WaitEstimate.due_at)
    found = await session.scalars(statement, execution_options={"populate_existing": True})
    return list(found)


async def test_what_was_told_first_stays(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company)
    await uow.scores.keep([told(entry)])
    await uow.scores.keep([told(entry, low=0, likely=0, high=0)])
    await uow.scores.keep([])
    assert [600] == [one.likely for one in await stored(session)]
    assert {(entry, NOW)} == await uow.scores.due_from(NOW)
    assert set() == await uow.scores.due_from(NOW + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("waited", "score"),
    [
        (299, (-301, False)),
        (300, (-300, True)),
        (600, (0, True)),
        (900, (300, True)),
        (901, (301, False)),
    ],
)
async def test_a_score_is_of_the_open_seconds_until_the_call(
    session: AsyncSession, uow: UnitOfWork, company: Actor, waited: int, score: tuple[int, bool]
) -> None:
    entry = await add_entry(session, company)
    await uow.scores.keep([told(entry)])
    at = NOW + timedelta(hours=1)
    await add_call(session, company, entry, called_at=at, clock=1000 + waited)
    assert 1 == await uow.scores.score(QUEUE)
    (one,) = await stored(session)
    assert (at, *score) == (one.called_at, one.error, one.inside)
    assert 0 == await uow.scores.score(QUEUE)


async def test_the_first_call_after_an_estimate_counts_unless_it_was_taken_back(
    session: AsyncSession, uow: UnitOfWork, company: Actor, recorded: Recording
) -> None:
    entry, waits = await add_entry(session, company), await add_entry(session, company)
    later = NOW + timedelta(hours=1)
    await uow.scores.keep(
        [told(entry), told(entry, due_at=later, made_at=later, clock=2000), told(waits)]
    )
    calls = {-5: 900, 10: 1100, 20: 1600, 30: 1700, 90: 2900}
    back = {"outcome": CallOutcome.WITHDRAWN.value, "ended_at": NOW}
    for minutes, clock in calls.items():
        more = back if minutes == 10 else {}
        at = NOW + timedelta(minutes=minutes)
        await add_call(session, company, entry, called_at=at, clock=clock, **more)
    await add_call(session, company, waits, called_at=later, clock=1, gate_code=OTHER.gate)
    with recorded() as sent:
        assert 2 == await uow.scores.score(QUEUE)
    assert 1 == len(sent)
    scores = {(one.entry_id, one.due_at): one.error for one in await stored(session)}
    assert {(entry, NOW): 0, (entry, later): 300, (waits, NOW): None} == scores


async def scored(
    session: AsyncSession,
    uow: UnitOfWork,
    company: Actor,
    days: int,
    errors: list[int],
    **more: Any,
) -> None:
    """Store estimates that calls so many days before scored."""
    at = NOW - timedelta(days=days)
    entries = [await add_entry(session, company) for _ in errors]
    await uow.scores.keep(
        [
            told(
                entry, due_at=at, called_at=at, error=error, inside=abs(error) <= 300, **more
            )
            for entry, error in zip(entries, errors, strict=True)
        ]
    )  # fmt: skip


async def test_a_day_is_summed_up_once_with_its_week(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    midnight = NOW.replace(hour=17) - timedelta(days=1)  # at the gate
    day, week, end = midnight, midnight - timedelta(days=6), midnight + DAY_LONG
    await scored(session, uow, company, 0, [10, -400, 20])
    await scored(session, uow, company, 6, [-1000, 30])
    await scored(session, uow, company, 7, [9000])
    await scored(session, uow, company, 3, [7], lane="green")
    await scored(session, uow, company, -1, [9000])
    assert not await uow.scores.has_folded(DAY)
    assert 2 == await uow.scores.fold(DAY, day, week, end)
    assert await uow.scores.has_folded(DAY)
    assert 0 == await uow.scores.fold(DAY, day, week, end)
    rows = {one.lane: one for one in await session.scalars(select(WaitScore))}
    one = rows["ordinary"]
    assert (3, 2, -370, 430) == (one.scored, one.inside, one.error_sum, one.absolute_error_sum)
    assert (5, 3, 30) == (one.week_scored, one.week_inside, one.week_median_error)
    assert (0, 0, 0, 0) == (
        rows["green"].scored, rows["green"].inside, rows["green"].error_sum,
        rows["green"].absolute_error_sum,
    )  # fmt: skip
    assert (1, 1, 7) == (
        rows["green"].week_scored, rows["green"].week_inside, rows["green"].week_median_error,
    )  # fmt: skip


async def test_what_was_summed_up_is_told_with_the_line_up_of_its_queue(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    dice = Random(7)  # noqa: S311 - a seed, not a secret
    errors = [dice.randrange(-600, 600) for _ in range(20)]
    await scored(session, uow, company, 0, errors)
    await uow.scores.fold(DAY, NOW - DAY_LONG, NOW - WEEK_LONG, NOW + DAY_LONG)
    inside = sum(abs(error) <= 300 for error in errors) * 100 // 20
    expected = Accuracy(20, sorted(map(abs, errors))[9], inside)
    found = await uow.forecasts.line_ups([QUEUE, OTHER], NOW, DAY)
    assert {"ordinary": expected} == found[QUEUE].last_week
    assert {} == found[OTHER].last_week
    found = await uow.forecasts.line_ups([QUEUE], NOW, DAY + DAY_LONG)
    assert {} == found[QUEUE].last_week


async def test_old_estimates_are_forgotten_and_those_of_the_week_are_kept(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    await scored(session, uow, company, 8, [1, 2, 3])
    await scored(session, uow, company, 6, [4])
    waits, ended = await add_entry(session, company), await add_entry(session, company)
    await uow.scores.keep(
        [
            told(waits, due_at=NOW - timedelta(days=10)),
            told(ended, due_at=NOW - timedelta(days=31)),
        ]
    )
    before, unscored = NOW - WEEK_LONG, NOW - timedelta(days=30)
    assert 3 == await uow.scores.forget(before, unscored, 3)
    assert 1 == await uow.scores.forget(before, unscored, 3)
    assert 0 == await uow.scores.forget(before, unscored, 3)
    assert {waits} < {one.entry_id for one in await stored(session)}
    assert [None, 4] == sorted((one.error for one in await stored(session)), key=lambda it: it or 0)
