"""Waiting for events: one look at the database serves all who wait in a process, and holds nothing.

Nobody looks while nobody waits.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import structlog

from app.core.database import is_passing
from app.repositories.feed import News

LOOK_SECONDS: Final = 0.1
LONGEST_WAIT: Final = 25

log = structlog.get_logger()

Look = Callable[[int], Awaitable[News]]


class Watch:
    """Wakes those who wait for something in the feed that they may see."""

    def __init__(self, look: Look, seconds: float = LOOK_SECONDS) -> None:
        """Ask `look` what came after a position, every so many seconds while somebody waits."""
        self._look = look
        self._seconds = seconds
        self._seen = 0
        self._ended = False
        self._waiting: defaultdict[UUID | None, set[asyncio.Event]] = defaultdict(set)
        self._looking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(map(len, self._waiting.values()))

    async def wait(self, reader: UUID | None, after: int, seconds: float) -> bool:
        """Wait until something for `reader` may lie after a position; False: nothing came in time.

        None reads everything. What came while nobody looked is taken for news, to be looked at.
        """
        if self._ended:
            return False
        if self._looking is None:
            self._seen = after
            self._looking = asyncio.create_task(self._keep_looking())
        elif self._seen > after:
            return True
        mine = asyncio.Event()
        self._waiting[reader].add(mine)
        try:
            async with asyncio.timeout(seconds):
                await mine.wait()
        except TimeoutError:
            return False
        finally:
            self._leave(reader, mine)
        return not self._ended

    async def end(self) -> None:
        """Let all go who wait, and nobody wait any more: the process is to stop."""
        self._ended = True
        for waiting in self._waiting.values():
            for one in waiting:
                one.set()
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    def _leave(self, reader: UUID | None, mine: asyncio.Event) -> None:
        self._waiting[reader].discard(mine)
        if not self._waiting[reader]:
            del self._waiting[reader]

    async def _keep_looking(self) -> None:
        """Look until nobody waits, whatever went wrong the time before."""
        try:
            while self._waiting:
                await asyncio.sleep(self._seconds)
                await self._look_once()
        finally:
            self._looking = None

    async def _look_once(self) -> None:
        try:
            news = await self._look(self._seen)
        except Exception as error:
            if not is_passing(error):
                log.exception("feed not looked at")
            return
        has_moved = news.newest > self._seen
        self._seen = max(self._seen, news.newest)
        for reader, waiting in self._waiting.items():
            is_theirs = has_moved if reader is None else reader in news.readers
            for one in waiting if is_theirs or news.for_all else ():
                one.set()
