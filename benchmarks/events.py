"""Events on their way to a receiver: how soon after the commit, and how many a second.

Beside the receiver that is measured stands one that hangs. Everything is a process of its own but
the receivers, which share this one.
"""

import asyncio
import json
import statistics
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Thread

from benchmarks.client import HOST
from benchmarks.processes import Running, working
from benchmarks.rows import MORNING, House, stand_at_nine

KIND = "entry.registered"
ENTRIES = 400
REPLAYS = 5
PATIENCE_SECONDS = 60.0
OPEN = {"GATE_EGRESS_OPEN": "true"}
TAKEN = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


@dataclass(frozen=True)
class Deliveries:
    """Milliseconds from an answer to the first attempt (median, p99), and events a second."""

    first_ms: tuple[float, float]
    rate: float


@dataclass
class Receiver:
    """What came: when the event of each entry did first, and how many messages."""

    hangs: bool = False
    port: int = 0
    first: dict[str, float] = field(default_factory=dict)
    count: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take every message that comes on one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
                event = json.loads(await reader.readexactly(length))
                if self.hangs:
                    await reader.read()
                    return
                self.first.setdefault(event["entry"], time.perf_counter())
                self.count += 1
                writer.write(TAKEN)
        except (asyncio.IncompleteReadError, ConnectionError):
            return


def measure_events(house: House) -> Deliveries:
    """Register one vehicle after the other, then have everything sent again and again."""
    entries = 50 if house.quick else ENTRIES
    url = house.database("events")
    with (
        house.service(url, "events", more=OPEN) as (service, keys),
        _receiving() as (receiver, hanging),
        working(house.folder, url, **OPEN),
    ):
        stand_at_nine(service, keys)
        company = {"Authorization": f"Bearer {keys['company-1']}"}
        hook = _listen(service, company, receiver)
        _listen(service, company, hanging)
        service.ask(f"/v1/webhooks/{hook}/tests", {}, company)
        _wait(receiver, 1)  # until the worker works
        answered = dict(_register(service, company, number) for number in range(entries))
        _wait(receiver, 1 + entries)
        waits = sorted((receiver.first[one] - at) * 1000 for one, at in answered.items())
        sent, began = 0, time.perf_counter()
        for _ in range(REPLAYS):
            made = service.ask(f"/v1/webhooks/{hook}/replays", {"after": 0}, company).json()
            sent += int(str(made["deliveries"]))
            _wait(receiver, 1 + entries + sent)
        took = time.perf_counter() - began
    place = min(int(len(waits) * 0.99), len(waits) - 1)
    return Deliveries((statistics.median(waits), waits[place]), sent / took)


def _listen(service: Running, company: Mapping[str, str], receiver: Receiver) -> str:
    """Have what is registered sent to a receiver, and return the webhook's id."""
    body = {"url": f"http://{HOST}:{receiver.port}/", "kinds": [KIND]}
    return str(service.ask("/v1/webhooks", body, company).json()["id"])


def _register(service: Running, company: Mapping[str, str], number: int) -> tuple[str, float]:
    """Register a truck and return its id and when that was answered."""
    document = {
        "gate": "tan-thanh",
        "direction": "export",
        "planned_arrival_at": (MORNING + timedelta(hours=1)).isoformat(),
        "vehicle": {"tractor_plate": f"29C-{number:05}", "payload_kg": 8000},
    }
    entry = service.ask("/v1/entries", document, company).json()["id"]
    return str(entry), time.perf_counter()


def _wait(receiver: Receiver, count: int) -> None:
    """Wait until so many messages have come.

    Raises:
        RuntimeError: they do not.
    """
    until = time.monotonic() + PATIENCE_SECONDS
    while receiver.count < count:
        if time.monotonic() > until:
            message = f"{receiver.count} of {count} events came"
            raise RuntimeError(message)
        time.sleep(0.005)


@contextmanager
def _receiving() -> Iterator[tuple[Receiver, Receiver]]:
    """Let two receivers listen, of which the second hangs, in a thread of their own."""
    loop, both = asyncio.new_event_loop(), (Receiver(), Receiver(hangs=True))

    async def listen() -> None:
        for one in both:
            server = await asyncio.start_server(one.serve, HOST, 0)
            one.port = server.sockets[0].getsockname()[1]

    loop.run_until_complete(listen())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield both
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
