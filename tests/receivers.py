"""Receivers of webhooks on this machine: real sockets, answering as a test wants them to."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

Behave = Callable[["Got"], Awaitable[int | None]]
"""Return the status to answer with; None hangs up."""


@dataclass(frozen=True)
class Got:
    """One request that came."""

    path: str
    headers: dict[str, str]
    body: bytes
    number: int
    """Which one it is, from 1."""
    ended: asyncio.Event
    """Set when the receiver is taken away."""

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """What listens: everything that came, and how much of it at once."""

    behave: Behave
    url: str = ""
    got: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)
    """What was answered with a 2xx."""
    says: Callable[[Got], bytes] = lambda _got: b"ok"
    """What it says to a request, beside the status."""
    now: int = 0
    most: int = 0
    came: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    async def has(self, count: int) -> None:
        """Wait until so many requests have come."""
        while len(self.got) < count:
            self.came.clear()
            await self.came.wait()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while await self._answer(reader, writer):
                pass
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
        kept = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        got = Got(
            head[0].split()[1],
            {name.lower(): value for name, value in kept.items()},
            body,
            len(self.got) + 1,
            self.ended,
        )
        self.got.append(got)
        self.came.set()
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            status = await self.behave(got)
        finally:
            self.now -= 1
        if status is None:
            return False
        if 200 <= status < 300:
            self.taken.append(got)
        more = f"Location: {self.url}/inside\r\n" if 300 <= status < 400 else ""
        said = self.says(got)
        start = f"HTTP/1.1 {status} -\r\n{more}Content-Length: {len(said)}\r\n\r\n"
        writer.write(start.encode() + said)
        await writer.drain()
        return True


@asynccontextmanager
async def receiving(behave: Behave) -> AsyncIterator[Receiver]:
    """Let a receiver listen on a port of this machine."""
    receiver = Receiver(behave)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield receiver
    finally:
        receiver.ended.set()
        server.close()


async def takes(_got: Got) -> int:
    return 200


async def fails(_got: Got) -> int:
    return 500


async def is_gone(_got: Got) -> int:
    return 410


async def redirects(_got: Got) -> int:
    return 302


async def hangs(got: Got) -> int:
    await got.ended.wait()
    return 200


async def is_slow(_got: Got) -> int:
    await asyncio.sleep(0.2)
    return 202


def flaps(every: int) -> Behave:
    """Return one that takes every so-manieth only."""

    async def behave(got: Got) -> int | None:
        return 200 if got.number % every == 0 else (500 if got.number % 2 else None)

    return behave
