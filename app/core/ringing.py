"""The bells of several processes on one database: what one commits rings those of the others.

A NOTIFY inside a transaction would let no two commit at once. So each process says after its
commits, on a connection of its own, that there were some: many in a row are said together. What is
lost so is found by looking, as everything that a bell tells.
"""

import asyncio
from typing import Final, Protocol

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from app.core.bells import Bell
from app.core.config import Settings
from app.core.database import connect_apart, is_passing

CHANNEL: Final = "gate_commits"
TOLD: Final = ("events",)
"""The tables of whose rows the others are told: every change writes its events."""
ELSEWHERE: Final = "elsewhere"
"""What the bell rings for when another process has committed, beside the names of tables."""
GREETING: Final = "here"
"""What who comes says; commits are told without a word."""
REST_SECONDS: Final = 0.05
"""So long nothing more is said: a word takes as much as a tenth of a registration."""
AGAIN_SECONDS: Final = 0.5
CLOSING_SECONDS: Final = 2

log = structlog.get_logger()


class Numbered(Protocol):
    """A connection, as whoever hears something on it knows it."""

    def get_server_pid(self) -> int:
        """Return the number of its server process."""


async def keep_ringing(engine: AsyncEngine, bell: Bell, settings: Settings) -> None:
    """Tell the other processes of our commits, and our `bell` of theirs; a database comes back.

    A pooler lets nobody hear anything: behind one, processes look.
    """
    ear = bell.ear(TOLD)
    while settings.statement_cache_size:
        try:
            await _ring(engine, bell, ear)
        except Exception as error:
            if is_passing(error):
                log.warning("database away", error=type(error).__name__)
            else:
                log.exception("bells apart")
        await asyncio.sleep(AGAIN_SECONDS)


async def _ring(engine: AsyncEngine, bell: Bell, ear: asyncio.Event) -> None:
    """Tell and be told, for as long as a connection lasts.

    Who comes says so, and each that is there says something back, however many came before: who
    heard nobody is alone, and tells nothing.
    """
    others = asyncio.Event()

    def hear(connection: Numbered, pid: int, _channel: str, word: object) -> None:
        if pid == connection.get_server_pid():
            return
        bell.ring((ELSEWHERE,))
        others.set()
        if word == GREETING:
            ear.set()

    driver = await connect_apart(engine)
    try:
        driver.add_termination_listener(lambda _: ear.set())
        await driver.add_listener(CHANNEL, hear)
        bell.ring((ELSEWHERE,))  # what was said before was not heard
        await driver.execute(f"NOTIFY {CHANNEL}, '{GREETING}'")
        while not driver.is_closed():
            await ear.wait()
            ear.clear()
            if others.is_set() and not driver.is_closed():
                await driver.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(REST_SECONDS)
    finally:
        await driver.close(timeout=CLOSING_SECONDS)
