"""HTTP on the wire: as uvicorn speaks it, but no request is longer than what the service reads."""

from typing import ClassVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 65_536
TOO_LONG = "The request is too long."


class Bounded(HttpToolsProtocol):
    """The protocol of requests that have so many bytes at most.

    By itself it keeps headers and trailers without end, and reads on what was refused long ago.
    """

    most: ClassVar[int]
    _received = 0
    _in_head = True
    _asked = False  # whether a request's head was complete before

    def data_received(self, data: bytes) -> None:
        """Count what comes in, and read no further than what a request may have."""
        self._received += len(data)
        super().data_received(data)
        is_too_long = self._received > (HEAD_BYTES if self._in_head else self.most)
        if is_too_long and not self.transport.is_closing():
            self._end()

    def on_message_begin(self) -> None:
        """Count anew."""
        self._received = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Let a body follow, which may be longer."""
        self._in_head, self._asked = False, True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Wait for the next head."""
        self._received, self._in_head = 0, True
        super().on_message_complete()

    def _end(self) -> None:
        """Close the connection, saying why where no answer is on its way."""
        if self._in_head and (not self._asked or self.cycle.response_complete):
            self.send_400_response(TOO_LONG)
        else:
            self.transport.close()


def bounded(max_body_bytes: int) -> type[Bounded]:
    """Return the protocol of requests whose bodies have so many bytes at most.

    A body may take as many bytes again for the chunks that it comes in.
    """
    return type("Bounded", (Bounded,), {"most": HEAD_BYTES + 2 * max_body_bytes})
