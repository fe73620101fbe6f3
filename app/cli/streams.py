"""Answers that go on without a task: of a stream, the connection is all that is kept.

A task that waits for news holds thirty coroutines, and is woken for each. What a stream begins with
is sent as any answer; from then on its words are written where the connection is.
"""

from functools import lru_cache
from typing import Final, Protocol

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

END: Final = b"0\r\n\r\n"


class Connection(Protocol):
    """A connection, as whoever writes to it knows it."""

    flow: FlowControl
    stream: "OpenAnswer | None"

    def on_response_complete(self) -> None:
        """Go on with the next request."""


class Told(Protocol):
    """Whoever is told what becomes of a line."""

    def reads(self) -> None:
        """Go on: the client has read."""

    def leaves(self) -> None:
        """Stop: the client has left."""


class OpenAnswer:
    """The rest of an answer in chunks, whose beginning a task has sent."""

    __slots__ = ("_connection", "_cycle", "_told")

    def __init__(self, connection: Connection, cycle: RequestResponseCycle) -> None:
        """Be what is left of the answer that `cycle` makes."""
        self._connection = connection
        self._cycle = cycle
        self._told: Told | None = None

    def holds(self, listener: Told) -> bool:
        """Let the task end, and the answer go on for a listener; tell whether its client is here.

        The server's own name for an answer that its task may leave as it is: disconnected.
        """
        if self._cycle.disconnected or self._cycle.transport.is_closing():
            return False
        self._cycle.disconnected = True
        self._told, self._connection.stream = listener, self
        return True

    def takes(self, words: bytes) -> bool:
        """Write words, unless the answer is over or its client has not read those before."""
        transport = self._cycle.transport
        if self._told is None or self._connection.flow.write_paused or transport.is_closing():
            return False
        transport.write(_chunk(words))
        return True

    def end(self) -> None:
        """End the answer whole, and go on with what was asked after it."""
        transport = self._cycle.transport
        if self._forget() is None or transport.is_closing():
            return
        transport.write(END)
        self._cycle.response_complete = True
        if not self._cycle.keep_alive:
            transport.close()
        self._connection.on_response_complete()

    def resume(self) -> None:
        """Tell the listener that its client has read."""
        if self._told is not None:
            self._told.reads()

    def lose(self) -> None:
        """Tell the listener that its client has left."""
        told = self._forget()
        if told is not None:
            told.leaves()

    def _forget(self) -> Told | None:
        told, self._told = self._told, None
        self._connection.stream = None
        return told


@lru_cache(maxsize=8)
def _chunk(words: bytes) -> bytes:
    """Return words as HTTP/1.1 frames them: once for all who are sent them."""
    return b"%x\r\n%b\r\n" % (len(words), words)
