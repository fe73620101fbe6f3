"""Who listens in one process: slow ones, broken drawings, the end. No line, no database."""

import asyncio
from typing import Any

import pytest

from app.api.event_stream import LINE, EventStream
from app.api.failures import ListenersFullError, TooManyListenersError
from app.api.frames import Which
from app.api.live import AT_ONCE, Bounds, Drawing, Listener, Live, Studio
from app.api.schemas.boards import Boards
from tests.api.test_frames import HERE, THERE, board, drawn, events
from tests.streams import Event

PATIENCE_SECONDS = 30

ROOM = Bounds(most=10, most_of_one=10, ping_seconds=60, lasts_seconds=60)


class House:
    """A process whose boards stand where a test puts them."""

    def __init__(self, bounds: Bounds = ROOM, look: float = 60.0) -> None:
        self.boards = drawn(board(HERE), board(THERE))
        self.fault: Exception | None = None
        self.ear = asyncio.Event()
        self.drawings: list[Drawing] = []
        self.told_when_prepared: list[list[Event]] = []
        self.client: Client | None = None
        self._drawn = asyncio.Event()
        self.live = Live(Studio(self._draw, self._prepare, self._tell), self.ear, bounds, look)

    async def _draw(self) -> Boards:
        if self.fault is not None:
            raise self.fault
        return self.boards

    async def show(self, waiting: int) -> None:
        """Let so many wait here, and every listener hear of it that listens."""
        self.boards = drawn(board(HERE, waiting), board(THERE))
        self._drawn.clear()
        self.ear.set()
        await self._drawn.wait()
        await asyncio.sleep(0.005)

    async def _prepare(self) -> None:
        if self.client is not None:
            self.told_when_prepared.append(self.client.told())

    def _tell(self, drawing: Drawing) -> None:
        self.drawings.append(drawing)
        self._drawn.set()

    def stream(self, client: str = "one", known: str | None = None) -> EventStream:
        return EventStream(self.live, lambda: self.live.listen(Which(), client, known, self.boards))


class Client:
    """Who asked: it reads when it is let, and leaves when it is told to."""

    has_line = False

    def __init__(self, stream: EventStream) -> None:
        self._reads = asyncio.Event()
        self._reads.set()
        self.sent: list[bytes] = []
        self._begun = asyncio.Event()
        self._listener: Listener | None = None
        self._on_its_way: list[bytes] = []
        self.status = 0
        self.is_over = False
        self._leaves = asyncio.Event()
        scope = {"type": "http", **({LINE: self} if self.has_line else {})}
        self.task = asyncio.create_task(stream(scope, self._receive, self._send))

    def stop_reading(self) -> None:
        self._reads.clear()

    def read_on(self) -> None:
        self._reads.set()
        self.sent += self._on_its_way
        self._on_its_way.clear()
        if self._listener is not None:
            self._listener.reads()

    async def leave(self) -> None:
        self._leaves.set()
        self._reads.set()
        if self._listener is not None:
            self._listener.leaves()
        await self.task

    async def is_there(self) -> "Client":
        await self._begun.wait()
        return self

    def holds(self, listener: Listener) -> bool:
        """Be a server's line: one that takes what comes until something is on its way."""
        self._listener = listener
        return True

    def takes(self, words: bytes) -> bool:
        if self._on_its_way:
            return False
        (self.sent if self._reads.is_set() else self._on_its_way).append(words)
        return True

    def end(self) -> None:
        self.is_over = True

    def told(self) -> list[Event]:
        """Return what was sent since it was last asked."""
        words, self.sent = b"".join(self.sent), []
        return [one for one in events(words) if one.name or one.comment]

    async def _receive(self) -> Any:
        await self._leaves.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        await self._reads.wait()
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.sent.append(message["body"])
            self._begun.set()
            self.is_over = not message.get("more_body", False)


@pytest.fixture(autouse=True, params=[False, True], ids=["by tasks", "by lines"])
def _ways(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server give lines, as ours does, or none, as others."""
    monkeypatch.setattr(Client, "has_line", request.param)


async def listeners(house: House, count: int = 1) -> list[Client]:
    """Let so many listen, who were told how things stand."""
    clients = [await Client(house.stream()).is_there() for _ in range(count)]
    for client in clients:
        client.told()
    return clients


async def test_who_reads_slowly_misses_states_and_gets_the_newest() -> None:
    house = House()
    slow, quick = await listeners(house, 2)
    slow.stop_reading()
    for waiting in range(1, 6):
        await house.show(waiting)
    slow.read_on()
    await asyncio.sleep(0.01)
    assert [1, 2, 3, 4, 5] == [one.json()["waiting"] for one in quick.told()]
    # The first was on its way already when it stopped to read.
    assert [1, 5] == [one.json()["waiting"] for one in slow.told()]
    await house.live.end()


async def test_what_happens_while_a_stream_begins_is_told_behind_its_beginning() -> None:
    house = House()
    await listeners(house)
    client = Client(house.stream())
    client.stop_reading()
    await asyncio.sleep(0)
    await house.show(1)
    client.read_on()
    await client.is_there()
    await asyncio.sleep(0.005)
    assert 1 == [one.json()["waiting"] for one in client.told() if one.queue == HERE][-1]
    await house.live.end()


async def test_others_have_their_turn_while_many_are_told() -> None:
    count = 3 * AT_ONCE
    house = House(Bounds(most=count, most_of_one=count, ping_seconds=60, lasts_seconds=60))
    clients = await listeners(house, count)
    turns = [len([one for one in clients if one.sent])]
    house.boards = drawn(board(HERE, 1), board(THERE))
    house.ear.set()
    while turns[-1] < count:
        await asyncio.sleep(0)
        turns.append(len([one for one in clients if one.sent]))
    assert {0, AT_ONCE, 2 * AT_ONCE, count} <= set(turns)
    await house.live.end()


async def test_a_burst_of_commits_is_drawn_a_few_times() -> None:
    house = House()
    await listeners(house)
    for _ in range(200):
        house.ear.set()
        await asyncio.sleep(0.001)
    assert 1 <= len(house.drawings) <= 40
    await house.live.end()


async def test_nobody_draws_while_nobody_listens() -> None:
    house = House(look=0.01)
    house.ear.set()
    await asyncio.sleep(0.05)
    assert [] == house.drawings
    (client,) = await listeners(house)
    await client.leave()
    await asyncio.sleep(0.1)
    count = len(house.drawings)
    await asyncio.sleep(0.1)
    assert (count, 0) == (len(house.drawings), len(house.live))
    assert [HERE, THERE] == [one.queue for one in (await Client(house.stream()).is_there()).told()]
    await house.show(1)
    await house.live.end()


@pytest.mark.parametrize("fault", [OSError("away"), RuntimeError("a fault")])
async def test_a_drawing_that_fails_is_made_again_and_says_so_by_silence(fault: Exception) -> None:
    """Pings go on, but none tells that what was told holds."""
    house = House(Bounds(10, 10, ping_seconds=0.02, lasts_seconds=60), look=0.01)
    (client,) = await listeners(house)
    house.fault = fault
    await asyncio.sleep(0.1)
    client.told()
    await asyncio.sleep(0.1)
    assert {("", "ping")} == {(one.name, one.comment) for one in client.told()}
    house.fault = None
    house.boards = drawn(board(HERE, 7), board(THERE))
    names: set[str] = set()
    async with asyncio.timeout(PATIENCE_SECONDS):
        while "board" not in names or "still" not in names:
            await asyncio.sleep(0.02)
            names |= {one.name for one in client.told()}
    assert {"", "board", "still"} == names
    assert {Drawing.FAILED, Drawing.NEWS} <= set(house.drawings)
    await house.live.end()


async def test_the_next_drawing_is_prepared_once_all_have_been_told() -> None:
    house = House()
    (house.client,) = await listeners(house)
    house.client.told()
    await house.show(3)
    assert [[HERE]] == [[one.queue for one in told] for told in house.told_when_prepared]
    await house.live.end()


async def test_the_end_of_the_process_ends_every_stream_whole() -> None:
    house = House()
    clients = await listeners(house, 3)
    await house.live.end()
    await asyncio.gather(*(client.task for client in clients))
    assert [True] * 3 == [client.is_over for client in clients]
    assert 0 == len(house.live)


async def test_who_comes_after_the_end_is_told_the_state_and_let_go() -> None:
    house = House()
    await house.live.end()
    client = Client(house.stream())
    await client.task
    assert client.is_over
    assert [HERE, THERE] == [one.queue for one in client.told()]


async def test_one_too_many_is_refused_and_counts_nowhere() -> None:
    house = House(Bounds(most=2, most_of_one=1, ping_seconds=60, lasts_seconds=60))
    first = await Client(house.stream("one")).is_there()
    with pytest.raises(TooManyListenersError):
        await Client(house.stream("one")).task
    second = await Client(house.stream("two")).is_there()
    with pytest.raises(ListenersFullError):
        await Client(house.stream("three")).task
    await first.leave()
    third = await Client(house.stream("one")).is_there()
    assert (2, 200, 200) == (len(house.live), second.status, third.status)
    await house.live.end()


async def test_who_leaves_while_it_does_not_read_is_forgotten() -> None:
    house = House()
    (client,) = await listeners(house)
    client.stop_reading()
    await house.show(1)
    await client.leave()
    assert 0 == len(house.live)
    await house.live.end()


async def test_listeners_come_back_at_different_times() -> None:
    house = House()
    words = [(await Client(house.stream()).is_there()).sent[0] for _ in range(8)]
    retries = [events(one)[0].retry for one in words]
    assert 4 == len(set(retries))
    await house.live.end()
