"""What queues are rolled forward from: all that may be called, recent calls, in one statement."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.expected_wait import MOST_CALLS
from app.domain.misses import CallOutcome
from app.domain.vocabulary import Direction, Lane, Queue
from app.models import Entry
from app.repositories.forecasts import LineUp, RecentCall
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.queues_at_random import ROUTES, as_waiting, beside, queue_of, store
from tests.repositories.rows import DAY, NOW, POLICY, QUEUE, Actor, add_call, add_entry, waiting_row

OTHER = Queue("huu-nghi", Direction.EXPORT)
SINCE = NOW - timedelta(hours=2)


async def test_a_line_up_has_all_who_may_be_called_and_nobody_else(
    session: AsyncSession, uow: UnitOfWork, company: Actor, recorded: Recording
) -> None:
    dice = Random(7)  # noqa: S311 - a seed, not a secret
    rows = queue_of(dice, company, 60)
    await store(session, [*rows, *beside(dice, company)])
    await uow.queues.set_edition(QUEUE, POLICY, replace=False)
    with recorded() as sent:
        found = await uow.forecasts.line_ups([QUEUE, OTHER], SINCE, DAY)
    assert 1 == len(sent)
    free = as_waiting(row for row in rows if not row["held"])
    assert {one.id: one for one in free} == {one.id: one for one in found[QUEUE].callable}
    assert len(free) == len(found[QUEUE].callable)
    assert (POLICY, []) == (found[QUEUE].edition, found[QUEUE].calls)
    assert found[OTHER].edition is None
    assert {one.id for one in found[OTHER].callable}.isdisjoint(one.id for one in free)


async def test_a_queue_in_which_nobody_waits_has_an_empty_line_up(uow: UnitOfWork) -> None:
    assert {QUEUE: LineUp()} == await uow.forecasts.line_ups([QUEUE], SINCE, DAY)


async def test_calls_are_the_newest_of_each_queue_and_none_taken_back(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    entry = await add_entry(session, company, waits_from=SINCE, lane=Lane.GREEN.value)
    for number in range(MOST_CALLS + 5):
        at = NOW - timedelta(seconds=number)
        await add_call(session, company, entry, called_at=at, clock=7000 - number, lane="green")
    back = {"outcome": CallOutcome.WITHDRAWN.value, "ended_at": NOW}
    await add_call(session, company, entry, called_at=NOW, clock=9000, **back)
    await add_call(session, company, entry, called_at=NOW, clock=8000, gate_code=OTHER.gate)
    await add_call(session, company, entry, called_at=SINCE, clock=1)
    found = await uow.forecasts.line_ups([QUEUE, OTHER], SINCE, DAY)
    assert [7000 - number for number in range(MOST_CALLS)] == [
        call.clock for call in found[QUEUE].calls
    ]
    assert RecentCall(Lane.GREEN, NOW, 7000, SINCE) == found[QUEUE].calls[0]
    assert [8000] == [call.clock for call in found[OTHER].calls]


@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"queue_key": 1_000_000}, id="its points"),
        pytest.param({"lane": Lane.GREEN_SEASON.value}, id="its lane"),
        pytest.param({"waits_from": NOW + timedelta(seconds=1)}, id="since when it waits"),
        pytest.param({"route_code": ROUTES[1]}, id="its route"),
        pytest.param({"inside": True}, id="where it stands"),
        pytest.param({"held": True}, id="that it is held"),
        pytest.param({"state": "called"}, id="that it was called"),
        pytest.param({"gate_code": OTHER.gate, "route_code": None}, id="its queue"),
    ],
)
async def test_a_mark_is_another_where_anything_of_anybody_who_waits_is(
    session: AsyncSession, uow: UnitOfWork, company: Actor, change: dict[str, Any]
) -> None:
    dice = Random(7)  # noqa: S311 - a seed, not a secret
    rows = queue_of(dice, company, 20)
    rows[0] |= {"lane": "green", "route_code": ROUTES[0], "inside": False, "held": False}
    await store(session, [*rows, *beside(dice, company)])
    before = await uow.forecasts.mark(QUEUE)
    assert len([row for row in rows if not row["held"]]) == before[0]
    assert before == await uow.forecasts.mark(QUEUE)
    await session.execute(update(Entry).where(Entry.id == rows[0]["id"]).values(**change))
    assert before != await uow.forecasts.mark(QUEUE)


async def test_a_mark_is_another_under_another_edition_and_when_two_change_places(
    session: AsyncSession, uow: UnitOfWork, company: Actor
) -> None:
    assert (0, None, None) == await uow.forecasts.mark(QUEUE)
    await uow.queues.set_edition(QUEUE, POLICY, replace=False)
    assert (0, None, POLICY) == await uow.forecasts.mark(QUEUE)
    ids = [
        await add_entry(session, company, **waiting_row(company, Lane.GREEN, key, NOW))
        for key in (1, 2)
    ]
    before = await uow.forecasts.mark(QUEUE)
    for one, key in zip(ids, (2, 1), strict=True):
        await session.execute(update(Entry).where(Entry.id == one).values(queue_key=key))
    assert before != await uow.forecasts.mark(QUEUE)
