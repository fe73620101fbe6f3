"""What is due apart from requests; safe to run twice and to stop at any instant."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.clients.otlp import sending, spans_of
from app.core.config import Settings
from app.core.database import make_engine, make_sessions
from app.core.spans import Attributes, Spans
from app.workers.counting import count_stays
from app.workers.feeding import number_events
from app.workers.housekeeping import forget_old_deliveries, forget_old_positions, keep_house
from app.workers.pulses import Pulses

Sessions = async_sessionmaker[AsyncSession]
Job = Callable[[Sessions], Awaitable[int]]
Jobs = Mapping[str, tuple[float, Job]]

# What a commit may wait for its place in the feed; a turn finds the more events the later it is.
FEED_SECONDS: Final = 0.25

JOBS: Final[Jobs] = {
    "housekeeping": (60, keep_house),
    "feed-housekeeping": (600, forget_old_positions),
    "webhook-housekeeping": (600, forget_old_deliveries),
    "feed": (FEED_SECONDS, number_events),
    "counting": (5, count_stays),
}
"""Every so many seconds, what gives how much it has done."""


async def work(settings: Settings, jobs: AbstractAsyncContextManager[Jobs]) -> None:
    """Do what is due, and `jobs`, until told to stop; a database that is away comes back."""
    engine = make_engine(settings.database_address, settings)
    sessions, spans = make_sessions(engine), spans_of(settings)
    try:
        async with sending(settings, spans), jobs as more:
            every = {**JOBS, **more}
            turns = (repeat(name, *job, sessions, spans) for name, job in every.items())
            await asyncio.gather(*turns)
    finally:
        await engine.dispose()


async def repeat(
    name: str, seconds: float, job: Job, sessions: Sessions, spans: Spans | None = None
) -> None:
    """Do a job every so many seconds; one that fails is done again and stops no other one."""
    pulses = Pulses(name, seconds)
    while True:
        with pulses.turn() as turn:
            turn.done = await job(sessions)
        if spans is not None and (turn.done or turn.error):
            told: Attributes = {"gate.job": name, "gate.done": turn.done}
            spans.record(f"job {name}", turn.took, told, failed=turn.error is not None)
        await pulses.write(sessions)
        await asyncio.sleep(seconds)
