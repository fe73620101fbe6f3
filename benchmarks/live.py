"""Live boards: how soon a thousand listeners of a process hear of a change, and what one holds."""

import asyncio
from dataclasses import dataclass
from threading import Event, Thread
from typing import Self

from benchmarks.client import NUMBER, PLATE, at
from benchmarks.filling import fill_queue
from benchmarks.listening import Listening, listen
from benchmarks.opening import WAITING
from benchmarks.processes import Running
from benchmarks.rows import MORNING, House, stand_at_nine
from benchmarks.traffic import registration

LISTENERS = 1000
CHANGES = 120
PAUSE_SECONDS = 0.4
BOUNDS = {"GATE_MAX_LISTENERS_PER_CLIENT": "100000", "GATE_MAX_LISTENERS": "100000"}


@dataclass(frozen=True)
class Listened:
    """From a change to its receipt (median, p99; ms), who missed one, kilobytes a listener."""

    listeners: int
    changes: int
    heard_ms: tuple[float, float]
    missed: int
    kilobytes: float


def measure_live(house: House, listeners: int = LISTENERS) -> Listened:
    """Register trucks to a gate with a long queue, one by one, while many listen to its board."""
    listeners, changes = (50, 10) if house.quick else (listeners, CHANGES)
    url = house.database(f"live{listeners}")
    with house.service(url, "live", more=BOUNDS) as (service, keys):
        clock = stand_at_nine(service, keys)
        asyncio.run(fill_queue(url, MORNING, clock, WAITING))
        sent = registration(keys["company-1"], f"{MORNING:%Y-%m-%d}")
        job = Listening(
            service.port,
            listeners,
            [_numbered(sent, number) for number in range(changes)],
            [b'"on_the_way":%d,' % number for number in range(1, changes + 1)],
            PAUSE_SECONDS,
        )
        listen(Listening(service.port, 1, job.changes[:0], job.marks[:0], 0))  # what is made once
        before = service.memory_mb
        with _Most(service) as most:
            heard = listen(job)
    latencies = heard.latencies_ms
    return Listened(
        listeners,
        changes,
        (at(latencies, 50), at(latencies, 99)),
        heard.missed,
        1000 * (most.megabytes - before) / listeners,
    )


class _Most:
    """What a process holds of memory at most while a block runs, in megabytes."""

    def __init__(self, service: Running) -> None:
        self.megabytes = 0.0
        self._service = service
        self._over = Event()
        self._looking = Thread(target=self._look)

    def __enter__(self) -> Self:
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            self.megabytes = max(self.megabytes, self._service.memory_mb)


def _numbered(sent: bytes, number: int) -> bytes:
    return sent.replace(NUMBER, b"%08d" % number).replace(PLATE, b"11C%05d" % number)
