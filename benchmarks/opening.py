"""The opening minute: trucks arrive and drivers look, at fixed instants, whatever was answered.

A late answer counts from when its request was due, so that a server that stands still is seen.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import chain, cycle, islice

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.client import Job, run
from benchmarks.filling import fill_queue, token_of
from benchmarks.rows import MORNING, House, stand_at_nine
from benchmarks.traffic import arrival, empty_registration, request

ARRIVALS, READERS, SECONDS = 800, 20_000, 60
WAITING = 4_800  # as stood at the gates in December 2021
LINKS_A_BOARD = 3  # of four drivers who look, one looks at the board
GUARDS, DRIVERS = 8, 64
ARRIVED = """
SELECT count(*) FROM entries e WHERE e.arrived_at IS NOT NULL AND e.gate_code = 'huu-nghi'
  AND EXISTS (SELECT FROM events v WHERE v.entry_id = e.id AND v.kind = 'entry.arrived')
"""


@dataclass(frozen=True)
class Opening:
    """What came in a minute, who waited how long for an answer (median, p99; ms), what was lost."""

    arrivals: int
    readers: int
    seconds: float
    arrival_ms: tuple[float, float]
    reader_ms: tuple[float, float]
    lost: int

    @property
    def slowest_p99(self) -> float:
        """The p99 of whoever waited longer, in milliseconds."""
        return max(self.arrival_ms[1], self.reader_ms[1])


def measure_opening(house: House) -> Opening:
    """Let everybody come in one minute to a house where a long queue waits already."""
    part, seconds = (40, SECONDS / 10) if house.quick else (1, SECONDS)
    arrivals, readers = ARRIVALS // part, READERS // part
    url = house.database("opening")
    with house.service(url, "opening") as (service, keys):
        clock = stand_at_nine(service, keys)
        asyncio.run(fill_queue(url, MORNING, clock, WAITING))
        register = empty_registration(keys["company-1"], f"{MORNING:%Y-%m-%d}")
        run(Job(service.port, [register], most=arrivals)).ensure_only(201)
        coming = Job(
            service.port, [arrival(keys["border_guard"])], GUARDS, seconds, arrivals,
            per_second=arrivals / seconds,
        )  # fmt: skip
        looking = replace(
            coming, requests=_questions(readers), connections=DRIVERS, most=readers,
            per_second=readers / seconds,
        )  # fmt: skip
        with ThreadPoolExecutor(2) as both:
            came, looked = both.map(run, (coming, looking))
    came.ensure_only(201)
    looked.ensure_only(200)
    unanswered = arrivals + readers - len(came.latencies_ms) - len(looked.latencies_ms)
    unstored = arrivals - asyncio.run(_count(url))
    return Opening(
        arrivals, readers, seconds, came.halves(), looked.halves(), unanswered + unstored
    )


def _questions(count: int) -> list[bytes]:
    """Return a question a reader, about the boards or by the link of somebody who waits."""
    links = cycle(range(1, WAITING + 1))
    four = (
        ["/v1/queues", *(f"/v1/tracking/{token_of(next(links))}" for _ in range(LINKS_A_BOARD))]
        for _ in iter(int, 1)
    )
    return [request("GET", path) for path in islice(chain.from_iterable(four), count)]


async def _count(url: str) -> int:
    """Return how many arrivals are stored with their event."""
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        found = (await connection.execute(text(ARRIVED))).scalar_one()
    await engine.dispose()
    return int(found)
