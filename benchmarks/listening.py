"""Many listeners in a process of its own: it makes changes, and notes who hears of each when.

A change is committed before its answer leaves, so what passes from the answer on is a little less
than what passes from the commit on: the way of one answer.
"""

import asyncio
import base64
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import Any

import uvloop

from benchmarks.client import HOST, MILLISECONDS
from benchmarks.traffic import request

PATH = "/v1/queues/stream?gate=tan-thanh&direction=export"
PATIENCE_SECONDS = 30.0
CHUNKS_END = b"\n\n\r\n"


@dataclass(frozen=True)
class Listening:
    """How many listen to which port, and the requests that change what they see, one by one.

    After each its mark stands on the board. The next comes after a pause, in seconds.
    """

    port: int
    listeners: int
    changes: Sequence[bytes]
    marks: Sequence[bytes]
    pause: float


@dataclass(frozen=True)
class Heard:
    """From the answer to each change to each listener, sorted, in ms; how many missed one."""

    latencies_ms: Sequence[float] = field(repr=False)
    missed: int


def listen(job: Listening) -> Heard:
    """Do `job` in a process of its own.

    Raises:
        RuntimeError: it failed, with what it said.
    """
    coded = {name: [base64.b64encode(one).decode() for one in getattr(job, name)] for name in TEXTS}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.listening"],
        input=json.dumps({**asdict(job), **coded}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip() or "the listeners failed")
    return Heard(**json.loads(done.stdout))


TEXTS = ("changes", "marks")


class _Change:
    """What all listeners wait for now."""

    def __init__(self) -> None:
        self.mark = b"event: board"
        self.heard: list[float] = []
        self.left = 0
        self.all_heard = asyncio.Event()

    def begin(self, mark: bytes, listeners: int) -> None:
        self.mark, self.heard, self.left = mark, [], listeners
        self.all_heard.clear()

    def hear(self) -> None:
        self.heard.append(time.perf_counter())
        self.left -= 1
        if self.left == 0:
            self.all_heard.set()


class _Listener(asyncio.Protocol):
    """One stream; it looks for the mark in what comes, and forgets the rest."""

    def __init__(self, change: _Change) -> None:
        self._change = change
        self._heard_of = b""
        self._begun = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.write(request("GET", PATH))  # type: ignore[attr-defined] # uvloop's own class of transports

    def data_received(self, data: bytes) -> None:
        data = self._begun + data
        mark = self._change.mark
        if self._heard_of != mark and mark in data:
            self._heard_of = mark
            self._change.hear()
        self._begun = b"" if data.endswith(CHUNKS_END) else data


async def _listen(job: Listening) -> Heard:
    loop, change = asyncio.get_running_loop(), _Change()
    change.left = job.listeners
    for _ in range(job.listeners):
        await loop.create_connection(partial(_Listener, change), HOST, job.port)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await change.all_heard.wait()
    reader, writer = await asyncio.open_connection(HOST, job.port)
    latencies: list[float] = []
    missed = 0
    for sent, mark in zip(job.changes, job.marks, strict=True):
        await asyncio.sleep(job.pause)
        change.begin(mark, job.listeners)
        writer.write(sent)
        answered = await _answered(reader)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await change.all_heard.wait()
        except TimeoutError:
            missed += change.left
        latencies += [max(0.0, one - answered) for one in change.heard]
    return Heard(sorted(round(one * MILLISECONDS, 3) for one in latencies), missed)


async def _answered(reader: asyncio.StreamReader) -> float:
    """Read one answer and return the instant at which it was there."""
    head = await reader.readuntil(b"\r\n\r\n")
    now = time.perf_counter()
    if not head.startswith(b"HTTP/1.1 201"):
        raise RuntimeError(head.decode())
    length = head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0]
    await reader.readexactly(int(length))
    return now


def main() -> None:
    """Read a job from standard input, write what was heard to standard output."""
    document: dict[str, Any] = json.load(sys.stdin)
    for name in TEXTS:
        document[name] = [base64.b64decode(one) for one in document[name]]
    json.dump(asdict(uvloop.run(_listen(Listening(**document)))), sys.stdout)


if __name__ == "__main__":
    main()
