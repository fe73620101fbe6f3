"""A load generator in a process of its own: raw bytes out, counts and latencies back.

It must cost far less than what it measures: requests are ready bytes, answers are parsed by
httptools and thrown away. A job always ends: by its seconds, by its number of requests, or by
its time limit where a server stops to answer.
"""

import asyncio
import base64
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import cycle
from typing import Any

import httptools
import uvloop

HOST = "127.0.0.1"
GRACE_SECONDS = 10
# Eight letters each, as what they stand for: a body keeps its length.
NUMBER = b"@NUMBER@"
PLATE = b"@PLATE@@"
SERIES = b"ABCDEFGHKLMNPSTUVXYZ"
MILLISECONDS = 1000.0


@dataclass(frozen=True)
class Job:
    """What to send: to which port, over how many connections, until when.

    `requests` are whole HTTP requests, sent in turn. In each, `@NUMBER@` becomes the next number
    from `first` on, in eight digits, and `@PLATE@@` a plate that only this number has. With
    `per_second` each is due at its instant, and its latency counts from then; without, a
    connection sends the next one when it has its answer.
    """

    port: int
    requests: Sequence[bytes]
    connections: int = 8
    seconds: float = 60.0
    most: int = 10**9
    first: int = 0
    per_second: float | None = None


@dataclass(frozen=True)
class Outcome:
    """What came back: answers by status, seconds from first to last, sorted latencies in ms."""

    seconds: float
    statuses: Mapping[str, int]
    sent: int
    latencies_ms: Sequence[float] = field(repr=False)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies_ms) / self.seconds

    def halves(self) -> tuple[float, float]:
        """Return median and p99 of the latencies, in ms."""
        return at(self.latencies_ms, 50), at(self.latencies_ms, 99)

    def ensure_only(self, status: int) -> None:
        """Make sure that every answer was what the row measures.

        Raises:
            RuntimeError: some had another status.
        """
        if set(self.statuses) != {str(status)}:
            message = f"expected only {status}, got {dict(self.statuses)}"
            raise RuntimeError(message)


def at(latencies: Sequence[float], percent: int) -> float:
    """Return what so many of a hundred sorted latencies are not above."""
    return latencies[min(len(latencies) - 1, len(latencies) * percent // 100)]


def run(job: Job) -> Outcome:
    """Do `job` in a process of its own.

    Raises:
        RuntimeError: it failed, with what it said.
    """
    document = {**asdict(job), "requests": [base64.b64encode(one).decode() for one in job.requests]}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.client"],
        input=json.dumps(document),
        capture_output=True,
        text=True,
        check=False,
        timeout=job.seconds + 3 * GRACE_SECONDS,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "the load generator failed")
    return Outcome(**json.loads(done.stdout))


class _Load:
    """The state that all connections of a job share."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.began = time.perf_counter()
        # What is due at instants is all sent, however late.
        self.ends_at = self.began + job.seconds + (GRACE_SECONDS if job.per_second else 0)
        self.sent = 0
        self.latencies: list[float] = []
        self.statuses: Counter[int] = Counter()
        self._requests = cycle(job.requests)

    def due(self) -> float:
        """Return the instant of the next request: now, or when it is due."""
        rate = self.job.per_second
        return self.began + self.sent / rate if rate else time.perf_counter()

    def next(self) -> bytes | None:
        """Return the next request; None where the job is done."""
        if self.sent >= self.job.most or time.perf_counter() >= self.ends_at:
            return None
        number = self.job.first + self.sent
        self.sent += 1
        return next(self._requests).replace(NUMBER, b"%08d" % number).replace(PLATE, _plate(number))


def _plate(number: int) -> bytes:
    """Return the Vietnamese plate of a number: province, series, five digits."""
    rest, digits = divmod(number, 100_000)
    province, series = divmod(rest, len(SERIES))
    return b"%02d%c%05d" % (11 + province % 89, SERIES[series], digits)


class _Connection(asyncio.Protocol):
    """Sends, waits for the whole answer, sends the next."""

    def __init__(self, load: _Load, done: asyncio.Future[None]) -> None:
        self._load = load
        self._done = done
        self._sent_at = 0.0
        self._transport: Any = None
        self._parser = httptools.HttpResponseParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        self._load.latencies.append(now - self._sent_at)
        self._load.statuses[self._parser.get_status_code()] += 1
        self._parser = httptools.HttpResponseParser(self)
        self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed a connection"))

    def _send(self) -> None:
        self._sent_at = self._load.due()
        request = self._load.next()
        if request is None:
            self._done.set_result(None)
            self._transport.close()
            return
        early = self._sent_at - time.perf_counter()
        if early > 0:
            asyncio.get_running_loop().call_later(early, self._transport.write, request)
        else:
            self._transport.write(request)


async def _generate(job: Job) -> Outcome:
    loop = asyncio.get_running_loop()
    load = _Load(job)
    ends = [loop.create_future() for _ in range(job.connections)]
    began = time.perf_counter()
    for done in ends:
        await loop.create_connection(partial(_Connection, load, done), HOST, job.port)
    # Of what is due at instants, what is not answered in time is lost, and counted by who asked.
    with suppress(TimeoutError) if job.per_second else nullcontext():
        async with asyncio.timeout(job.seconds + GRACE_SECONDS):
            await asyncio.gather(*ends)
    seconds = time.perf_counter() - began
    latencies = sorted(round(one * MILLISECONDS, 3) for one in load.latencies)
    statuses = {str(status): count for status, count in load.statuses.items()}
    return Outcome(seconds, statuses, load.sent, latencies)


def main() -> None:
    """Read a job from standard input, write its outcome to standard output."""
    document = json.load(sys.stdin)
    document["requests"] = [base64.b64decode(one) for one in document["requests"]]
    outcome = uvloop.run(_generate(Job(**document)))
    with suppress(BrokenPipeError):
        json.dump(asdict(outcome), sys.stdout)


if __name__ == "__main__":
    main()
