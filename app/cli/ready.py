"""Ready answers as bytes: what the front sends, written where a request has just been read.

By itself the server makes a task, an event and a cycle of each request, and looks at each header
of its answer twice. What is ready needs none of it: the front never waits.
"""

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from typing import TypeVar

from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware
from uvicorn.protocols.http.httptools_impl import STATUS_LINE

T = TypeVar("T")
Front = Callable[[Scope, Send], Awaitable[bool]]


class Ready:
    """Asks the front at once, for whoever a trusted proxy says that is asking."""

    def __init__(self, sends: Front, trusted_proxies: str) -> None:
        """Ask `sends`, which tells whether it has sent an answer, and never waits."""
        self._sends = sends
        self._asked = ProxyHeadersMiddleware(self._ask, trusted_proxies)  # type: ignore[arg-type] # its own words for ASGI

    async def _ask(self, scope: Scope, _receive: Receive, send: Send) -> None:
        await self._sends(scope, send)

    def answer_to(self, scope: Scope, common: list[tuple[bytes, bytes]]) -> bytes | None:
        """Return the whole answer to a request with `common` headers; None where none is ready."""
        sent: list[Message] = []

        async def send(message: Message) -> None:
            sent.append(message)

        at_once(self._asked(scope, _never, send))  # type: ignore[arg-type] # as above
        return b"".join(_parts(common, *sent)) if sent else None


def at_once(coroutine: Coroutine[object, None, T]) -> T:
    """Return what a coroutine returns that never waits.

    Raises:
        RuntimeError: it waits.
    """
    try:
        coroutine.send(None)
    except StopIteration as end:
        found: T = end.value
        return found
    coroutine.close()
    message = "what is done at once waits for nothing"
    raise RuntimeError(message)


def _parts(common: list[tuple[bytes, bytes]], start: Message, body: Message) -> Iterator[bytes]:
    yield STATUS_LINE[start["status"]]
    for name, value in (*common, *start["headers"]):
        yield from (name, b": ", value, b"\r\n")
    yield b"\r\n"
    yield body["body"]


async def _never() -> Message:
    message = "a ready answer is to a request without body"
    raise RuntimeError(message)
