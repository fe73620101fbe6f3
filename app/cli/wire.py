"""HTTP on the wire: as uvicorn speaks it, but no request is longer or slower than what we wait for.

By itself it keeps headers and trailers without end, waits for the rest of a request and for who
reads an answer as long as either likes, and takes every connection.
"""

import asyncio
from collections.abc import Mapping
from enum import Enum, auto
from typing import ClassVar, Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.api.event_stream import LINE, STREAMS
from app.api.long_bodies import longer_bodies
from app.cli.ready import Ready
from app.cli.streams import OpenAnswer
from app.cli.watch import Cut, Patience, Watch
from app.core.config import Settings

HEAD_BYTES: Final = 65_536
WORDS: Final = {
    Cut.TOO_LONG: (400, "The request is too long."),
    Cut.SLOW_HEAD: (408, "The request took too long to come."),
    Cut.SLOW_BODY: (408, "The request took too long to come."),
    Cut.TOO_MANY: (503, "There are too many connections."),
}


class Turn(Enum):
    """What is under way on a connection; before the first byte, nothing."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()


class Bounded(HttpToolsProtocol):
    """The protocol of requests that have so many bytes and take so long at most."""

    watch: ClassVar[Watch]
    patience: ClassVar[Patience]
    longer: ClassVar[Mapping[tuple[str, str], int]]
    ready: ClassVar[Ready | None]
    stream: OpenAnswer | None = None  # the answer that goes on without a task
    _longest = 0
    _received = 0
    _turn = Turn.NOTHING
    _is_answered = False  # whether this request had a ready answer, which has been written
    _asked = False  # whether a request's head was complete before
    _waited = 0  # sweeps in which the client kept us waiting, in this turn
    _unread = 0  # bytes of answers that the client had not taken at the last sweep
    _stuck = 0  # sweeps in which it took none of them

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as its base
        """Take the connection, unless there are too many."""
        super().connection_made(transport)
        if not self.watch.takes(self, self.client[0] if self.client else None):
            self._say(Cut.TOO_MANY)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self.watch.loses(self)
        if self.stream is not None:
            self.stream.lose()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what comes in, and read no further than what a request may have."""
        self._received += len(data)
        super().data_received(data)
        is_head = self._turn is not Turn.BODY
        is_too_long = self._received > (HEAD_BYTES if is_head else self._longest)
        if is_too_long and not self.transport.is_closing():
            self._cut(Cut.TOO_LONG)

    def on_message_begin(self) -> None:
        """Count anew."""
        self._received = self._waited = 0
        self._turn, self._is_answered = Turn.HEAD, False
        self._unset_keepalive_if_required()  # a ready answer before this in the same bytes set it
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Answer what is ready; else let a body follow, which may be longer."""
        if self.ready is not None and self._is_plain and self._answer_at_once(self.ready):
            return
        self._waited, self._turn, self._asked = 0, Turn.BODY, True
        super().on_headers_complete()
        asked = (self.scope["method"], self.scope["path"])
        self._longest = self.longer.get(asked, self.patience.longest_request)
        if asked in STREAMS:
            self.scope[LINE] = OpenAnswer(self, self.cycle)  # type: ignore[typeddict-unknown-key] # ours

    def on_message_complete(self) -> None:
        """Wait for nobody until there is an answer."""
        self._received = self._waited = 0
        self._turn = Turn.ANSWER
        if not self._is_answered:
            super().on_message_complete()

    @property
    def _is_plain(self) -> bool:
        """Whether a request asks for a path and no more, and the line is free for its answer."""
        parser, url = self.parser, self.url
        return (
            parser.get_method() == b"GET"
            and url[:1] == b"/"
            and url.isascii()
            and not (b"?" in url or b"%" in url or b"#" in url)
            and parser.get_http_version() == "1.1"
            and parser.should_keep_alive()
            and not parser.should_upgrade()
            and not (self.expect_100_continue or self.root_path or self.pipeline)
            and not (self._is_answering or self.flow.write_paused or self.transport.is_closing())
        )

    def _answer_at_once(self, ready: Ready) -> bool:
        """Write the answer if it is ready, and wait for the next request."""
        path = self.url.decode("ascii")
        scope = {**self.scope, "method": "GET", "path": path, "query_string": b""}
        answer = ready.answer_to(scope, self.server_state.default_headers)
        if answer is None:
            return False
        self.transport.write(answer)
        self._is_answered = True
        self.on_response_complete()
        return True

    def resume_writing(self) -> None:
        """Note that the client takes its answer."""
        self._stuck = 0
        super().resume_writing()
        if self.stream is not None:
            self.stream.resume()

    def sweep(self) -> None:
        """Count a second, where the client keeps us waiting; end what took too long."""
        unread = self.transport.get_write_buffer_size()
        if (unread or self._unread) and self._is_stuck(unread):
            self.watch.tell(Cut.UNREAD_ANSWER)
            self.transport.abort()
        elif self._keeps_waiting and self._is_late():
            self._cut(Cut.SLOW_BODY if self._turn is Turn.BODY else Cut.SLOW_HEAD)

    def _is_stuck(self, unread: int) -> bool:
        """Tell whether a client has taken nothing of its answers for too long."""
        self._stuck = self._stuck + 1 if unread and unread >= self._unread else 0
        self._unread = unread
        return self._stuck > self.patience.answer_seconds

    @property
    def _keeps_waiting(self) -> bool:
        """Whether it is the client's turn, who has begun a request or should have."""
        if self._turn is not Turn.BODY and (
            # It is kept for another request, which has a timer of its own; or the turn is ours.
            self.timeout_keep_alive_task is not None or self._is_answering
        ):
            return False
        return not (self.flow.read_paused or self.transport.is_closing())

    def _is_late(self) -> bool:
        self._waited += 1
        if self._turn is Turn.BODY:
            return self._waited > self.patience.for_body(self._received)
        return self._waited > self.patience.head_seconds

    @property
    def _is_answering(self) -> bool:
        return self._asked and not self.cycle.response_complete

    def _cut(self, why: Cut) -> None:
        """Close the connection, saying why where no answer is on its way."""
        self.watch.tell(why)
        if self._may_say(why):
            self._say(why)
        else:
            self.transport.close()

    def _may_say(self, why: Cut) -> bool:
        if self._turn is Turn.BODY:  # the application itself refuses one that is too long
            return why is Cut.SLOW_BODY and not self.cycle.response_started
        return self._turn is Turn.HEAD and not self._is_answering

    def _say(self, why: Cut) -> None:
        status, words = WORDS[why]
        self.transport.write(
            b"%bcontent-type: text/plain; charset=utf-8\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%b" % (STATUS_LINE[status], len(words), words.encode())
        )
        self.transport.close()


def bounded(settings: Settings, watch: Watch, ready: Ready | None = None) -> type[Bounded]:
    """Return the protocol of requests that come and are read as the settings say.

    What is `ready` is answered as soon as it is asked for.

    A body may take as many bytes again for the chunks that it comes in.
    """
    patience = Patience(
        head_seconds=settings.head_seconds,
        body_seconds=settings.body_seconds,
        body_bytes_per_second=settings.body_bytes_per_second,
        answer_seconds=settings.answer_seconds,
        longest_request=_longest(settings.max_body_bytes),
    )
    longer = {asked: _longest(most) for asked, most in longer_bodies(settings).items()}
    bounds = {"watch": watch, "patience": patience, "longer": longer, "ready": ready}
    return type("Bounded", (Bounded,), bounds)


def _longest(max_body_bytes: int) -> int:
    return HEAD_BYTES + 2 * max_body_bytes
