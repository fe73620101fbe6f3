"""Checks a second: one a request, and a hundred."""

import asyncio
from dataclasses import dataclass, replace

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.client import Job
from benchmarks.filling import fill_queue
from benchmarks.rows import MORNING, Compared, House, compared, stand_at_nine, take_turns
from benchmarks.traffic import check, check_batch

BATCH = 100
ENTRIES = 2_000
NEWEST = "SELECT id FROM entries WHERE reference LIKE 'W%' ORDER BY id LIMIT :count"


@dataclass(frozen=True)
class CheckRates:
    """Checks a second, by how they are sent."""

    compared: Compared


def measure_checks(house: House) -> CheckRates:
    """Record customs' checks of vehicles that wait, each of another vehicle than the one before."""
    url = house.database("checks")
    with house.service(url, "checks") as (service, keys):
        clock = stand_at_nine(service, keys)
        asyncio.run(fill_queue(url, MORNING, clock, ENTRIES))
        entries, key = asyncio.run(_ids(url)), keys["customs"]
        single = Job(service.port, [check(key, entry) for entry in entries])
        hundreds = [entries[first : first + BATCH] for first in range(0, ENTRIES, BATCH)]
        batches = replace(single, requests=[check_batch(key, some) for some in hundreds])
        singly = compared(take_turns(house, {"one a request": single}, 201)).rates
        whole = compared(take_turns(house, {"batch": batches}, 200)).rates
    return CheckRates(Compared({**singly, f"{BATCH} a request": whole["batch"] * BATCH}))


async def _ids(url: str) -> list[str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = (await connection.execute(text(NEWEST), {"count": ENTRIES})).scalars().all()
    await engine.dispose()
    return [str(one) for one in found]
