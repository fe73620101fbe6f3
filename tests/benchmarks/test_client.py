"""The load generator: at full speed or at instants, it ends and tells what came back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing, suppress

import pytest

from benchmarks.client import Job, Outcome, _generate

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
QUESTION = b"GET / HTTP/1.1\r\n\r\n"


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """A server of this machine that answers whatever it reads, in a twentieth of a second."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with closing(writer), suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                await asyncio.sleep(0.05)
                writer.write(ANSWER)

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talks.append(asyncio.create_task(talk(reader, writer)))

    talks: list[asyncio.Task[None]] = []
    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    await asyncio.gather(*talks)
    server.close()
    await server.wait_closed()


async def outcome(job: Job) -> Outcome:
    return await asyncio.wait_for(_generate(job), 30)


async def test_a_connection_asks_again_when_it_has_its_answer(port: int) -> None:
    found = await outcome(Job(port, [QUESTION], connections=2, most=6))
    assert (6, {"200": 6}) == (found.sent, found.statuses)


async def test_what_is_due_at_an_instant_counts_from_then(port: int) -> None:
    paced = Job(port, [QUESTION], connections=1, most=6, seconds=1, per_second=1000)
    found = await outcome(paced)
    assert {"200": 6} == found.statuses
    assert found.latencies_ms[-1] > 5 * 50  # five others were answered before it


async def test_what_is_due_later_is_not_sent_before(port: int) -> None:
    paced = Job(port, [QUESTION], connections=4, most=4, seconds=1, per_second=10)
    found = await outcome(paced)
    assert found.seconds > 3 / 10
    assert found.halves()[0] >= 50
