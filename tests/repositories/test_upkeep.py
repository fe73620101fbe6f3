"""The pulse of workers is one row per job; what waits for them is a row of an index away."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.misses import CallOutcome
from app.domain.vitals import CallsMade, OldestDue, Work
from app.domain.vocabulary import Lane
from app.models import Deadline
from app.repositories.unit_of_work import UnitOfWork
from tests.repositories.conftest import Recording
from tests.repositories.rows import (
    NOW,
    QUEUE,
    Actor,
    add,
    add_call,
    add_entry,
    add_event,
)

WORK = Work("counting", "host:1", 5, 2, 0, 7, 30, 20, succeeded=True)


async def test_what_processes_did_is_added_up_and_the_last_is_named(uow: UnitOfWork) -> None:
    await uow.upkeep.note([WORK])
    await uow.upkeep.note([replace(WORK, process="host:2", last_took_ms=5)])
    (pulse,), _ = await uow.upkeep.pulses()
    assert ("counting", "host:2", 5) == (pulse.job, pulse.process, pulse.every_seconds)
    assert (4, 0, 14, 60) == (pulse.runs, pulse.failures, pulse.done, pulse.took_ms)
    assert 5 == pulse.last_took_ms
    assert pulse.succeeded_at == pulse.ran_at
    assert not pulse.fails


async def test_a_failure_keeps_the_time_of_the_last_success(
    uow: UnitOfWork, session: AsyncSession
) -> None:
    await uow.upkeep.note([WORK])
    await session.execute(text("UPDATE worker_pulses SET succeeded_at = '2020-01-01'"))
    await uow.upkeep.note([replace(WORK, failures=1, succeeded=False)])
    (pulse,), _ = await uow.upkeep.pulses()
    assert 2020 == (pulse.succeeded_at or NOW).year
    assert pulse.fails
    assert 1 == pulse.failures


async def test_jobs_come_by_name_with_what_waits_longest_in_one_statement(
    uow: UnitOfWork, session: AsyncSession, company: Actor, recorded: Recording
) -> None:
    assert ([], OldestDue()) == await uow.upkeep.pulses()
    for job in ("sheets", "counting"):
        await uow.upkeep.note([replace(WORK, job=job)])
    entry = await add_entry(session, company)
    for minutes, done in ((9, NOW), (5, None), (3, None)):
        row = {
            "entry_id": entry,
            "call_id": None,
            "kind": "deferral-end",
            "due_at": NOW - timedelta(minutes=minutes),
            "done_at": done,
            "gate_code": QUEUE.gate,
            "direction": QUEUE.direction.value,
        }
        await add(session, Deadline, row)
    await add_event(session, company, entry)
    await add_event(session, company, entry, recorded_at=NOW + timedelta(hours=1))
    with recorded() as sent:
        pulses, oldest = await uow.upkeep.pulses()
    assert 1 == len(sent)
    assert ["counting", "sheets"] == [pulse.job for pulse in pulses]
    assert OldestDue(NOW - timedelta(minutes=5), NOW) == oldest


async def test_an_event_that_was_counted_waits_for_nobody(
    uow: UnitOfWork, session: AsyncSession, company: Actor
) -> None:
    await add_event(session, company, await add_entry(session, company))
    await session.execute(
        text("UPDATE stay_progress SET seen_to = (SELECT max(number) FROM events)")
    )
    assert OldestDue() == (await uow.upkeep.pulses())[1]


async def test_calls_are_counted_by_queue_lane_and_outcome_from_an_instant_on(
    uow: UnitOfWork, session: AsyncSession, company: Actor
) -> None:
    ended = {"ended_at": NOW, "outcome": "missed"}
    for minutes, values in ((0, ended), (1, ended), (2, {}), (-1, {})):
        entry = await add_entry(session, company)
        at = NOW + timedelta(minutes=minutes)
        await add_call(session, company, entry, called_at=at, **values)
    made = sorted(await uow.upkeep.calls_since(NOW), key=lambda one: one.count)
    assert [
        CallsMade(QUEUE, Lane.ORDINARY, None, 1),
        CallsMade(QUEUE, Lane.ORDINARY, CallOutcome.MISSED, 2),
    ] == made
