"""Fleets: how fast a batch is registered, and how long others wait while one is read and done."""

import csv
import http.client
import io
import json
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from app.api.fleet.columns import COLUMNS, taken
from app.api.workbooks import XLSX, workbook_bytes
from benchmarks.client import HOST, at
from benchmarks.processes import Running, working
from benchmarks.rows import MORNING, House, stand_at_nine
from benchmarks.traffic import JSON, truck

ROWS, BAD = 5000, 200
READ: Final = 3  # times, so that the slowest of a hundred answers is not the slowest of all
BATCHES: Final = "/v1/entries/batches"
LIGHT: Final = "/v1/gates/tan-thanh"
OPEN: Final = {"checking", "registering", "taking_back"}
BREAK_SECONDS: Final = 0.005


@dataclass(frozen=True)
class Fleets:
    """A batch and what it cost; `waits_ms` has median, p99 and longest of a light request.

    They are those of one reader who asks again and again, by what went on meanwhile.
    """

    rows: int
    refused: int
    rows_per_second: float
    waits_ms: Mapping[str, tuple[float, float, float]]
    exported_per_second: Mapping[str, float]


def measure_fleets(house: House) -> Fleets:
    """Send a fleet as JSON and have it done; read the same as CSV and as a workbook; export it."""
    count = 500 if house.quick else ROWS
    url = house.database("fleets")
    waits: dict[str, tuple[float, float, float]] = {}
    with house.service(url, "fleets") as (service, keys):
        stand_at_nine(service, keys)
        key = {"Authorization": f"Bearer {keys['company-1']}"}
        with _waiting(service, waits, "nothing"):
            time.sleep(1.0)
        rows = fleet(count, BAD * count // ROWS)
        for name, (body, kind) in _files(rows).items():
            with _waiting(service, waits, f"a batch is read from {name}"):
                read = [_send(service, key, body, kind, f"{name}-{turn}") for turn in range(READ)]
            for batch in read:
                _ask(service, "POST", f"{BATCHES}/{batch}/cancellation", key)
        with working(house.folder, url), _waiting(service, waits, "a batch is registered"):
            began = time.perf_counter()
            done = _done(service, key, _send(service, key, *_files(rows)["JSON"], "done"))
            seconds = time.perf_counter() - began
        exported = {}
        for name in ("csv", "ndjson"):
            with _waiting(service, waits, f"an export of {name} is written"):
                began = time.perf_counter()
                sent = _ask(service, "GET", f"/v1/entries/export?format={name}", key)
                exported[name] = sent.count(b"\n") / (time.perf_counter() - began)
    return Fleets(done["rows"], done["refused"], done["rows"] / seconds, waits, exported)


def fleet(count: int, bad: int) -> list[dict[str, Any]]:
    """Return trucks of which `bad` are refused, each for one of three reasons."""
    every = count // bad
    faults: Sequence[Mapping[str, Any]] = (
        {"gate": "nowhere"},
        {"direction": "sideways"},
        {"planned_arrival_at": "soon"},
    )
    day = MORNING.date().isoformat()
    return [
        {
            **truck(day),
            "client_reference": f"FLEET-{number}",
            "vehicle": {"tractor_plate": f"14C-{number:05}", "payload_kg": 15000},
            **(faults[number // every % len(faults)] if number % every == every - 1 else {}),
        }
        for number in range(count)
    ]


def _files(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, tuple[bytes, str]]:
    table = [[column.name for column in COLUMNS]]
    for row in rows:
        found = (taken(row, column.pointer) for column in COLUMNS)
        table.append(["; ".join(one) if isinstance(one, list) else str(one or "") for one in found])
    file = io.StringIO()
    csv.writer(file).writerows(table)
    return {
        "JSON": (json.dumps({"rows": rows}).encode(), JSON),
        "CSV": (file.getvalue().encode(), "text/csv"),
        "XLSX": (workbook_bytes({"vehicles": table}), XLSX),
    }


def _send(service: Running, key: Mapping[str, str], body: bytes, kind: str, name: str) -> str:
    headers = {**key, "Content-Type": kind, "Idempotency-Key": name}
    batch: str = json.loads(_ask(service, "POST", BATCHES, headers, body))["id"]
    return batch


def _done(service: Running, key: Mapping[str, str], batch: str) -> Any:  # noqa: ANN401 - JSON
    while True:
        found = json.loads(_ask(service, "GET", f"{BATCHES}/{batch}", key))
        if found["state"] not in OPEN:
            return found
        time.sleep(0.05)


def _ask(
    service: Running,
    method: str,
    path: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
) -> bytes:
    connection = http.client.HTTPConnection(HOST, service.port, timeout=120)
    connection.request(method, path, body, dict(headers))
    answer = connection.getresponse()
    said = answer.read()
    connection.close()
    if answer.status >= http.client.BAD_REQUEST:
        raise RuntimeError(said.decode())
    return said


@contextmanager
def _waiting(
    service: Running, waits: dict[str, tuple[float, float, float]], name: str
) -> Iterator[None]:
    """Ask for something light all the while, and keep how long that took."""
    taken_ms: list[float] = []
    over = threading.Event()

    def ask() -> None:
        connection = http.client.HTTPConnection(HOST, service.port, timeout=60)
        while not over.is_set():
            began = time.perf_counter()
            connection.request("GET", LIGHT)
            connection.getresponse().read()
            taken_ms.append((time.perf_counter() - began) * 1000)
            time.sleep(BREAK_SECONDS)
        connection.close()

    reader = threading.Thread(target=ask)
    reader.start()
    try:
        yield
    finally:
        over.set()
        reader.join()
    taken_ms.sort()
    waits[name] = (at(taken_ms, 50), at(taken_ms, 99), taken_ms[-1])
