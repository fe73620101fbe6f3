"""Live boards: a state is drawn and encoded once per process, and sent as bytes to all who listen.

A listener holds no connection to the database, and of what is on its way to it only the newest
state: who reads slowly misses those in between. Nobody draws while nobody listens. What is new is
written to every line that is free in one loop; whose line is not is told once it is.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
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


class Drawing(StrEnum):
    """What came of drawing the boards for those who listen."""

    NEWS = "news"
    SAME = "same"
    FAILED = "failed"


Tell = Callable[[Drawing], None]


@dataclass(frozen=True, slots=True)
class Studio:
    """Where boards are drawn: after each `draw` somebody is told what came of it.

    What the next drawing needs, and takes long, is prepared once all have been told of this one.
    """

    draw: Callable[[], Awaitable[Boards]]
    prepare: Callable[[], Awaitable[None]]
    tell: Tell


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
    """Where the words of a stream are sent, once it has begun."""

    def takes(self, words: bytes) -> bool:
        """Send words, unless others are still on their way; tell whether."""

    def end(self) -> None:
        """End the stream whole."""


class Listener:
    """One stream: what it was told last, and where it is told more."""

    __slots__ = ("_live", "client", "lasts", "line", "version", "which")

    def __init__(self, live: "Live", which: Which, client: str, version: int) -> None:
        """Begin with a version that is known, 0 for none, and without a line."""
        self._live = live
        self.which = which
        self.client = client
        self.version = version
        self.line: Line | None = None
        self.lasts: asyncio.TimerHandle | None = None

    def reads(self) -> None:
        """Be told what is new: its line is free again."""
        self._live.bring(self)

    def leaves(self) -> None:
        """Be told nothing more: its client has left."""
        self._live.forget(self)


class Live:
    """All who listen in one process."""

    def __init__(
        self, studio: Studio, ear: asyncio.Event, bounds: Bounds, look: float = LOOK_SECONDS
    ) -> None:
        """Let nobody listen yet; `ear` is set by commits, after which boards are drawn.

        Every `look` seconds they are drawn without being told to.
        """
        self._studio, self._ear, self._bounds, self._look = studio, ear, bounds, look
        self._frames = Frames()
        self._listeners: dict[Listener, None] = {}
        self._by_client: Counter[str] = Counter()
        self._drawing: asyncio.Task[None] | None = None
        self._pinging: asyncio.Task[None] | None = None
        self._opened = 0
        self._spread = 0  # the version that everybody was told whose line was free
        self._ended = self._is_away = False

    def __len__(self) -> int:
        """Return how many listen."""
        return len(self._listeners)

    def listen(self, which: Which, client: str, known: str | None, boards: Boards) -> Listener:
        """Let a client listen to some queues, which knows the state that `known` names.

        `boards` are those of this moment. Whoever lets it listen has it leave at last.

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
        listener = Listener(self, which, client, self._frames.version if is_known else 0)
        listener.lasts = asyncio.get_running_loop().call_later(
            self._bounds.lasts_seconds, self._let_go, listener
        )
        self._listeners[listener] = None
        self._by_client[client] += 1
        self._begin()
        return listener

    def greet(self, listener: Listener) -> bytes:
        """Return what a stream begins with: when to come back, and how things stand."""
        self._opened += 1
        retry = RETRY_SECONDS[self._opened % len(RETRY_SECONDS)]
        words = b"retry: %d\n\n" % (1000 * retry) + self._frames.since(
            listener.which, listener.version
        )
        listener.version = self._frames.version
        return words

    def go_on(self, listener: Listener, line: Line) -> None:
        """Tell a listener by a line what comes after the greeting, from now on; or end it."""
        listener.line = line
        if self._ended or listener not in self._listeners:
            self._let_go(listener)
        else:
            self.bring(listener)

    def bring(self, listener: Listener, ping: bytes = b"") -> None:
        """Tell a listener what is new, and ping it, where its line is free."""
        if listener.line is None:
            return
        words = self._frames.since(listener.which, listener.version, ping)
        if not words or listener.line.takes(words):
            listener.version = self._frames.version

    def forget(self, listener: Listener) -> None:
        """Tell a listener nothing more; it may be forgotten already."""
        if listener not in self._listeners:
            return
        del self._listeners[listener]
        self._by_client[listener.client] -= 1
        if not self._by_client[listener.client]:
            del self._by_client[listener.client]
        if listener.lasts is not None:
            listener.lasts.cancel()

    async def end(self) -> None:
        """Let all go who listen, and nobody listen any more: the process is to stop."""
        self._ended = True
        for listener in tuple(self._listeners):
            self._let_go(listener)
        beside = [one for one in (self._drawing, self._pinging) if one is not None]
        for one in beside:
            one.cancel()
        await asyncio.gather(*beside, return_exceptions=True)

    def _let_go(self, listener: Listener) -> None:
        """End the stream of a listener; one that is still to begin ends then."""
        self.forget(listener)
        if listener.line is not None:
            listener.line.end()

    def _ping(self) -> bytes:
        return PING if self._is_away else PING + self._frames.still()

    def _begin(self) -> None:
        if self._ended:
            return
        if self._drawing is None:
            self._drawing = asyncio.create_task(self._keep_drawing())
        if self._pinging is None:
            self._pinging = asyncio.create_task(self._keep_pinging())

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
                self.bring(listener, words)
            await asyncio.sleep(0)

    async def _keep_drawing(self) -> None:
        """Draw after each commit and now and then, whatever went wrong the time before."""
        try:
            while self._listeners:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._look):
                        await self._ear.wait()
                self._ear.clear()  # what is committed from here on may be missed by this drawing
                began = perf_counter()
                await self._try(self._redraw)
                if self._spread != self._frames.version:
                    await self._tell_all()
                await self._try(self._studio.prepare)
                await asyncio.sleep(max(REST_SECONDS, perf_counter() - began))
        finally:
            self._drawing = None

    async def _redraw(self) -> None:
        self._studio.tell(self._take(await self._studio.draw()))

    async def _try(self, do: Callable[[], Awaitable[None]]) -> None:
        try:
            await do()
        except Exception as error:
            self._studio.tell(Drawing.FAILED)
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
