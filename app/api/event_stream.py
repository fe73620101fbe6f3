"""Answers that go on: server-sent events, until the client leaves or the stream is over."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from time import perf_counter
from typing import Annotated, Any, Final

from fastapi import Header
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.api.live import Line, Listener, Live
from app.api.middleware import OPENED

EVENT_STREAM: Final = "text/event-stream"
LINE: Final = "line"
"""Where the server leaves the line of a request for a stream."""
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

Listening = Callable[[], AbstractContextManager[Listener]]


class EventStream(Response):
    """An answer of server-sent events; it is counted and timed by its opening."""

    media_type = EVENT_STREAM

    def __init__(self, live: Live, listening: Listening) -> None:
        """Let who asked listen, when the answer begins; that may still be refused."""
        super().__init__(headers=HEADERS)
        del self.headers["content-length"]  # nobody knows it
        self._live = live
        self._listening = listening

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what there is to be sent, as soon as it is and as fast as it is read."""
        line: Line | None = scope.pop(LINE, None)
        with self._listening() as listener:
            listener.line = line
            leaving = asyncio.create_task(_until_left(receive, listener))
            try:
                start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
                await send(start)
                scope[OPENED] = perf_counter()
                async for words in self._live.words(listener):
                    await send({"type": "http.response.body", "body": words, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
            finally:
                leaving.cancel()


async def _until_left(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.wake(over=True)
