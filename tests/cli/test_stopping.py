"""A request to stop ends what is done before and beside serving, whenever it comes."""

import subprocess
import sys
from typing import Final

from tests.cli.conftest import OF_THIS_TREE

# In a process of its own, for signals go to a process; all in one, for it takes seconds to begin.
ENDINGS: Final = """
import asyncio, os, signal
from app.cli.serving import TOLD_BY, leave_when_told, until_told

async def waits():
    await asyncio.Event().wait()

async def ends():
    pass

async def hears_nothing():
    asyncio.current_task().uncancel()

async def work(by, then):
    try:
        await asyncio.sleep(0)
        os.kill(os.getpid(), by)
        return await then()
    finally:
        print(by.name, then.__name__, end=" ")

leave_when_told()
for by in (*TOLD_BY, signal.SIGHUP):
    for then in (waits, ends, hears_nothing):
        try:
            print("goes on with", until_told(work(by, then)))
        except SystemExit as told:
            print(told.code)
"""


def test_told_to_stop_work_ends_and_nothing_comes_after() -> None:
    ended = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", ENDINGS],
        env=OF_THIS_TREE, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [
        f"{by} {then} 0"
        for by in ("SIGINT", "SIGTERM", "SIGHUP")
        for then in ("waits", "ends", "hears_nothing")
    ] == ended.stdout.splitlines(), ended.stderr
