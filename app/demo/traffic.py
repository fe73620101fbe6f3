"""Traffic for a sandbox: deeds at a rate, for a while, and what became of them: `gate traffic`."""

import asyncio
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from app.demo.client import TOO_MANY, Client, problem_of
from app.demo.days import published_day, published_volumes
from app.demo.deeds import Deed, Deeds
from app.demo.failures import DemoError
from app.demo.plan import plan_day
from app.demo.run import REQUEST_SECONDS
from app.demo.service import service_at
from app.demo.show import Answered, plain_console, show_traffic

LIKE = date(2024, 8, 22)  # a day that was published by gate and cargo
AT_ONCE = 100
NEAR = frozenset({"127.0.0.1", "localhost", "::1"})
MARK = "Gate-Scenario"  # a sandbox answers it by the same header, and nothing else does


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Where traffic is wanted, how many requests a second, and for how many seconds."""

    url: str
    keys: Path
    rate: float
    seconds: int
    seed: int | None = None
    anywhere: bool = False


@dataclass
class Tally:
    """What became of requests."""

    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    failures: Counter[str] = field(default_factory=Counter)

    def answered(self) -> Iterator[Answered]:
        """Yield each operation with its answers, by name."""
        for operation, statuses in sorted(self.statuses.items()):
            yield Answered(operation, self.seconds[operation], statuses)


def drive(wanted: Wanted, console: Console | None = None) -> Tally:
    """Send traffic to a sandbox and print what became of it.

    Ctrl-C ends it early: what is under way is still answered and told.

    Raises:
        DemoError: it is far away and that was not asked for, it is no sandbox, or nobody answers.
    """
    console = console or plain_console()
    host = urlsplit(wanted.url).hostname
    if host not in NEAR and not wanted.anywhere:
        message = f"{wanted.url} is not this machine: say --anywhere if that sandbox is yours"
        raise DemoError(message)
    begun = time.monotonic()
    tally = asyncio.run(_drive(wanted, console))
    show_traffic(console, list(tally.answered()), tally.failures, time.monotonic() - begun)
    return tally


async def _drive(wanted: Wanted, console: Console) -> Tally:
    service = service_at(wanted.url, wanted.keys)
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(
        base_url=service.url, timeout=REQUEST_SECONDS, limits=limits
    ) as http:
        client = Client(http, service.keys, AT_ONCE)
        await _ensure_sandbox(client, wanted.url)
        plan = plan_day(published_day(LIKE, published_volumes()), seed=LIKE.year)
        day = await _tomorrow(client)
        deeds = Deeds(plan, day, Random(wanted.seed))  # noqa: S311 - no secret
        with _progress(round(wanted.rate * wanted.seconds), console) as bar:
            driver = _Driver(client, deeds, bar)
            await driver.drive(wanted)
    return driver.tally


class _Driver:
    """Sends deeds as they are due, whether or not those before were answered."""

    def __init__(self, client: Client, deeds: Deeds, bar: Progress) -> None:
        self.tally = Tally()
        self._client = client
        self._deeds = deeds
        self._bar = bar
        self._stopped = asyncio.Event()

    async def drive(self, wanted: Wanted) -> None:
        """Send all that is wanted; where too much is under way, less."""
        loop = asyncio.get_running_loop()
        told = (signal.SIGINT, signal.SIGTERM)
        for one in told:
            loop.add_signal_handler(one, self._stopped.set)
        under_way: set[asyncio.Task[None]] = set()
        begun = loop.time()
        deeds = iter(self._deeds)
        for number in range(round(wanted.rate * wanted.seconds)):
            await self._wait_until(begun + number / wanted.rate)
            if self._stopped.is_set() or loop.time() - begun > wanted.seconds:
                break
            if len(under_way) >= AT_ONCE:
                await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            task = asyncio.create_task(self._do(next(deeds)))
            under_way.add(task)
            task.add_done_callback(under_way.discard)
        await asyncio.gather(*under_way)
        for one in told:
            loop.remove_signal_handler(one)

    async def _wait_until(self, instant: float) -> None:
        left = instant - asyncio.get_running_loop().time()
        if left > 0:
            try:
                await asyncio.wait_for(self._stopped.wait(), left)
            except TimeoutError:
                return

    async def _do(self, deed: Deed) -> None:
        more = {} if deed.body is None else {"json": deed.body}
        try:
            answer, took = await self._client.ask(
                deed.method, deed.path, deed.who, headers=deed.headers, **more
            )
        except DemoError as error:
            self.tally.statuses[deed.operation]["none"] += 1
            why = type(error.__cause__).__name__
            self.tally.failures[f"{deed.operation}: not answered, {why}"] += 1
        else:
            self._count(deed, answer, took)
        self._bar.advance(self._bar.task_ids[0])

    def _count(self, deed: Deed, answer: httpx.Response, took: float) -> None:
        self.tally.statuses[deed.operation][str(answer.status_code)] += 1
        self.tally.seconds[deed.operation].append(took)
        if answer.status_code not in {*deed.expected, TOO_MANY}:
            told = f"{deed.operation}: {answer.status_code} {problem_of(answer)}"
            self.tally.failures[told] += 1
        elif deed.operation == "register_entry" and answer.is_success:
            self._deeds.learn(answer.json())


async def _ensure_sandbox(client: Client, url: str) -> None:
    """Refuse what does not mark an answer as asked: production never does."""
    answer, _ = await client.ask("GET", "/health/live", None, {MARK: "delay=0"})
    if MARK not in answer.headers:
        message = f"{url} is no sandbox: it gets no traffic"
        raise DemoError(message)


async def _tomorrow(client: Client) -> date:
    """Return the day after the service's own, whose clock may stand anywhere."""
    board = await client.get("get_queue", "/v1/gates/tan-thanh/queues/export")
    return datetime.fromisoformat(board["as_of"]).date() + timedelta(days=1)


@contextmanager
def _progress(total: int, console: Console) -> Iterator[Progress]:
    columns = (TextColumn("requests"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as bar:
        bar.add_task("", total=total)
        yield bar
