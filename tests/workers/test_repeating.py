"""A worker's jobs go on, whatever happens to one of them."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.workers import repeat


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(ConnectionRefusedError(), id="the database is away"),
        pytest.param(ZeroDivisionError(), id="something unforeseen"),
    ],
)
async def test_a_job_that_failed_is_done_again(
    error: Exception, sessions: async_sessionmaker[AsyncSession]
) -> None:
    tried = 0
    again = asyncio.Event()

    async def job(_: async_sessionmaker[AsyncSession]) -> int:
        nonlocal tried
        tried += 1
        if tried == 1:
            raise error
        again.set()
        return 0

    working = asyncio.create_task(repeat("counting", 0, job, sessions))
    waiting = asyncio.create_task(again.wait())
    await asyncio.wait({working, waiting}, return_when=asyncio.FIRST_COMPLETED)
    assert waiting.done()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
