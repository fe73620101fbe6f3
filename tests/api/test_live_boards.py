"""Live boards over real connections: what is sent, to whom, and how it ends."""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from time import monotonic, sleep

import httpx
import pytest

from app.api.live import Live as LiveBoards
from tests.api.conftest import lorry, truck
from tests.live import NINE, PATIENCE_SECONDS, Live, live, live_pair
from tests.streams import Stream, listening

EXPORT = ("tan-thanh", "export")
ONE = "?gate=tan-thanh&direction=export"
GATE = "?gate=tan-thanh"


@pytest.fixture(scope="module")
def service(server_url: str) -> Iterator[Live]:
    """A service whose business clock stands, so that nothing changes by itself."""
    with live(server_url, ping_seconds=1) as one:
        stop_clock(one)
        yield one


@pytest.fixture
def only_bells(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that start from now on learn of commits by bells, and never look themselves."""
    monkeypatch.setattr("app.api.state.Live", partial(LiveBoards, look=3600.0))


def stop_clock(one: Live) -> None:
    now = {"now": NINE.isoformat(), "speed": 0}
    answer = one.ask("PUT", "/v1/sandbox/clock", "admin", json=now)
    assert 200 == answer.status_code, answer.text


def register(one: Live, number: int) -> str:
    """Register a truck to Tân Thanh and return its reference."""
    entry = one.ask("POST", "/v1/entries", "company-1", json=truck(**lorry(number)))
    assert 201 == entry.status_code, entry.text
    reference: str = entry.json()["reference"]
    return reference


def on_the_way(stream: Stream) -> int:
    told: int = json.loads(stream.boards[EXPORT])["on_the_way"]
    return told


def read_until(stream: Stream, on_their_way: int) -> None:
    """Read on until so many are on their way to Tân Thanh."""
    while EXPORT not in stream.boards or on_the_way(stream) != on_their_way:
        stream.until_known()


def told(one: Live, metric: str) -> float:
    """Return what a metric says."""
    lines = one.ask("GET", "/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{metric} ")).split()[-1])


def wait_for_listeners(one: Live, count: int) -> None:
    until = monotonic() + PATIENCE_SECONDS
    while told(one, "gate_listeners") != count:
        assert monotonic() < until
        sleep(0.05)


def test_every_board_is_sent_at_once_byte_for_byte_as_the_endpoint_answers(service: Live) -> None:
    with listening(service) as stream:
        stream.until_known()
    every = service.ask("GET", "/v1/queues").json()["items"]
    assert {(one["gate"], one["direction"]) for one in every} == stream.boards.keys()
    for (gate, direction), data in stream.boards.items():
        answer = service.ask("GET", f"/v1/gates/{gate}/queues/{direction}")
        assert answer.text == data


def test_a_stream_is_neither_stored_nor_held_back_by_what_is_in_between(service: Live) -> None:
    with listening(service) as stream:
        first = next(iter(stream))
    assert first.retry is not None
    assert 2000 <= first.retry <= 5000
    for header in ("cache-control: no-store", "x-accel-buffering: no", "x-request-id: "):
        assert header in stream.head
    assert re.search("content-type: text/event-stream; charset=utf-8\r\n", stream.head)


def test_a_change_is_sent_to_those_it_concerns_and_only_its_board(service: Live) -> None:
    with listening(service) as all_of_them, listening(service, "?gate=huu-nghi") as other:
        for stream in (all_of_them, other):
            stream.until_known()
        before = on_the_way(all_of_them)
        register(service, 1)
        event = all_of_them.until_known()
        assert (EXPORT, before + 1) == (event.queue, on_the_way(all_of_them))
        path = "/v1/gates/tan-thanh/queues/export"
        sleep(1.1)  # the endpoint shows what it has for a second
        assert service.ask("GET", path).text == event.data
        assert "still" == next(one.name for one in other if one.name)


@pytest.mark.parametrize(("query", "directions"), [(GATE, {"export", "import"}), (ONE, {"export"})])
def test_a_stream_may_be_narrowed(service: Live, query: str, directions: set[str]) -> None:
    with listening(service, query) as stream:
        stream.until_known()
    assert {("tan-thanh", direction) for direction in directions} == stream.boards.keys()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?gate=nowhere", 404, "gate-not-found"),
        ("?gate=nowhere&direction=export", 404, "gate-not-found"),
        ("?direction=up", 422, "invalid-request"),
        ("?gate=tan%00thanh", 422, "invalid-request"),
        ("?yard=bao-nguyen", 422, "invalid-request"),
    ],
)
def test_a_stream_of_what_is_not_there_is_refused(
    service: Live, query: str, status: int, code: str
) -> None:
    answer = service.ask("GET", f"/v1/queues/stream{query}")
    assert (status, code) == (answer.status_code, answer.json()["code"])


def test_who_comes_back_with_the_newest_id_is_told_only_what_is_new(service: Live) -> None:
    with listening(service, GATE) as stream:
        stream.until_known()
    with listening(service, GATE, stream.last_id) as again:
        assert "still" == next(one.name for one in again if one.name)
        register(service, 2)
        assert EXPORT == again.until_known().queue
        assert {EXPORT} == again.boards.keys()


def test_who_comes_back_after_a_change_is_told_the_state_now(service: Live) -> None:
    with listening(service, GATE) as stream:
        stream.until_known()
    register(service, 3)
    sleep(1.1)  # boards are kept for a second for whoever comes
    for last_id in (stream.last_id, "nonsense", "ÿ"):
        with listening(service, GATE, last_id) as again:
            again.until_known()
        assert stream.boards.keys() == again.boards.keys()
        assert on_the_way(stream) + 1 == on_the_way(again)


def test_pings_come_as_comments_with_the_instant_as_of_which_all_holds(service: Live) -> None:
    with listening(service, ONE) as stream:
        stream.until_known()
        quiet = iter(stream)
        ping, still = next(quiet), next(quiet)
    assert ("", "ping") == (ping.name, ping.comment)
    assert {"as_of": "2026-03-11T09:00:00+07:00"} == still.json()


def test_a_listener_that_leaves_is_forgotten(service: Live) -> None:
    with ExitStack() as stack:
        for _ in range(5):
            stack.enter_context(listening(service)).until_known()
        wait_for_listeners(service, 5)
    wait_for_listeners(service, 0)


def test_a_listener_that_reads_nothing_keeps_nobody_waiting(service: Live) -> None:
    with listening(service) as slow, listening(service, ONE) as quick:
        quick.until_known()
        before = on_the_way(quick)
        for number in range(10, 20):
            register(service, number)
        read_until(quick, before + 10)
        read_until(slow, before + 10)


def test_a_stream_is_counted_and_timed_by_its_opening(service: Live) -> None:
    with listening(service) as stream:
        stream.until_known()
        sleep(1.5)
    wait_for_listeners(service, 0)
    labels = 'method="GET",operation="stream_queues",route="/v1/queues/stream",status_class="2xx"'
    told_of = service.ask("GET", "/metrics").text
    seconds = re.findall(f"gate_http_request_seconds_(sum|count){{{labels}}} (.+)", told_of)
    total, count = (float(value) for _, value in sorted(seconds, reverse=True))
    assert total / count < 0.5
    assert 'gate_live_drawings_total{outcome="news"}' in told_of


def test_listeners_need_no_connection_to_the_database(server_url: str) -> None:
    with live(server_url, pool_size=1, pool_overflow=0) as one, ExitStack() as stack:
        streams = [stack.enter_context(listening(one, ONE)) for _ in range(30)]
        for stream in streams:
            stream.until_known()
        register(one, 1)
        for stream in streams:
            read_until(stream, 1)


def test_a_client_has_so_many_streams_and_a_process_too(server_url: str) -> None:
    with live(server_url, max_listeners=3, max_listeners_per_client=2) as one, ExitStack() as stack:

        def come(client: str) -> httpx.Response | None:
            """Open a stream as a client behind a proxy; return the answer where it is refused."""
            forwarded = {"X-Forwarded-For": client}
            stream = stack.enter_context(listening(one, ONE, **forwarded))
            if stream.head.startswith("HTTP/1.1 200"):
                return None
            return one.ask("GET", "/v1/queues/stream", headers=forwarded)

        assert (None, None) == (come("203.0.113.1"), come("203.0.113.1"))
        mine = come("203.0.113.1")
        assert mine is not None
        assert (429, "too-many-listeners") == (mine.status_code, mine.json()["code"])
        assert come("203.0.113.2") is None
        full = come("203.0.113.3")
        assert full is not None
        assert (503, "listeners-full") == (full.status_code, full.json()["code"])
        assert {"60"} == {mine.headers["retry-after"], full.headers["retry-after"]}
    assert mine.json()["most"] == 2


def test_only_the_opening_counts_in_the_allowance(server_url: str) -> None:
    with live(server_url, rate_limit_public="2/hour", ping_seconds=1) as one:
        with listening(one) as stream:
            stream.until_known()
            stream.next("still")
            stream.next("still")
        with listening(one) as stream:
            stream.until_known()
        with listening(one) as refused:
            assert refused.head.startswith("HTTP/1.1 429")


def test_a_stream_ends_after_its_time_and_goes_on_in_another(server_url: str) -> None:
    with live(server_url, stream_seconds=0.2) as one:
        stop_clock(one)
        with listening(one, GATE) as stream:
            events = list(stream)
        with listening(one, GATE, events[-1].id) as again:
            assert [None] == [one.id for one in again]


@pytest.mark.usefixtures("only_bells")
def test_a_commit_of_another_process_is_told_without_looking(server_url: str) -> None:
    with live_pair(server_url) as (here, there), listening(there, ONE) as stream:
        stop_clock(here)
        stream.until_known()
        for number in range(1, 6):
            register(here, number)
            read_until(stream, number)


def test_behind_a_pooler_processes_look(server_url: str) -> None:
    with (
        live_pair(server_url, statement_cache_size=0) as (here, there),
        listening(there, ONE) as stream,
    ):
        register(here, 1)
        read_until(stream, 1)


def test_an_id_means_the_same_in_every_process(server_url: str) -> None:
    with live_pair(server_url, ping_seconds=1) as (here, there):
        stop_clock(here)
        sleep(1.5)  # the other process reads the clock
        with listening(here) as stream:
            stream.until_known()
        with listening(there, last_id=stream.last_id) as again:
            assert "still" == next(one.name for one in again if one.name)
