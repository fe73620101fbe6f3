"""A month of vehicles closes: what was never posted is posted, and every day is closed."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from app.core.config import Settings
from app.core.database import make_engine, make_sessions
from app.domain.books import CENTRE
from app.main import make_tools
from app.workers.books import BookKeeper
from app.workers.today import Todays
from benchmarks.filling import fill_month
from benchmarks.processes import Running
from benchmarks.rows import MORNING, House, stand_at_nine

ENTRIES = 60_000
DAYS = 30
GATES = ("huu-nghi", "tan-thanh", "coc-nam", "chi-ma", CENTRE)


@dataclass(frozen=True)
class MonthClosed:
    """Seconds to post a month of `entries`, to close it, and to hold its books against the rows."""

    entries: int
    postings: int
    post: float
    close: float
    check: float


def measure_books(house: House) -> MonthClosed:
    """Post a month that a release without books has left, check it, and close it day by day."""
    entries = 2_000 if house.quick else ENTRIES
    url = house.database("month")
    with house.service(url, "month") as (service, keys):
        stand_at_nine(service, keys)
    asyncio.run(fill_month(url, MORNING, entries, DAYS))
    post, check, postings = asyncio.run(_keep(url))
    with house.service(url, "month") as (service, keys):
        service.ask("/v1/reports/daily")  # reads the reference data
        close = _close(service, keys)
    return MonthClosed(entries, postings, post, close, check)


async def _keep(url: str) -> tuple[float, float, int]:
    """Return the seconds to post everything, those to check it, and how many postings there are."""
    settings = Settings(database_url=url)
    engine = make_engine(settings.database_address, settings)
    keeper = BookKeeper(make_tools(settings), Todays(is_production=False))
    sessions = make_sessions(engine)
    begun = time.perf_counter()
    await keeper.catch_up(sessions)
    posted = time.perf_counter()
    await keeper.keep(sessions)
    checked = time.perf_counter()
    await engine.dispose()
    return posted - begun, checked - posted, await _count(url)


async def _count(url: str) -> int:
    """Return how many postings there are; none of the books differs.

    Raises:
        RuntimeError: something does.
    """
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        differing = await connection.scalar(text("SELECT max(differing) FROM book_checks"))
        count: int | None = await connection.scalar(text("SELECT count(*) FROM postings"))
    await engine.dispose()
    if differing != 0 or not count:
        message = f"the books differ in {differing} places, of {count} postings"
        raise RuntimeError(message)
    return count


def _close(service: Running, keys: Mapping[str, str]) -> float:
    """Close every day of the month, gate by gate, and return the seconds."""
    headers = {"Authorization": f"Bearer {keys['collector-1']}"}
    first = MORNING.date() - timedelta(days=DAYS)
    begun = time.perf_counter()
    for gate in GATES:
        for number in range(DAYS):
            day = first + timedelta(days=number)
            service.ask(f"/v1/gates/{gate}/books/{day}/close", {}, headers)
    return time.perf_counter() - begun
