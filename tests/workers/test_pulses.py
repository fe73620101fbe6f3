"""A worker tells what it does: a row per job in the database, a line per turn in the log."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.vitals import Pulse
from app.repositories.unit_of_work import UnitOfWork
from app.workers.pulses import Pulses

Sessions = async_sessionmaker[AsyncSession]
PLATE = "12C-000.17"


async def turn(pulses: Pulses, sessions: Sessions, outcome: int | Exception) -> None:
    """Do a job once, to this outcome."""
    with pulses.turn() as told:
        if isinstance(outcome, Exception):
            raise outcome
        told.done = outcome
    await pulses.write(sessions)


async def written(sessions: Sessions) -> Sequence[Pulse]:
    async with sessions() as session:
        return (await UnitOfWork(session).upkeep.pulses())[0]


async def test_the_first_turn_is_written_at_once_and_the_next_after_a_while(
    sessions: Sessions,
) -> None:
    pulses = Pulses("counting", 5)
    await turn(pulses, sessions, 3)
    await turn(pulses, sessions, 4)
    (pulse,) = await written(sessions)
    assert ("counting", 5, 1, 3) == (pulse.job, pulse.every_seconds, pulse.runs, pulse.done)


async def test_what_was_not_written_yet_is_added_later(sessions: Sessions) -> None:
    pulses = Pulses("counting", 5, pause=0)
    for done in (3, 4):
        await turn(pulses, sessions, done)
    (pulse,) = await written(sessions)
    assert (2, 7, 0) == (pulse.runs, pulse.done, pulse.failures)


async def test_a_failure_is_written_at_once_and_logged_without_its_text(
    sessions: Sessions,
) -> None:
    pulses = Pulses("counting", 5)
    with structlog.testing.capture_logs() as lines:
        await turn(pulses, sessions, 1)
        await turn(pulses, sessions, ValueError(PLATE))
    (pulse,) = await written(sessions)
    assert pulse.fails or pulse.succeeded_at == pulse.ran_at  # one transaction has one time
    assert (2, 1) == (pulse.runs, pulse.failures)
    assert ["job", "job failed"] == [line["event"] for line in lines]
    assert "ValueError" == lines[1]["error"][0]
    assert PLATE not in str(lines)


async def test_a_database_that_is_away_costs_no_pulse(sessions: Sessions) -> None:
    pulses = Pulses("counting", 5)

    class Away:
        def begin(self) -> Any:
            raise ConnectionRefusedError

    with structlog.testing.capture_logs() as lines:
        await turn(pulses, Away(), ConnectionRefusedError())  # type: ignore[arg-type] # a stand-in
    assert ["database away", "pulse not written"] == [line["event"] for line in lines]
    assert ["warning"] * 2 == [line["log_level"] for line in lines]
    await turn(pulses, sessions, 2)
    (pulse,) = await written(sessions)
    assert (2, 1, 2, False) == (pulse.runs, pulse.failures, pulse.done, pulse.fails)


async def test_a_turn_without_work_is_quiet(sessions: Sessions) -> None:
    with structlog.testing.capture_logs() as lines:
        for done in (0, 2):
            await turn(Pulses("counting", 5), sessions, done)
    told = [(line["log_level"], line["job"], line["done"]) for line in lines]
    assert [("debug", "counting", 0), ("info", "counting", 2)] == told
    assert all(isinstance(line["ms"], int) for line in lines)
