"""`make bench`: measure everything in one go, and write `benchmarks/RESULTS.md`."""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.core.embedded import DURABLE, EmbeddedServer
from benchmarks.access import measure_access
from benchmarks.books import measure_books
from benchmarks.checks import measure_checks
from benchmarks.events import measure_events
from benchmarks.fleets import measure_fleets
from benchmarks.live import measure_live
from benchmarks.notifications import measure_notifications
from benchmarks.opening import measure_opening
from benchmarks.reports import measure_reports
from benchmarks.rows import House, measure_calls, measure_reads, measure_start, measure_writes
from benchmarks.sealing import measure_sealing
from benchmarks.table import Measured, page
from benchmarks.verifying import measure_verifying

PASTS = (100_000, 1_000_000)
RESULTS = Path(__file__).with_name("RESULTS.md")
P = TypeVar("P")
T = TypeVar("T")


def main(arguments: list[str]) -> int:
    """Measure and write; `--past N` bounds the past, `--quick` only tries the harness."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--past", type=int, default=PASTS[-1], help="entries of the longest past")
    parser.add_argument("--quick", action="store_true", help="try the harness, and keep nothing")
    told = parser.parse_args(arguments)
    quick, most = told.quick, told.past
    pasts = (10_000,) if quick else tuple(size for size in PASTS if size <= most)
    with tempfile.TemporaryDirectory(prefix="gate-bench-") as name:
        folder = Path(name)
        with EmbeddedServer(folder / "data", options=DURABLE) as server:
            house = House(folder, server.url, pasts, quick=quick)
            writes = _told("register and quote", measure_writes, house)
            access = _told("who asks", measure_access, house)
            reads = _told("board and tracking", measure_reads, house)
            checks = _told("checks", measure_checks, house)
            events = _told("events", measure_events, house)
            fleets = _told("fleets", measure_fleets, house)
            sealings = _told("the log", measure_sealing, house)
            verified = _told("verifying", measure_verifying, house)
            opening = _told("the opening minute", measure_opening, house)
            calls = _told("calls", measure_calls, house)
            year = _told("a year of reports", measure_reports, house)
            month = _told("a month closes", measure_books, house)
            listened = _told("live boards", measure_live, house)
            notified = _told("notifications", measure_notifications, house)
        start = _told("starts", measure_start, folder)
    every = (writes, access, reads, checks, events, opening, calls, year, start, fleets)
    measured = Measured(*every, sealings, verified, month, notified, listened)
    text = page(measured, quick=quick)
    sys.stdout.write(text)
    if not quick:
        RESULTS.write_text(text, "utf-8")
    return 0


def _told(name: str, measure: Callable[[P], T], where: P) -> T:
    """Measure, telling on standard error what is measured and how long it took."""
    sys.stderr.write(f"{name} ... ")
    sys.stderr.flush()
    began = time.monotonic()
    found = measure(where)
    sys.stderr.write(f"{time.monotonic() - began:.0f} s\n")
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
