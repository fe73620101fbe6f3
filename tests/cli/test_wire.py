"""The wire under clients that are slow, greedy or many; a second is a sweep, and short here."""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import parse_headers
from io import BufferedReader
from threading import Thread
from typing import Any

import pytest
import uvicorn
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Message, Receive, Scope, Send

from app.api.event_stream import LINE, STREAMS
from app.api.long_bodies import WITH_FILES
from app.api.manners import MEGABYTE
from app.cli.ready import Ready
from app.cli.streams import OpenAnswer
from app.cli.watch import Watch
from app.cli.wire import bounded
from app.core.config import Settings

SWEEP = 0.02
PATIENCE_SECONDS = 600
PATIENT = 1000
CHUNK = b"x" * 65_536
((_, STREAM),) = STREAMS
QUICK = b"GET /quick HTTP/1.1\r\nHost: gate\r\n\r\n"
STREAMED = QUICK.replace(b"/quick", STREAM.encode())
POST = b"POST /body HTTP/1.1\r\nHost: gate\r\nContent-Length: %d\r\n\r\n"
LATE = {"/poll": 40, "/long": 75}
"""After how many sweeps they are answered."""
LIMITS: dict[str, Any] = {
    "head_seconds": 25,
    "body_seconds": 25,
    "body_bytes_per_second": 100,
    "answer_seconds": 50,
    "keep_alive_seconds": 60,
}


async def shelved(scope: Scope, send: Send) -> bool:
    """Answer what is ready: who asks, as often as a page has room for."""
    if scope["path"] != "/ready":
        return False
    await Response(f"{scope['client'][0]} " * 1000)(scope, unread, send)
    return True


async def unread() -> Message:
    raise AssertionError


class Filling:
    """A stream that is written to until its client is behind; once it reads, it is ended."""

    def __init__(self, line: OpenAnswer) -> None:
        self._line = line
        self.taken = 0
        self.is_behind = self.is_left = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Begin, and leave the rest to the line; where asked to, only when the client has left."""
        while scope["query_string"] and (await receive())["type"] != "http.disconnect":
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"begun", "more_body": True})
        self.is_left = not self._line.holds(self)
        while self._line.takes(CHUNK):
            self.taken += 1
        self.is_behind = True

    def reads(self) -> None:
        assert self._line.takes(b"more")
        self._line.end()
        assert not self._line.takes(b"after the end")

    def leaves(self) -> None:
        self.is_left = True


@dataclass
class House:
    """A server with the protocol, what was cut there, and which requests ended early."""

    port: int
    watch: Watch
    cuts: Counter[str]
    left: list[str]
    streams: list[Filling]

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS)

    def answers(self) -> bool:
        """Tell whether somebody quick is answered."""
        with self.connect() as one:
            return asked(one, QUICK)


@dataclass
class Answers:
    """What the server runs: which requests ended early, and its streams."""

    left: list[str] = field(default_factory=list)
    streams: list[Filling] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if LINE in scope:
            self.streams.append(Filling(scope.pop(LINE)))
            await self.streams[-1](scope, receive, send)
            return
        try:
            answer = await answer_to(Request(scope, receive))
        except ClientDisconnect:
            self.left.append(scope["path"])
        else:
            await answer(scope, receive, send)


async def answer_to(request: Request) -> Response:
    """Answer how long a body is; else late or much, as the path says, or at once."""
    path = request.url.path
    if request.method == "POST":
        return PlainTextResponse(str(len(await request.body())))
    if path in LATE:
        await asyncio.sleep(LATE[path] * SWEEP)
    return Response(200 * CHUNK) if path == "/large" else PlainTextResponse("quick")


@contextmanager
def serving(**changes: Any) -> Iterator[House]:
    settings = Settings(**{**LIMITS, **changes})
    cuts: Counter[str] = Counter()
    answers = Answers()
    watch = Watch(settings, lambda why: cuts.update([why]), SWEEP)
    config = uvicorn.Config(
        answers,
        http=bounded(settings, watch, Ready(shelved, "10.0.0.0/8,127.0.0.1")),
        lifespan="off",
        log_config=None,
        timeout_keep_alive=settings.keep_alive_seconds,
    )
    listener = socket.create_server(("127.0.0.1", 0))
    with listener, running(uvicorn.Server(config), listener):
        port = listener.getsockname()[1]
        yield House(port, watch, cuts, answers.left, answers.streams)


@contextmanager
def running(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    thread = Thread(target=lambda: asyncio.run(server.serve([listener])))
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield
    finally:
        server.force_exit = server.should_exit = True
        thread.join(PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    # This machine is a proxy that is trusted: its connections are not counted as one client's.
    with serving() as house:
        yield house


def wait_until(is_so: Any) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not is_so():
        assert time.monotonic() < until
        time.sleep(SWEEP / 2)


def asked(one: socket.socket, request: bytes) -> bool:
    """Send a request and tell whether its whole answer came."""
    one.sendall(request)
    read = b""
    while not read.endswith(b"quick"):
        part = one.recv(1000)
        read += part
        if not part:
            return False
    return read.startswith(b"HTTP/1.1 200")


def read_to_the_end(one: socket.socket) -> bytes:
    """Return all that still comes; the test fails where the connection is not closed."""
    read = b""
    with suppress(ConnectionError):
        while part := one.recv(65_536):
            read += part
    return read


def trickle(one: socket.socket, part: bytes) -> None:
    """Send a part again and again until the other side has had enough."""
    until = time.monotonic() + PATIENCE_SECONDS
    one.settimeout(SWEEP / 2)
    with suppress(ConnectionError):
        while time.monotonic() < until:
            one.sendall(part)
            with suppress(TimeoutError):
                assert one.recv(1000).startswith((b"HTTP/1.1 408", b""))
                return
    assert time.monotonic() < until


@pytest.mark.parametrize(
    ("begun", "status"),
    [
        pytest.param(b"", b"", id="nothing at all"),
        pytest.param(b"GET /quick HTT", b"HTTP/1.1 408", id="half a line"),
        pytest.param(QUICK[:-2], b"HTTP/1.1 408", id="no end of the head"),
    ],
)
def test_a_head_that_does_not_come_is_not_waited_for(
    house: House, begun: bytes, status: bytes
) -> None:
    with house.connect() as one:
        one.sendall(begun)
        assert read_to_the_end(one).startswith(status)
    assert house.answers()


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(house: House) -> None:
    cuts = house.cuts["slow-head"]
    with house.connect() as one:
        one.sendall(QUICK[:-2])
        trickle(one, b"a")
    assert cuts + 1 == house.cuts["slow-head"]


def test_a_second_head_on_a_kept_connection_has_no_more_time(house: House) -> None:
    with house.connect() as one:
        assert asked(one, QUICK)
        one.sendall(b"GET /")
        assert read_to_the_end(one).startswith(b"HTTP/1.1 408")


def test_line_ends_alone_keep_no_connection(house: House) -> None:
    with house.connect() as one:
        assert asked(one, QUICK)
        one.sendall(b"\r\n")
        assert read_to_the_end(one) == b""


def test_a_body_that_stops_ends_the_request(house: House) -> None:
    with house.connect() as one:
        one.sendall(POST % 1000 + b"a")
        assert read_to_the_end(one).startswith(b"HTTP/1.1 408")
    wait_until(lambda: "/body" in house.left)
    assert house.cuts["slow-body"]


def test_a_body_that_comes_at_the_least_speed_is_read(house: House) -> None:
    # A hundred bytes are worth a sweep, so it may take longer than one that stops.
    with house.connect() as one:
        one.sendall(POST.replace(b"Host", b"Connection: close\r\nHost") % 8000)
        for _ in range(40):
            one.sendall(b"a" * 200)
            time.sleep(SWEEP)
        assert read_to_the_end(one).endswith(b"8000")


@pytest.mark.parametrize(("_", "path"), WITH_FILES)
def test_a_file_may_be_longer_than_other_bodies(house: House, _: str, path: str) -> None:
    size = 3 * MEGABYTE
    with house.connect() as one:
        head = POST.replace(b"/body", path.encode()).replace(b"Host", b"Connection: close\r\nHost")
        one.sendall(head % size + bytes(size))
        assert read_to_the_end(one).endswith(str(size).encode())


def test_a_body_that_is_too_long_is_cut(house: House) -> None:
    cuts = house.cuts["too-long"]
    with house.connect() as one, suppress(ConnectionError):
        one.sendall(POST % (3 * MEGABYTE) + bytes(3 * MEGABYTE))
        assert b"" == read_to_the_end(one)
    assert cuts + 1 == house.cuts["too-long"]


def test_a_body_that_comes_slower_is_not(house: House) -> None:
    cuts = house.cuts["slow-body"]
    with house.connect() as one:
        one.sendall(POST % 3000)
        trickle(one, b"a")
    assert cuts + 1 == house.cuts["slow-body"]


def test_an_answer_that_takes_long_is_not_cut(house: House) -> None:
    with house.connect() as one:
        assert asked(one, QUICK.replace(b"/quick", b"/poll"))
        assert asked(one, QUICK)


def test_a_client_that_reads_nothing_loses_its_connection(house: House) -> None:
    with house.connect() as one:
        one.sendall(QUICK.replace(b"/quick", b"/large"))
        wait_until(lambda: house.cuts["unread-answer"])
        assert len(read_to_the_end(one)) < 200 * len(CHUNK)
    assert house.answers()


def test_a_client_that_reads_slowly_gets_its_answer(house: House) -> None:
    cuts = house.cuts["unread-answer"]
    read = 0
    with house.connect() as one:
        one.sendall(QUICK.replace(b"/quick", b"/large"))
        while read < 200 * len(CHUNK):
            part = one.recv(1_000_000)
            assert part
            read += len(part)
            time.sleep(SWEEP)
    assert cuts == house.cuts["unread-answer"]


def whole_of(answers: BufferedReader) -> bytes:
    """Read an answer that comes in chunks, to its end."""
    assert b" 200 " in answers.readline()
    parse_headers(answers)
    read = b""
    while size := int(answers.readline(), 16):
        read += answers.read(size)
        assert b"\r\n" == answers.readline()
    assert b"\r\n" == answers.readline()
    return read


def test_a_stream_goes_on_without_its_task_as_fast_as_it_is_read_and_ends_whole() -> None:
    """What was asked behind it, at once and later, is answered in its turn."""
    with serving(answer_seconds=PATIENT) as house, house.connect() as one:
        one.sendall(STREAMED + QUICK)
        wait_until(lambda: house.streams and house.streams[0].is_behind)
        (stream,) = house.streams
        assert (stream.taken > 0, stream.is_left) == (True, False)
        with one.makefile("rb") as answers:
            assert b"begun" + stream.taken * CHUNK + b"more" == whole_of(answers)
            assert b"quick" == body_of(answers, QUICK)
            one.sendall(QUICK)
            assert b"quick" == body_of(answers, QUICK)


def test_the_last_answer_of_a_connection_may_be_a_stream() -> None:
    last = STREAMED.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with serving(answer_seconds=PATIENT) as house, house.connect() as one:
        one.sendall(last)
        wait_until(lambda: house.streams and house.streams[0].is_behind)
        assert read_to_the_end(one).endswith(b"\r\n4\r\nmore\r\n0\r\n\r\n")


@pytest.mark.parametrize("query", [b"", b"?only-then"])
def test_a_stream_is_told_that_its_client_has_left(query: bytes) -> None:
    with serving(answer_seconds=PATIENT) as house:
        with house.connect() as one:
            one.sendall(STREAMED.replace(b" HTTP", query + b" HTTP"))
            wait_until(lambda: house.streams)
        wait_until(lambda: house.streams[0].is_left)
        wait_until(lambda: not len(house.watch))
        assert house.answers()


def test_a_client_that_reads_nothing_of_a_stream_loses_its_connection() -> None:
    with serving() as house, house.connect() as one:
        one.sendall(STREAMED)
        wait_until(lambda: house.cuts["unread-answer"])
        wait_until(lambda: house.streams[0].is_left)


def begin_slowly(house: House, many: int, stack: ExitStack) -> None:
    """Send the begin of many requests, each a head or a body that does not come whole."""
    for number in range(many):
        one = stack.enter_context(house.connect())
        one.sendall(QUICK[: 5 + number % 20] if number % 2 else POST % 1000)


def test_many_slow_ones_keep_nobody_waiting() -> None:
    many = 300
    with serving(head_seconds=PATIENT, body_seconds=PATIENT) as house:
        with ExitStack() as stack:
            begin_slowly(house, many, stack)
            wait_until(lambda: many == len(house.watch))
            assert house.answers()
            assert many <= len(house.watch)
        wait_until(lambda: not len(house.watch))
        assert not house.cuts


def test_many_slow_ones_are_all_cut(house: House) -> None:
    with ExitStack() as stack:
        begin_slowly(house, 300, stack)
        wait_until(lambda: not len(house.watch))


def test_one_connection_too_many_is_told_so_and_the_others_go_on() -> None:
    with serving(max_connections=2, head_seconds=PATIENT) as house, ExitStack() as stack:
        first, second = (stack.enter_context(house.connect()) for _ in range(2))
        wait_until(lambda: 2 == len(house.watch))
        with house.connect() as third:
            assert read_to_the_end(third).startswith(b"HTTP/1.1 503")
        for one in (first, second):
            assert asked(one, QUICK)
    assert 1 == house.cuts["too-many"]


def test_one_address_may_not_have_all_connections() -> None:
    changes: dict[str, Any] = {
        "trusted_proxies": "203.0.113.0/24",
        "max_connections_per_address": 1,
    }
    changes |= {"head_seconds": PATIENT}
    with serving(**changes) as house:
        with house.connect():
            wait_until(lambda: 1 == len(house.watch))
            with house.connect() as second:
                assert read_to_the_end(second).startswith(b"HTTP/1.1 503")
        wait_until(lambda: not len(house.watch))
        assert house.answers()


READY = b"GET /ready HTTP/1.1\r\nHost: gate\r\n\r\n"
SAID = b"127.0.0.1 " * 1000


def told(house: House, *requests: bytes) -> list[bytes]:
    """Return the bodies of the answers to requests that are sent all at once."""
    with house.connect() as one, one.makefile("rb") as answers:
        one.sendall(b"".join(requests))
        return [body_of(answers, request) for request in requests]


def body_of(answers: BufferedReader, request: bytes) -> bytes:
    assert b" 200 " in answers.readline()
    head = parse_headers(answers)
    assert "date" in head
    return b"" if request.startswith(b"HEAD") else answers.read(int(head["content-length"]))


def test_what_is_ready_is_answered_and_the_connection_kept(house: House) -> None:
    with house.connect() as one, one.makefile("rb") as answers:
        for path, body in [(READY, SAID), (READY, SAID), (QUICK, b"quick"), (READY, SAID)]:
            one.sendall(path)
            assert body == body_of(answers, path)


@pytest.mark.parametrize(
    "request_",
    [
        pytest.param(READY.replace(b"GET", b"HEAD"), id="no body wanted"),
        pytest.param(READY.replace(b"1.1", b"1.0"), id="an old client"),
        pytest.param(READY.replace(b"ready", b"ready?a=1"), id="a query"),
        pytest.param(READY.replace(b"ready", b"%72eady"), id="a path that is escaped"),
        pytest.param(READY.replace(b"/ready", b"http://gate/ready"), id="a whole address"),
        pytest.param(
            READY.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), id="its last request"
        ),
    ],
)
def test_what_is_no_plain_question_goes_the_long_way(house: House, request_: bytes) -> None:
    assert [b"" if request_.startswith(b"HEAD") else b"quick"] == told(house, request_)


def test_answers_keep_the_order_of_what_was_asked_at_once(house: House) -> None:
    poll = QUICK.replace(b"quick", b"poll")
    bodies = told(house, READY, poll, READY, QUICK, READY)
    assert SAID == bodies[0]
    assert b"quick" == bodies[1] == bodies[3]


def test_a_long_answer_after_a_ready_one_is_not_cut() -> None:
    with serving(keep_alive_seconds=1) as house:
        long = QUICK.replace(b"quick", b"long")
        assert [SAID, b"quick"] == told(house, READY, long)


def test_who_asks_for_much_at_once_gets_it_all(house: House) -> None:
    bodies = told(house, *([READY] * 300))
    assert 300 == len(bodies)
    assert {SAID, b"quick"} >= set(bodies)


def test_a_trusted_proxy_says_who_asks(house: House) -> None:
    forwarded = READY.replace(b"\r\n\r\n", b"\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n")
    assert [b"203.0.113.7 " * 1000] == told(house, forwarded)
