"""What is measured: each row beside its limit or its usual stack, in rounds that take turns."""

import asyncio
import json
import statistics
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from benchmarks.client import NUMBER, Job, Outcome, at, run
from benchmarks.filling import call_back, fill_past, fill_queue
from benchmarks.processes import SERVE, UNLIMITED, Running, serving
from benchmarks.traffic import quotation, registration, request
from benchmarks.usual_stack.filling import fill as fill_usual

CONNECTIONS = 8
TRACKED = 200
CALLS_A_ROUND = 50
# A Thursday on which Tân Thanh is open from 07:00 to 20:00.
MORNING = datetime(2026, 12, 10, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class House:
    """Where everything happens: a folder, a durable PostgreSQL, and how long to look.

    `pasts` are how many entries have ended before calls are measured.
    """

    folder: Path
    url: str
    pasts: tuple[int, ...]
    quick: bool = False

    @property
    def seconds(self) -> float:
        """How long a round lasts."""
        return 1.0 if self.quick else 2.0

    @property
    def rounds(self) -> int:
        """How often each takes its turn."""
        return 2 if self.quick else 3

    def database(self, name: str) -> str:
        """Make an empty database and return its address."""
        asyncio.run(_create(self.url, name))
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def service(
        self,
        url: str,
        name: str,
        command: tuple[str, ...] = SERVE,
        more: Mapping[str, str] | None = None,
    ) -> Iterator[tuple[Running, Mapping[str, str]]]:
        """Run the service on a database; give it and its sandbox keys."""
        data = self.folder / name
        data.mkdir(exist_ok=True)
        environment = {
            **UNLIMITED,
            "DATABASE_URL": url,
            "GATE_DATA_DIR": str(data),
            "GATE_LOG_LEVEL": "warning",
            **(more or {}),
        }
        with serving(command, environment, output=self.folder / f"{name}.log") as running:
            yield running, json.loads((data / "sandbox-keys.json").read_text())

    def peer(self, name: str, **environment: str) -> Any:  # noqa: ANN401 - a context manager
        """Run a peer of the service."""
        command = ("-m", "benchmarks.peers", name, str(self.folder))
        return serving(command, environment, output=self.folder / f"{name}.log")


@dataclass(frozen=True)
class Compared:
    """Medians over the rounds: answers a second by who answered."""

    rates: Mapping[str, float]

    def ratio(self, one: str, other: str) -> float:
        """Return how many times as many `one` answered as `other`."""
        return self.rates[one] / self.rates[other]


@dataclass(frozen=True)
class Writes:
    """What writing costs, and where the time of a registration goes."""

    register: Compared
    quote: Compared
    latency_ms: tuple[float, float]
    memory_mb: float
    layers: Mapping[str, int]


@dataclass(frozen=True)
class Reads:
    """What reading costs."""

    board: Compared
    tracking: Compared


@dataclass(frozen=True)
class Calls:
    """Latencies of calling one vehicle, in milliseconds, by what is there: median and p99."""

    by_house: Mapping[str, tuple[float, float]]


@dataclass(frozen=True)
class Start:
    """Seconds from the start of the process to the first answer."""

    first: float
    warm: float


def measure_writes(house: House) -> Writes:
    """Register and quote, beside the limit and the usual stack."""
    service_url, usual_url = house.database("service"), house.database("usual")
    with house.service(service_url, "service") as (service, keys):
        asyncio.run(fill_usual(usual_url, {"company-1": keys["company-1"]}))
        day = tomorrow()
        register, ask = registration(keys["company-1"], day), quotation(day)
        _keep_answers(house.folder, service.port, register, ask)
        usual_settings = {"DATABASE_URL": service_url, "USUAL_DATABASE_URL": usual_url}
        with house.peer("limit") as limit, house.peer("usual", **usual_settings) as usual:
            ports = {"service": service.port, "limit": limit.port, "usual": usual.port}
            outcomes = take_turns(
                house, {name: Job(port, [register]) for name, port in ports.items()}, 201
            )
            quotes = {name: Job(ports[name], [ask]) for name in ("service", "limit")}
            quoted = take_turns(house, quotes, 200)
            memory = service.memory_mb
    latencies = sorted(one for outcome in outcomes["service"] for one in outcome.latencies_ms)
    return Writes(
        register=compared(outcomes),
        quote=compared(quoted),
        latency_ms=(at(latencies, 50), at(latencies, 99)),
        memory_mb=memory,
        layers=_profile(house, service_url, day),
    )


def measure_reads(house: House) -> Reads:
    """Read a board, and many tracking links, beside a handler that sends the same bytes."""
    url = house.database("reads")
    with house.service(url, "reads") as (service, keys):
        register = registration(keys["company-1"], tomorrow())
        tokens = [
            _register(service, register, number)["tracking"]["token"] for number in range(TRACKED)
        ]
        paths = ["/v1/queues", *(f"/v1/tracking/{token}" for token in tokens)]
        replies = {path: service.ask(path) for path in (*paths, "/health/ready")}
        kept = {
            path: {"headers": _lasting(reply.headers), "body": reply.body.decode()}
            for path, reply in replies.items()
        }
        (house.folder / "bare.json").write_text(json.dumps(kept))
        with house.peer("bare") as bare:
            ports = {"service": service.port, "bare": bare.port}
            boards = [request("GET", paths[0])]
            links = [request("GET", path) for path in paths[1:]]
            board = take_turns(
                house, {name: Job(port, boards) for name, port in ports.items()}, 200
            )
            tracking = take_turns(
                house, {name: Job(port, links) for name, port in ports.items()}, 200
            )
    return Reads(compared(board), compared(tracking))


def measure_calls(house: House) -> Calls:
    """Call one at a time out of short and long queues, with and without a past."""
    found = {"100 waiting, no past": _call_out_of(house, "short", 100, ())}
    past = 0
    long_url = ""
    for number, size in enumerate(house.pasts):
        name = f"5,000 waiting, {size:,} past entries"
        steps = ((past + 1, size),)
        if number == 0:
            found[name] = _call_out_of(house, "long", 5000, steps)
            long_url = (
                make_url(house.url).set(database="long").render_as_string(hide_password=False)
            )
        else:
            asyncio.run(fill_past(long_url, MORNING, past + 1, size))
            found[name] = _call(house, long_url, "long")
        past = size
    return Calls(found)


def _call_out_of(
    house: House, name: str, waiting: int, pasts: tuple[tuple[int, int], ...]
) -> tuple[float, float]:
    url = house.database(name)
    with house.service(url, name) as (service, keys):
        clock = stand_at_nine(service, keys)
    asyncio.run(fill_queue(url, MORNING, clock, waiting))
    for first, last in pasts:
        asyncio.run(fill_past(url, MORNING, first, last))
    return _call(house, url, name)


def _call(house: House, url: str, name: str) -> tuple[float, float]:
    """Return median and p99 of single calls, one after the other; the queue keeps its length."""
    latencies: list[float] = []
    with house.service(url, name) as (service, keys):
        headers = {"Authorization": f"Bearer {keys['officer-1']}"}
        headers["Idempotency-Key"] = f"{name}-{NUMBER.decode()}-{service.pid}"
        path = "/v1/gates/tan-thanh/queues/export/calls"
        job = Job(service.port, [request("POST", path, {"count": 1}, headers)], connections=1)
        for number in range(4 if house.quick else 24):
            first = number * CALLS_A_ROUND
            outcome = run(replace(job, most=CALLS_A_ROUND, first=first))
            outcome.ensure_only(201)
            if number > 1:  # the first rounds warm caches up
                latencies += outcome.latencies_ms
            asyncio.run(call_back(url))
    latencies.sort()
    return at(latencies, 50), at(latencies, 99)


def measure_start(folder: Path) -> Start:
    """Start on an empty folder, and again on what is there then; the database is embedded."""
    data = folder / "own"
    environment = {"GATE_DATA_DIR": str(data), "GATE_LOG_LEVEL": "warning"}
    seconds = []
    for _ in range(4):
        with serving(SERVE, environment, output=folder / "start.log") as running:
            seconds.append(running.ready_seconds)
    return Start(first=seconds[0], warm=statistics.median(seconds[1:]))


def _lasting(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the headers of an answer but for those that the server adds to any."""
    return [one for one in headers if one[0].lower() not in {"connection", "date"}]


def take_turns(
    house: House, jobs: Mapping[str, Job], status: int, *, apart: bool = False, times: int = 1
) -> dict[str, list[Outcome]]:
    """Let each job take its turn, again and again, so that noise falls on all alike.

    Those that write to one database are told `apart`: no two of them send the same number. Where a
    small difference is looked for, they take so many `times` as many turns.
    """
    outcomes: dict[str, list[Outcome]] = {name: [] for name in jobs}
    first = TRACKED
    for turn in range(house.rounds * times + 1):
        sent = 0
        for name, job in jobs.items():
            turned = replace(
                job,
                seconds=house.seconds,
                first=first + sent if apart else first,
                connections=CONNECTIONS,
            )
            outcome = run(turned)
            outcome.ensure_only(status)
            sent = sent + outcome.sent if apart else max(sent, outcome.sent)
            if turn:  # the first round warms up
                outcomes[name].append(outcome)
        first += sent
    return outcomes


def compared(outcomes: Mapping[str, list[Outcome]]) -> Compared:
    """Return the median rate of each over its rounds."""
    return Compared(
        {name: statistics.median(one.rate for one in found) for name, found in outcomes.items()}
    )


def _profile(house: House, url: str, day: str) -> Mapping[str, int]:
    """Return ticks of the service's CPU time by layer, while it registers."""
    path = house.folder / "profile.json"
    with house.service(url, "service", ("-m", "benchmarks.profiled", str(path))) as (service, keys):
        job = Job(service.port, [registration(keys["company-1"], day)], CONNECTIONS)
        run(replace(job, seconds=house.seconds, first=50_000_000)).ensure_only(201)
    layers: Mapping[str, int] = json.loads(path.read_text())["layers"]
    return layers


def _keep_answers(folder: Path, port: int, register: bytes, ask: bytes) -> None:
    """Keep what the service answers, for the limit to send."""
    for name, sent in (("entry.json", register), ("quotes.json", ask)):
        (folder / name).write_bytes(asyncio.run(_answer(port, _numbered(sent, 0))))


def _register(service: Running, sent: bytes, number: int) -> Any:  # noqa: ANN401 - JSON
    return json.loads(asyncio.run(_answer(service.port, _numbered(sent, number))))


def _numbered(sent: bytes, number: int) -> bytes:
    return sent.replace(NUMBER, b"%08d" % number).replace(b"@PLATE@@", b"11C%05d" % number)


async def _answer(port: int, sent: bytes) -> bytes:
    """Return the body of the answer to a ready request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").lower().splitlines()
    length = next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))
    body = await reader.readexactly(length)
    writer.close()
    if not lines[0].split()[1].startswith("2"):
        raise RuntimeError(body.decode())
    return body


def stand_at_nine(service: Running, keys: Mapping[str, str]) -> int:
    """Move the business clock to an open morning and return a reading of the open clock there."""
    sent = request(
        "PUT", "/v1/sandbox/clock", {"now": MORNING.isoformat(), "speed": 0},
        {"Authorization": f"Bearer {keys['admin']}"},
    )  # fmt: skip
    asyncio.run(_answer(service.port, sent))
    return 96_000_000  # any number of the right size: only differences order anybody


def tomorrow() -> str:
    """Return a day on which a truck may be planned to arrive."""
    return (datetime.now(UTC) + timedelta(days=1)).date().isoformat()


async def _create(url: str, name: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
