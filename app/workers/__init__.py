"""What is due apart from requests; safe to run twice and to stop at any instant."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.otlp import sending, spans_of
from app.core.bells import Bell
from app.core.config import Settings
from app.core.database import make_engine, make_sessions
from app.core.ringing import keep_ringing
from app.core.spans import Attributes, Spans
from app.models import Base, Event
from app.workers.feeding import number_events
from app.workers.housekeeping import forget_old_deliveries, forget_old_positions, keep_house
from app.workers.pulses import Pulses

Sessions = async_sessionmaker[AsyncSession]
Job = Callable[[Sessions], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Duty:
    """A job, which tells how much it has done, and when it is done.

    That is every so many `seconds`, and before where a commit of this process stored rows in one of
    the tables `after`; then not before `rest`, so that a burst of commits is one turn.
    """

    seconds: float
    do: Job
    after: tuple[type[Base], ...] = ()
    rest: float = 0.0


Jobs = Mapping[str, Duty]

# What a commit may wait for its place in the feed where nothing tells of it.
FEED_SECONDS: Final = 0.5
FEED_RESTS: Final = 0.25

JOBS: Final[Jobs] = {
    "housekeeping": Duty(60, keep_house),
    "feed-housekeeping": Duty(600, forget_old_positions),
    "webhook-housekeeping": Duty(600, forget_old_deliveries),
    "feed": Duty(FEED_SECONDS, number_events, after=(Event,), rest=FEED_RESTS),
}


async def work(
    settings: Settings, jobs: AbstractAsyncContextManager[Jobs], bell: Bell | None = None
) -> None:
    """Do what is due, and `jobs`, until told to stop; a database that is away comes back.

    `bell` is the one that rings for the other commits of this process, where it makes any.
    """
    is_apart, bell = bell is None, bell or Bell()
    engine = make_engine(settings.database_address, settings)
    sessions, spans = make_sessions(engine, bell), spans_of(settings)
    try:
        async with sending(settings, spans), jobs as more:
            every = {**JOBS, **more}
            told: list[Pulses] = []
            # What is told to stop gives its connection back before the engine is put away.
            async with asyncio.TaskGroup() as tasks:
                if is_apart:
                    tasks.create_task(keep_ringing(engine, bell, settings))
                for name, duty in every.items():
                    pulses = Pulses(name, duty.seconds, beside=told)
                    tasks.create_task(repeat(pulses, duty, sessions, bell, spans))
    finally:
        await engine.dispose()


async def repeat(
    pulses: Pulses, duty: Duty, sessions: Sessions, bell: Bell, spans: Spans | None = None
) -> None:
    """Do a job again and again; one that fails is done again and stops no other one."""
    ear = bell.ear(one.__tablename__ for one in duty.after)
    while True:
        ear.clear()  # what is stored from here on may be missed by this turn
        with pulses.turn() as turn:
            turn.done = await duty.do(sessions)
        if spans is not None and (turn.done or turn.error):
            told: Attributes = {"gate.job": pulses.job, "gate.done": turn.done}
            spans.record(f"job {pulses.job}", turn.took, told, failed=turn.error is not None)
        await pulses.write(sessions)
        await asyncio.sleep(duty.rest)
        with suppress(TimeoutError):
            async with asyncio.timeout(duty.seconds - duty.rest):
                await ear.wait()
