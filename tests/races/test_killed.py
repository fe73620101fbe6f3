"""Workers that are killed at any instant, whatever they do: nothing is lost, nothing done twice."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.sheets import sheet_page
from app.api.state import Process
from app.api.texts import Language
from app.domain.log.checkpoints import Checkpoint
from app.domain.log.leaves import is_logged
from app.domain.questions import ClockRow
from app.models import Call, Event, Stay, WorkerPulse
from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.stays import Stays
from app.workers import Job
from app.workers.counting import count_stays
from app.workers.deadlines import DeadlineWorker
from app.workers.feeding import number_events
from app.workers.housekeeping import keep_house
from app.workers.pulses import Pulses
from app.workers.scoring import ScoreKeeper
from app.workers.sealing import SealingWorker
from app.workers.sheets import SheetWriter
from app.workers.today import Todays
from tests.logs import Log, ensure_openings, ensure_whole, log_of, sealer
from tests.races.accounts import what_does_not_add_up
from tests.races.house import QUEUE, House, cut_off_after, dice, truck
from tests.services.acting import Acts

KILLED, WHOLE, ROUNDS, A_ROUND = 50, 15, 4, 12
ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120


async def test_jobs_killed_50_times_at_random_lose_nothing_and_do_nothing_twice(
    house: House, tmp_path: Path
) -> None:
    jobs, chance, kept = _jobs(house, tmp_path), dice(50), list[list[Checkpoint]]()
    pulses = {name: Pulses(name, 1, pause=0) for name in jobs}
    turns: Counter[str] = Counter()
    for number in range(KILLED):
        if number % 5 == 0:
            await _queue_up(house, range(number, number + 3))
            await Acts(house).call(QUEUE.gate, 2)
        if number % WHOLE == 0:  # else a slow machine might never seal before it is killed
            await jobs["sealing"](house.sessions)
        house.clock.at += timedelta(minutes=4)
        name = chance.choice([*jobs])
        kept.append((await log_of(house.sessions, QUEUE)).checkpoints[-1:])
        if number % 2:
            turns[name] += 1
            with cut_off_after(chance.randrange(1, 60)):
                await _turn(house, pulses[name], jobs[name])
        else:
            await _kill(house, jobs[name], chance.uniform(0.0, 0.05))
    house.clock.at += timedelta(minutes=31)
    for name in [*jobs] * 2:
        turns[name] += 1
        await _turn(house, pulses[name], jobs[name])

    await _ensure_done_once(house)
    log = await _ensure_sealed_once(house)
    assert len(set(chain(*kept))) > 1
    assert set(chain(*kept)) <= set(log.checkpoints)
    assert turns == {pulse.job: pulse.runs for pulse in await house.rows(WorkerPulse)}
    sheets = list(tmp_path.glob("*.html"))  # noqa: ASYNC240 - nobody else waits
    assert 9 == len(sheets)
    assert all(one.read_text("utf-8").rstrip().endswith("</html>") for one in sheets)


async def test_gate_work_that_is_killed_again_and_again_loses_nothing(
    house: House, database: AsyncEngine
) -> None:
    address, chance = database.url.render_as_string(hide_password=False), dice(9)
    for number in range(ROUNDS):
        await _queue_up(house, range(number * A_ROUND, (number + 1) * A_ROUND))
        await Acts(house).call(QUEUE.gate, A_ROUND)
        await _end(house)
        await asyncio.to_thread(_work_and_be_killed, address, chance.uniform(0.0, 0.4))
    await _end(house)
    process: Process = house.app.state.process
    worker = DeadlineWorker(process.tools, Todays(is_production=False))
    sealing = SealingWorker(sealer(), _todays(house))
    for job in (worker.do_due, count_stays, number_events, sealing.seal):
        while await job(house.sessions):
            pass
    await _ensure_done_once(house)
    await _ensure_sealed_once(house)


def _work_and_be_killed(address: str, after_seconds: float) -> None:
    """Let a worker begin, and kill it a little later: it cannot say a word any more."""
    worker = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "work"],
        env={**os.environ, "DATABASE_URL": address},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    assert worker.stderr is not None
    with worker, suppress(subprocess.TimeoutExpired):
        worker.stderr.readline()
        with suppress(subprocess.TimeoutExpired):
            worker.wait(after_seconds)
        worker.kill()
        worker.wait(PATIENCE_SECONDS)


async def _queue_up(house: House, numbers: range) -> None:
    for number in numbers:
        await house.move_in((await house.register(truck(number))).entry.reference)


async def _end(house: House) -> None:
    """Let every window end, in the sandbox's clock too, by which a process of its own goes."""
    house.clock.at += timedelta(minutes=31)
    async with house.sessions.begin() as session:
        now = ClockRow(datetime.now(UTC), house.clock.at, 1)
        await UnitOfWork(session).access.set_clock(now)


async def _turn(house: House, pulses: Pulses, job: Job) -> None:
    """Do a job once as workers do, whatever stops it."""
    with pulses.turn() as turn:
        turn.done = await job(house.sessions)
    await pulses.write(house.sessions)


async def _kill(house: House, job: Job, after_seconds: float) -> None:
    """Let a job end in the middle of whatever it waits for."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(_quietly(house, job))
        await asyncio.sleep(after_seconds)
        task.cancel()


async def _quietly(house: House, job: Job) -> None:
    await job(house.sessions)


def _deadlines(house: House) -> DeadlineWorker:
    process: Process = house.app.state.process
    return DeadlineWorker(process.tools, _todays(house))


def _todays(house: House) -> Todays:
    return Todays(is_production=False, machine_now=house.clock)


def _jobs(house: House, folder: Path) -> Mapping[str, Job]:
    """Return every job, by the clock of the house."""
    deadlines, scores = _deadlines(house), ScoreKeeper(_todays(house))
    render = partial(sheet_page, language=Language.VI)
    sheets = SheetWriter(folder, render, _todays(house))
    return {
        "deadlines": deadlines.do_due,
        "counting": count_stays,
        "housekeeping": keep_house,
        "scoring": scores.keep,
        "sheets": sheets.write,
        "feed": number_events,
        "sealing": SealingWorker(sealer(), _todays(house)).seal,
    }


async def _ensure_sealed_once(house: House) -> Log:
    """Ensure that the log is whole, and has every event of the queue once."""
    log = await log_of(house.sessions, QUEUE)
    ensure_whole(log)
    ensure_openings(log)
    logged = {one.number for one in await house.rows(Event) if is_logged(one.kind)}
    assert sorted(log.numbers) == sorted(logged.intersection(log.fed))
    return log


async def _ensure_done_once(house: House) -> None:
    assert [] == await what_does_not_add_up(house, [QUEUE.gate])
    ended = Counter(
        event.data["call"]
        for event in await house.rows(Event)
        if event.kind in {"call.missed", "call.excused", "entry.no_show"}
    )
    assert ended == {str(call.id): 1 for call in await house.rows(Call)}
    counted = await _stays(house)
    async with house.sessions.begin() as session:
        await Stays(UnitOfWork(session)).again()
    while await count_stays(house.sessions):
        pass
    assert counted == await _stays(house)


async def _stays(house: House) -> list[tuple[Any, ...]]:
    async with house.sessions() as session:
        columns = list(Stay.__table__.columns)
        rows = await session.execute(select(*columns).order_by(Stay.entry_id, Stay.number))
        return [tuple(row) for row in rows]
