"""A year of reports over many entries: how long one takes that nobody has asked for before."""

import asyncio
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.filling import fill_year
from benchmarks.processes import Running
from benchmarks.rows import MORNING, House, stand_at_nine

ENTRIES = 600_000
YEAR = 365
ASKED = 5
KINDS: Mapping[str, str] = {
    "daily, by gate": "daily?",
    "daily, by gate, as CSV": "daily?format=csv&",
    "daily, by lane": "daily?by=lane&",
    "daily, by hour, a month": "daily?by=hour&",
    "cumulative": "cumulative?",
    "waits, of the year": "waits?",
    "waits, by day": "waits?by=day&",
}


@dataclass(frozen=True)
class YearOfReports:
    """Seconds to the last byte by kind of report: median and longest; and over how many entries."""

    entries: int
    seconds: Mapping[str, tuple[float, float]]

    @property
    def longest(self) -> float:
        """What the slowest report took."""
        return max(most for _, most in self.seconds.values())


def measure_reports(house: House) -> YearOfReports:
    """Ask for every kind of report, each time for another period, so that none is remembered."""
    entries = 20_000 if house.quick else ENTRIES
    url = house.database("year")
    with house.service(url, "year") as (service, keys):
        stand_at_nine(service, keys)
    asyncio.run(fill_year(url, MORNING, entries))
    with house.service(url, "year") as (service, _):
        service.ask("/v1/reports/daily")  # reads the reference data
        return YearOfReports(entries, {name: _time(service, kind) for name, kind in KINDS.items()})


def _time(service: Running, kind: str) -> tuple[float, float]:
    taken = []
    for turn in range(ASKED):
        begun = time.perf_counter()
        service.ask(f"/v1/reports/{kind}{_period(kind, turn)}")
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken), max(taken)


def _period(kind: str, turn: int) -> str:
    days = 31 if "hour" in kind else YEAR
    first = MORNING.date() - timedelta(days=days + turn - 1)
    end = MORNING.date() - timedelta(days=turn - 1)
    since = "since" if kind.startswith("cumulative") else "from_day"
    return f"{since}={first}&to_day={end}"
