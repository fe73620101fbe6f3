"""The log: how many events a second are sealed, and what that costs who calls meanwhile.

Beside the calls runs a process of its own that numbers events, or numbers and seals them, and takes
turns with the other; so the difference is the log's.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.config import Settings
from app.core.database import make_engine, make_sessions
from app.main import make_sealer
from app.workers import FEED_RESTS
from app.workers.feeding import number_events
from app.workers.sealing import SEALING_RESTS, SealingWorker
from app.workers.today import Todays
from benchmarks.client import NUMBER, Job, run
from benchmarks.filling import call_back, fill_queue
from benchmarks.processes import STOP_SECONDS
from benchmarks.rows import CALLS_A_ROUND, MORNING, House, stand_at_nine
from benchmarks.traffic import request

WAITING: Final = 5000
SEALED, UNSEALED = "sealed", "numbered only"
# As a wait and a call of it are told, with one lane beside the first.
EVENTS: Final = """
INSERT INTO events (id, kind, entry_id, gate_code, direction, occurred_at, recorded_at,
  principal_id, data)
SELECT uuidv7(), kind, e.id, e.gate_code, e.direction, e.waits_from, e.waits_from,
  e.registered_by,
  CASE kind WHEN 'waiting.started' THEN jsonb_build_object('clock', 1000, 'lane', e.lane,
    'rate', 100, 'carried', 0, 'waits_from', '2026-12-10T09:00:00+07:00', 'route', null,
    'inside', false, 'call_number', e.call_number)
  ELSE jsonb_build_object('clock', 2000, 'points', 100000, 'policy', 'policy-2026',
    'call_number', e.call_number, 'skips', jsonb_build_array(), 'heads', jsonb_build_array(
      jsonb_build_object('entry', e.id, 'lane', e.lane, 'rate', 100, 'points', 100000,
        'waits_from', '2026-12-10T09:00:00+07:00', 'open_wait', 1000),
      jsonb_build_object('entry', uuidv7(), 'lane', 'ordinary', 'rate', 100, 'points', 90000,
        'waits_from', '2026-12-10T09:00:00+07:00', 'open_wait', 900))) END
FROM (VALUES ('waiting.started'), ('call.made')) kinds(kind), entries e ORDER BY kind DESC, e.id
"""


@dataclass(frozen=True)
class Sealings:
    """Events sealed a second, and milliseconds of a call by what runs beside."""

    rate: float
    call_ms: Mapping[str, float]

    @property
    def cost_percent(self) -> float:
        """What sealing adds to a call, in percent."""
        return max(0.0, (self.call_ms[SEALED] / self.call_ms[UNSEALED] - 1) * 100)


def measure_sealing(house: House) -> Sealings:
    """Seal what everybody tells who has waited and was called, then call beside it."""
    url = house.database("sealing")
    with house.service(url, "sealing") as (service, keys):
        clock = stand_at_nine(service, keys)
    waiting = 500 if house.quick else WAITING
    asyncio.run(fill_queue(url, MORNING, clock, waiting))
    rate = asyncio.run(_seal_at_once(url))
    return Sealings(rate, _calls(house, url))


async def _seal_at_once(url: str) -> float:
    """Let everybody have waited and been called, and return how many events were sealed a second.

    Positions are given before it is looked at the time.
    """
    engine = _engine(url)
    async with engine.begin() as connection:
        await connection.execute(text(EVENTS))
    sessions = make_sessions(engine)
    await number_events(sessions)
    began = time.perf_counter()
    sealed = await _worker().seal(sessions)
    took = time.perf_counter() - began
    await engine.dispose()
    return sealed / took


def _calls(house: House, url: str) -> Mapping[str, float]:
    """Return the milliseconds of a call, the median of its rounds, by what runs beside."""
    found: dict[str, list[float]] = {UNSEALED: [], SEALED: []}
    with house.service(url, "sealing") as (service, keys):
        headers = {"Authorization": f"Bearer {keys['officer-1']}"}
        headers["Idempotency-Key"] = f"sealing-{NUMBER.decode()}-{service.pid}"
        path = "/v1/gates/tan-thanh/queues/export/calls"
        job = Job(service.port, [request("POST", path, {"count": 1}, headers)], connections=1)
        for number in range(4 if house.quick else 12):
            name = (UNSEALED, SEALED)[number % 2]
            with beside(url, name):
                outcome = run(replace(job, most=CALLS_A_ROUND, first=number * CALLS_A_ROUND))
            outcome.ensure_only(201)
            if number > 1:  # the first rounds warm caches up
                found[name].append(statistics.mean(outcome.latencies_ms))
            asyncio.run(call_back(url))
    return {name: statistics.median(means) for name, means in found.items()}


@contextmanager
def beside(url: str, name: str) -> Iterator[None]:
    """Let a process number events, and seal them where it is named so, within the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sealing"],
        env={**os.environ, "DATABASE_URL": url, "BESIDE": name},
        stdout=subprocess.PIPE,
    ) as worker:
        try:
            if worker.stdout is None or not worker.stdout.readline():
                message = "nobody works beside"
                raise RuntimeError(message)
            yield
        finally:
            worker.terminate()
            worker.wait(STOP_SECONDS)


async def _work(url: str, name: str) -> None:
    """Number events as workers do, and seal them where named so, until it is ended."""
    engine, worker = _engine(url), _worker()
    sessions, looked = make_sessions(engine), 0.0
    await number_events(sessions)
    sys.stdout.write("works\n")
    sys.stdout.flush()
    while True:
        await number_events(sessions)
        if name == SEALED and time.monotonic() - looked >= SEALING_RESTS:
            await worker.seal(sessions)
            looked = time.monotonic()
        await asyncio.sleep(FEED_RESTS)


def _engine(url: str) -> AsyncEngine:
    return make_engine(url, Settings())


def _worker() -> SealingWorker:
    return SealingWorker(make_sealer(Settings()), Todays(is_production=False))


if __name__ == "__main__":
    asyncio.run(_work(os.environ["DATABASE_URL"], os.environ["BESIDE"]))
