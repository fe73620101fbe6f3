"""Answers that go on: server-sent events, until the client leaves or the stream is over."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from time import perf_counter
from typing import Annotated, Any, Final, Protocol

from fastapi import Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.live import Line, Listener, Live
from app.api.middleware import OPENED

EVENT_STREAM: Final = "text/event-stream"
LINE: Final = "line"
"""Where the server leaves what goes on when the task of a request for a stream has ended."""
PATH: Final = "/queues/stream"
STREAMS: Final = frozenset({("GET", f"/v1{PATH}")})
"""The requests that are answered by streams, by method and path."""
HEADERS: Final = {
    "cache-control": "no-store",
    "x-accel-buffering": "no",  # nginx would keep words back until there are many
}
LastEventId = Annotated[
    str | None,
    Header(
        alias="Last-Event-ID",
        max_length=64,
        description="The `id` that came last; browsers send it by themselves.",
        examples=["c7a2f0d91b3e4856a0d1f2b3"],
    ),
]
STREAMED: Final[dict[str, Any]] = {
    "description": "The stream.",
    "content": {
        EVENT_STREAM: {
            "schema": {},
            "example": "retry: 3000\n\n"
            'event: board\ndata: {"gate":"tan-thanh","direction":"export",…}\n'
            "id: c7a2f0d91b3e4856a0d1f2b3\n\n"
            ': ping\n\nevent: still\ndata: {"as_of":"2026-02-21T08:00:15+07:00"}\n\n',
        }
    },
}

Listen = Callable[[], Listener]


class Held(Line, Protocol):
    """A line that the server gives, which goes on when the task of the request has ended."""

    def holds(self, listener: Listener) -> bool:
        """Go on for a listener, and tell it when its client reads or leaves; tell whether."""


class EventStream(Response):
    """An answer of server-sent events; it is counted and timed by its opening."""

    media_type = EVENT_STREAM

    def __init__(self, live: Live, listen: Listen) -> None:
        """Let who asked listen, when the answer begins; that may still be refused."""
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]  # nobody knows it
        self._live = live
        self._listen = listen

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send how things stand, and leave the rest to the server where it holds the line."""
        held: Held | None = scope.pop(LINE, None)
        listener = self._listen()
        with ExitStack() as at_last:
            at_last.callback(listener.leaves)
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            scope[OPENED] = perf_counter()
            await _send_part(send, self._live.greet(listener))
            if held is not None and held.holds(listener):
                at_last.pop_all()
                self._live.go_on(listener, held)
            else:
                await self._go_on(listener, receive, send)

    async def _go_on(self, listener: Listener, receive: Receive, send: Send) -> None:
        """Send what there is to be sent, as soon as it is and as fast as it is read."""
        line = _Sending()
        self._live.go_on(listener, line)
        leaving = asyncio.create_task(_until_left(receive, line))
        try:
            await line.send_all(send, listener)
        finally:
            leaving.cancel()


class _Sending:
    """A line by the `send` of a request, whose task sends what was taken last."""

    def __init__(self) -> None:
        self._words = b""
        self._is_over = False
        self._ear = asyncio.Event()

    def takes(self, words: bytes) -> bool:
        """Have words sent, unless others are."""
        if self._words:
            return False
        self._words = words
        self._ear.set()
        return True

    def end(self) -> None:
        """Take nothing more."""
        self._is_over = True
        self._ear.set()

    async def send_all(self, send: Send, listener: Listener) -> None:
        """Send what is taken, to the end; a listener is told whenever it has been sent."""
        while not self._is_over:
            await self._ear.wait()
            self._ear.clear()
            if self._words:
                await _send_part(send, self._words)
                self._words = b""
                listener.reads()
        await send({"type": "http.response.body", "body": b""})


async def _send_part(send: Send, words: bytes) -> None:
    await send({"type": "http.response.body", "body": words, "more_body": True})


async def _until_left(receive: Receive, line: _Sending) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    line.end()
