"""A listener as browsers are one: it reads server-sent events, off the line and one at a time."""

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

PATIENCE_SECONDS = 30


class Reached(Protocol):
    """A service that runs."""

    @property
    def url(self) -> str:
        """Its address."""


@dataclass
class Event:
    """One event: its name, data and id; what only keeps the line open has no name."""

    name: str = ""
    data: str = ""
    id: str | None = None
    comment: str = ""
    retry: int | None = None

    def json(self) -> Any:
        return json.loads(self.data)

    @property
    def queue(self) -> tuple[str, str]:
        told = self.json()
        return told["gate"], told["direction"]


def event_of(block: str) -> Event:
    """Return what a block of lines says."""
    event = Event()
    for line in block.splitlines():
        name, _, value = line.partition(": ")
        match name:
            case "event":
                event.name = value
            case "data":
                event.data = value
            case "id":
                event.id = value
            case "retry":
                event.retry = int(value)
            case "":
                event.comment = value
            case _:
                raise AssertionError(line)
    return event


@dataclass
class Stream:
    """An open stream."""

    line: socket.socket
    head: str = ""
    boards: dict[tuple[str, str], str] = field(default_factory=dict)
    last_id: str | None = None
    _raw: bytes = b""
    _words: bytes = b""

    def __iter__(self) -> Iterator[Event]:
        """Yield events as they come, until the stream is over; remember what a page would."""
        while True:
            while b"\n\n" in self._words:
                block, _, self._words = self._words.partition(b"\n\n")
                event = event_of(block.decode())
                self.last_id = event.id or self.last_id
                if event.name == "board":
                    self.boards[event.queue] = event.data
                yield event
            if not self._read_chunk():
                return

    def next(self, name: str) -> Event:
        """Return the next event of that name."""
        return next(one for one in self if one.name == name)

    def until_known(self) -> Event:
        """Read on to the event with an id, after which all that was told together is known."""
        return next(one for one in self if one.id)

    def read_head(self) -> "Stream":
        self.head = self._until(b"\r\n\r\n").decode()
        return self

    def _read_chunk(self) -> bool:
        size = int(self._until(b"\r\n"), 16)
        while len(self._raw) < size + 2:
            self._more()
        self._words += self._raw[:size]
        self._raw = self._raw[size + 2 :]
        return size > 0

    def _until(self, end: bytes) -> bytes:
        while end not in self._raw:
            self._more()
        found, _, self._raw = self._raw.partition(end)
        return found

    def _more(self) -> None:
        part = self.line.recv(65_536)
        if not part:
            raise ConnectionError
        self._raw += part


@contextmanager
def listening(
    service: Reached, query: str = "", last_id: str | None = None, **headers: str
) -> Iterator[Stream]:
    """Listen to the boards of a service."""
    fields: Mapping[str, str] = {"Last-Event-ID": last_id, **headers} if last_id else headers
    words = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    host, _, port = service.url.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), PATIENCE_SECONDS) as line:
        line.sendall(f"GET /v1/queues/stream{query} HTTP/1.1\r\nHost: gate\r\n{words}\r\n".encode())
        yield Stream(line).read_head()
