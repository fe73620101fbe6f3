"""Live boards: a state is drawn and encoded once per process, and sent as bytes to all who listen.

A listener holds no connection to the database, and of what is on its way to it only the newest
state: who reads slowly misses those in between. Nobody draws while nobody listens. What is new is
written to every line that is free in one loop; whose line is not has its own task send it.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from time import perf_counter
from typing import Final, Protocol

import structlog

from app.api.failures import ListenersFullError, TooManyListenersError
from app.api.frames import PING, Frames, Which
from app.api.schemas.boards import Boards
from app.core.config import Settings
from app.core.database import is_passing

LOOK_SECONDS: Final = 1.0
REST_SECONDS: Final = 0.02
"""So long nothing is drawn after a drawing, or as long as that took: at most half of the time."""
RETRY_SECONDS: Final = (2, 3, 4, 5)
"""After so many seconds listeners come back whose stream has ended: not all at once."""
AT_ONCE: Final = 100
"""So many are written to before other requests have their turn: about a millisecond."""

log = structlog.get_logger()

Draw = Callable[[], Awaitable[Boards]]


class Drawing(StrEnum):
    """What came of drawing the boards for those who listen."""

    NEWS = "news"
    SAME = "same"
    FAILED = "failed"


Tell = Callable[[Drawing], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many may listen, in all and of one client; how often they are pinged; how long for."""

    most: int
    most_of_one: int
    ping_seconds: float
    lasts_seconds: float

    @classmethod
    def of(cls, settings: Settings) -> "Bounds":
        """Return those of the settings."""
        return cls(
            settings.max_listeners,
            settings.max_listeners_per_client,
            settings.ping_seconds,
            settings.stream_seconds,
        )


class Line(Protocol):
    """What a server gives for answers that go on: their connection, beside `send`."""

    def takes(self, chunk: bytes) -> bool:
        """Write a part of the answer as it is, unless the client is behind; tell whether."""


class Listener:
    """One stream: what it was told last, and what wakes it."""

    __slots__ = ("_ear", "_rests", "is_over", "is_pinged", "line", "version", "which")

    def __init__(self, which: Which, version: int) -> None:
        """Begin with a version that is known, 0 for none."""
        self.which = which
        self.version = version
        self.line: Line | None = None
        self.is_over = self.is_pinged = self._rests = False
        self._ear = asyncio.Event()

    def takes(self, chunk: bytes) -> bool:
        """Have it sent at once, where nothing else is on its way; tell whether it was."""
        return self._rests and self.line is not None and self.line.takes(chunk)

    def wake(self, *, ping: bool = False, over: bool = False) -> None:
        """Have it look what is new, be pinged, or end; what it has not sent yet is left out."""
        self.is_pinged |= ping
        self.is_over |= over
        self._rests = False
        self._ear.set()

    async def woken(self) -> None:
        """Wait until there is something to do."""
        self._rests = not self._ear.is_set()
        await self._ear.wait()
        self._ear.clear()


class Live:
    """All who listen in one process."""

    def __init__(
        self,
        draw: Draw,
        ear: asyncio.Event,
        bounds: Bounds,
        tell: Tell = lambda _: None,
        look: float = LOOK_SECONDS,
    ) -> None:
        """Let nobody listen yet; `ear` is set by commits, `draw` returns the boards after them.

        Every `look` seconds they are drawn without being told to. What comes of it is told.
        """
        self._draw, self._ear, self._bounds, self._look = draw, ear, bounds, look
        self._tell = tell
        self._frames = Frames()
        self._listeners: dict[Listener, str] = {}
        self._by_client: Counter[str] = Counter()
        self._drawing: asyncio.Task[None] | None = None
        self._pinging: asyncio.Task[None] | None = None
        self._opened = 0
        self._spread = 0  # the version that everybody has or has been woken for
        self._ended = self._is_away = False

    def __len__(self) -> int:
        """Return how many listen."""
        return len(self._listeners)

    @contextmanager
    def listening(
        self, which: Which, client: str, known: str | None, boards: Boards
    ) -> Iterator[Listener]:
        """Let a client listen to some queues, which knows the state that `known` names.

        `boards` are those of this moment.

        Raises:
            TooManyListenersError: the client has as many streams as it may.
            ListenersFullError: the process has.
        """
        if self._by_client[client] >= self._bounds.most_of_one:
            raise TooManyListenersError(self._bounds.most_of_one)
        if len(self._listeners) >= self._bounds.most:
            raise ListenersFullError
        if self._take(boards) is Drawing.NEWS and self._listeners:
            self._ear.set()
        is_known = known is not None and known.encode() == self._frames.id_of(which)
        listener = Listener(which, self._frames.version if is_known else 0)
        lasts = asyncio.get_running_loop().call_later(
            self._bounds.lasts_seconds, lambda: listener.wake(over=True)
        )
        self._listeners[listener] = client
        self._by_client[client] += 1
        self._begin()
        try:
            yield listener
        finally:
            lasts.cancel()
            self._forget(listener, client)

    async def words(self, listener: Listener) -> AsyncIterator[bytes]:
        """Yield what a listener is to be sent, until its stream is over."""
        self._opened += 1
        retry = RETRY_SECONDS[self._opened % len(RETRY_SECONDS)]
        yield b"retry: %d\n\n" % (1000 * retry) + self._news(listener)
        while not (listener.is_over or self._ended):
            await listener.woken()
            ping = self._ping() if listener.is_pinged else b""
            listener.is_pinged = False
            if words := self._news(listener) + ping:
                yield words

    async def end(self) -> None:
        """Let all go who listen, and nobody listen any more: the process is to stop."""
        self._ended = True
        for listener in self._listeners:
            listener.wake(over=True)
        beside = [one for one in (self._drawing, self._pinging) if one is not None]
        for one in beside:
            one.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    def _news(self, listener: Listener) -> bytes:
        news = self._frames.since(listener.which, listener.version)
        listener.version = self._frames.version
        return news

    def _ping(self) -> bytes:
        return PING if self._is_away else PING + self._frames.still()

    def _begin(self) -> None:
        if self._ended:
            return
        if self._drawing is None:
            self._drawing = asyncio.create_task(self._keep_drawing())
        if self._pinging is None:
            self._pinging = asyncio.create_task(self._keep_pinging())

    def _forget(self, listener: Listener, client: str) -> None:
        del self._listeners[listener]
        self._by_client[client] -= 1
        if not self._by_client[client]:
            del self._by_client[client]

    def _take(self, boards: Boards) -> Drawing:
        """Go by new boards."""
        self._is_away = False
        return Drawing.NEWS if self._frames.take(boards) else Drawing.SAME

    async def _tell_all(self, *, ping: bool = False) -> None:
        """Bring all to the newest state, and ping them, some at once; others go on between."""
        everybody = iter(tuple(self._listeners))
        self._spread = self._frames.version
        while some := tuple(islice(everybody, AT_ONCE)):
            words = self._ping() if ping else b""
            for listener in some:
                self._bring(listener, words)
            await asyncio.sleep(0)

    def _bring(self, listener: Listener, ping: bytes) -> None:
        chunk = self._frames.chunk_since(listener.which, listener.version, ping)
        if chunk and not listener.takes(chunk):
            listener.wake(ping=bool(ping))
        else:
            listener.version = self._frames.version

    async def _keep_drawing(self) -> None:
        """Draw after each commit and now and then, whatever went wrong the time before."""
        try:
            while self._listeners:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look):
                        await self._ear.wait()
                self._ear.clear()  # what is committed from here on may be missed by this drawing
                began = perf_counter()
                await self._draw_once()
                if self._spread != self._frames.version:
                    await self._tell_all()
                await asyncio.sleep(max(REST_SECONDS, perf_counter() - began))
        finally:
            self._drawing = None

    async def _draw_once(self) -> None:
        try:
            self._tell(self._take(await self._draw()))
        except Exception as error:
            self._tell(Drawing.FAILED)
            self._is_away = True
            if not is_passing(error):
                log.exception("boards not drawn")

    async def _keep_pinging(self) -> None:
        try:
            while self._listeners:
                await asyncio.sleep(self._bounds.ping_seconds)
                await self._tell_all(ping=True)
        finally:
            self._pinging = None
