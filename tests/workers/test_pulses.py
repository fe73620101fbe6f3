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


async def test_what_is_told_of_all_jobs_of_a_process_is_written_together(
    sessions: Sessions,
) -> None:
    """A job that has done nothing is left out, and the others are not due again."""
    beside: list[Pulses] = []
    counting, sealing, _ = (
        Pulses(job, 5, beside=beside) for job in ("counting", "sealing", "passes")
    )
    with sealing.turn() as told:
        told.done = 2
    await turn(counting, sessions, 3)
    assert [("counting", 3), ("sealing", 2)] == [
        (pulse.job, pulse.done) for pulse in await written(sessions)
    ]
    await turn(sealing, sessions, 4)
    assert [3, 2] == [pulse.done for pulse in await written(sessions)]
    await turn(counting, sessions, ValueError())
    assert [(2, 3), (2, 6)] == [(pulse.runs, pulse.done) for pulse in await written(sessions)]


async def test_what_could_not_be_written_is_kept_beside_what_was_done_meanwhile(
    sessions: Sessions,
) -> None:
    beside: list[Pulses] = []
    counting, sealing = (Pulses(job, 5, beside=beside) for job in ("counting", "sealing"))

    class Away:
        def begin(self) -> Any:
            with sealing.turn() as told:
                told.done = 10
            raise ConnectionRefusedError

    with sealing.turn() as told:
        told.done = 1
    with structlog.testing.capture_logs():
        await turn(counting, Away(), 3)  # type: ignore[arg-type] # a stand-in
    await turn(sealing, sessions, 100)
    assert [("counting", 1, 3), ("sealing", 3, 111)] == [
        (pulse.job, pulse.runs, pulse.done) for pulse in await written(sessions)
    ]
