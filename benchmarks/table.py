"""The results as a page: figures, ratios to goals, and what they were measured with."""

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf

from benchmarks.access import Access
from benchmarks.books import MonthClosed
from benchmarks.checks import CheckRates
from benchmarks.events import Deliveries
from benchmarks.fleets import Fleets
from benchmarks.live import Listened
from benchmarks.notifications import Notified
from benchmarks.opening import Opening
from benchmarks.reports import YearOfReports
from benchmarks.rows import Calls, Reads, Start, Writes
from benchmarks.sealing import Sealings
from benchmarks.verifying import Verifications
from docs.tables import tabled

Rows = Iterator[tuple[str, ...]]

LIBRARIES = ("fastapi", "starlette", "pydantic", "uvicorn", "sqlalchemy", "asyncpg")
HEAD = """# Results

Written by `make bench`, which measures everything in one run on one machine and compares nothing
with other runs. Commits are durable (`fsync` on). Rates are medians of rounds that take turns.
**limit**: the same request and answer schemas, validated and answered, nothing stored, no key.
**usual**: the same work the way most FastAPI and SQLAlchemy services write it (`usual_stack/`).
**bare**: an ASGI handler that sends the same bytes. Client and server share the machine.
"""


@dataclass(frozen=True)
class Measured:
    """Everything of one run."""

    writes: Writes
    access: Access
    reads: Reads
    checks: CheckRates
    events: Deliveries
    opening: Opening
    calls: Calls
    year: YearOfReports
    start: Start
    fleets: Fleets
    sealings: Sealings
    verified: Verifications
    month: MonthClosed
    notified: Notified
    listened: Listened


def page(measured: Measured, *, quick: bool) -> str:
    """Return the page."""
    year = f"a year of reports over {measured.year.entries:,} entries"
    parts = (
        HEAD,
        _machine(quick=quick),
        "## Goals\n",
        tabled(("work", "measured", "goal", ""), _goals(measured)),
        "## Figures\n",
        tabled(("work", "answers a second"), _every_rate(measured)),
        _latency(measured.writes),
        _first_attempt(measured.events),
        _minute(measured.opening),
        _batch(measured.fleets),
        _month(measured.month),
        _notified(measured.notified),
        _listened(measured.listened),
        tabled(
            ("what somebody else waits for a gate while", "median ms", "p99 ms", "longest ms"),
            _rows(measured.fleets.waits_ms, 1),
        ),
        tabled(("call the next one", "median ms", "p99 ms"), _calls(measured)),
        tabled((year, "median s", "longest s"), _rows(measured.year.seconds, 2)),
        "## Where the time of a registration goes\n",
        "CPU time of the process by layer; waiting for the database is not in it.\n",
        tabled(("layer", "share"), _layers(measured.writes)),
    )
    return "\n".join(parts)


def _machine(*, quick: bool) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    warning = "\n\n**A quick run, to try the harness: not to be quoted.**" if quick else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({platform.machine()}), Python"
        f" {platform.python_version()}, PostgreSQL 18, {libraries}.{warning}\n"
    )


def _goals(measured: Measured) -> Rows:
    writes, reads, opening = measured.writes, measured.reads, measured.opening
    year, start, access = measured.year, measured.start, measured.access
    short, *_, long = (most for _, most in measured.calls.by_house.values())
    at_least = (
        ("register, of the limit", writes.register.ratio("service", "limit"), 0.15),
        ("register, of the usual stack", writes.register.ratio("service", "usual"), 4.0),
        ("quote, of the limit", writes.quote.ratio("service", "limit"), 0.8),
        ("board, of the bare handler", reads.board.ratio("service", "bare"), 0.8),
        ("tracking, of the bare handler", reads.tracking.ratio("service", "bare"), 0.8),
        ("events sealed, of 2,000 a second", measured.sealings.rate / 2000, 1.0),
        ("leaves verified, of 10,000 a second", measured.verified.slowest / 10_000, 1.0),
    )
    at_most = (
        ("who asks, by a key, of a registration", access.cost_percent("a key"), 10.0, "%"),
        ("who asks, by a token, of a registration", access.cost_percent("a token"), 10.0, "%"),
        ("call, p99 of the longest queue and past, of the shortest", long / short, 1.5, "x"),
        ("opening minute, the slower p99", opening.slowest_p99, 300.0, "ms"),
        ("the log, of a call", measured.sealings.cost_percent, 15.0, "%"),
        ("event, p99 to its first attempt", measured.events.first_ms[1] / 1000, 2.0, "s"),
        ("board change, p99 to 1,000 listeners", measured.listened.heard_ms[1], 100.0, "ms"),
        ("a year of reports, the slowest", year.longest, 2.0, "s"),
        ("a month of 60,000 entries closes", measured.month.close, 30.0, "s"),
        ("first start, on an empty folder", start.first, 30.0, "s"),
        ("warm start", start.warm, 3.0, "s"),
    )
    for name, value, goal in at_least:
        yield name, f"{value:.2f} x", f"at least {goal:g} x", _met(value / goal, low=1)
    for name, value, most, unit in at_most:
        met = _met(value / most, high=1)
        yield name, f"{value:.2f} {unit}", f"at most {most:g} {unit}", met


def _met(part: float, low: float = 0, high: float = inf) -> str:
    return "met" if low <= part <= high else f"**missed**: {part:.2f} of the goal"


def _latency(writes: Writes) -> str:
    half, most = writes.latency_ms
    return (
        f"A registration takes {half:.1f} ms (median) and {most:.1f} ms (p99) with 8 clients at"
        f" once. After it all the process holds {writes.memory_mb:.0f} MB.\n"
    )


def _first_attempt(events: Deliveries) -> str:
    half, most = events.first_ms
    return (
        f"An event is first sent {half:.0f} ms (median) and {most:.0f} ms (p99) after the answer to"
        " what caused it, beside a receiver that hangs.\n"
    )


def _month(month: MonthClosed) -> str:
    return (
        f"A month of {month.entries:,} entries closes in {month.close:.1f} s, by day and gate."
        f" To post what a release without books has left of it ({month.postings:,} postings)"
        f" takes {month.post:.0f} s, to hold the books against the rows {month.check:.1f} s.\n"
    )


def _notified(notified: Notified) -> str:
    half, most = notified.latency_ms
    return (
        f"A bank tells of {notified.rate:,.0f} payments a second, each signed, matched, posted and"
        f" receipted; one takes {half:.1f} ms (median) and {most:.1f} ms (p99) with 8 connections."
        "\n"
    )


def _listened(listened: Listened) -> str:
    half, most = listened.heard_ms
    lost = "none missed one" if listened.missed == 0 else f"**{listened.missed} were missed**"
    return (
        f"{listened.listeners:,} listeners of one process are sent a change of their board"
        f" {half:.1f} ms (median) and {most:.1f} ms (p99) after the answer to who made it; of"
        f" {listened.changes} changes {lost}. A listener takes {listened.kilobytes:.0f} kB.\n"
    )


def _minute(opening: Opening) -> str:
    lost = "nothing was lost" if opening.lost == 0 else f"**{opening.lost} were lost**"
    waits = {
        f"{opening.arrivals:,} arrivals": opening.arrival_ms,
        f"{opening.readers:,} readers": opening.reader_ms,
    }
    name = f"the opening minute ({opening.seconds:.0f} s): {lost}"
    return tabled((name, "median ms", "p99 ms"), _rows(waits, 1))


def _batch(fleets: Fleets) -> str:
    exported = ", ".join(
        f"{rate:,.0f} as {name}" for name, rate in fleets.exported_per_second.items()
    )
    return (
        f"A batch of {fleets.rows:,} vehicles, {fleets.refused} of them refused, is done at"
        f" {fleets.rows_per_second:,.0f} rows a second by one worker. Entries exported a second:"
        f" {exported}.\n"
    )


def _every_rate(measured: Measured) -> Rows:
    writes, reads = measured.writes, measured.reads
    compared = {
        "register": writes.register,
        "register, who asks by": measured.access.register,
        "quote": writes.quote,
        "board": reads.board,
        "tracking": reads.tracking,
        "checks": measured.checks.compared,
    }
    rates = {
        f"{work}: {name}": rate
        for work, one in compared.items()
        for name, rate in one.rates.items()
    }
    rates["events delivered to one receiver"] = measured.events.rate
    rates["notifications that pay an order"] = measured.notified.rate
    rates["events sealed by one worker"] = measured.sealings.rate
    rates |= {f"leaves verified by {name}": rate for name, rate in measured.verified.rates.items()}
    return ((name, f"{rate:,.0f}") for name, rate in rates.items())


def _calls(measured: Measured) -> Rows:
    yield from _rows(measured.calls.by_house, 1)
    for name, mean in measured.sealings.call_ms.items():
        yield f"events beside are {name} (mean)", f"{mean:.1f}", ""


def _rows(figures: Mapping[str, Sequence[float]], places: int) -> Rows:
    return ((name, *(f"{one:.{places}f}" for one in some)) for name, some in figures.items())


def _layers(writes: Writes) -> Rows:
    total = sum(writes.layers.values()) or 1
    ranked = sorted(writes.layers.items(), key=lambda one: -one[1])
    return ((layer, f"{100 * ticks / total:.0f} %") for layer, ticks in ranked)
