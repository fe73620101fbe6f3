"""The results as a page: figures, ratios to goals, and what they were measured with."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import version
from math import inf

from benchmarks.reports import YearOfReports
from benchmarks.rows import Calls, Compared, Reads, Start, Writes

LIBRARIES = ("fastapi", "starlette", "pydantic", "uvicorn", "sqlalchemy", "asyncpg")
HEAD = """# Results

Written by `make bench`, which measures everything in one run on one machine and compares nothing
with other runs. Commits are durable (`fsync` on). Rates are medians of rounds that take turns.
**limit**: the same request and answer schemas, validated and answered, nothing stored, no key.
**usual**: the same work the way most FastAPI and SQLAlchemy services write it (`usual_stack/`).
**bare**: an ASGI handler that sends the same bytes. Client and server share the machine.
"""


def page(  # noqa: PLR0913 - each is a part of what was measured
    writes: Writes, reads: Reads, calls: Calls, year: YearOfReports, start: Start, *, quick: bool
) -> str:
    """Return the page."""
    lines = [
        HEAD,
        _machine(quick=quick),
        "## Goals\n",
        "| work | measured | goal | |",
        "| --- | --- | --- | --- |",
        *_goals(writes, reads, calls, year, start),
        "\n## Figures\n",
        "| work | answers a second |",
        "| --- | --- |",
        *_rates("register", writes.register),
        *_rates("quote", writes.quote),
        *_rates("board", reads.board),
        *_rates("tracking", reads.tracking),
        _latency(writes),
        "| call the next one | median ms | p99 ms |",
        "| --- | --- | --- |",
        *(f"| {name} | {half:.1f} | {most:.1f} |" for name, (half, most) in calls.by_house.items()),
        f"\n| a year of reports over {year.entries:,} entries | median s | longest s |",
        "| --- | --- | --- |",
        *(f"| {name} | {half:.2f} | {most:.2f} |" for name, (half, most) in year.seconds.items()),
        "\n## Where the time of a registration goes\n",
        "CPU time of the process by layer; waiting for the database is not in it.\n",
        "| layer | share |",
        "| --- | --- |",
        *_layers(writes),
    ]
    return "\n".join(lines) + "\n"


def _machine(*, quick: bool) -> str:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    warning = "\n\n**A quick run, to try the harness: not to be quoted.**" if quick else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({platform.machine()}), Python"
        f" {platform.python_version()}, PostgreSQL 18, {libraries}.{warning}\n"
    )


def _goals(
    writes: Writes, reads: Reads, calls: Calls, year: YearOfReports, start: Start
) -> list[str]:
    short, *_, long = (most for _, most in calls.by_house.values())
    at_least = (
        ("register, of the limit", writes.register.ratio("service", "limit"), 0.15),
        ("register, of the usual stack", writes.register.ratio("service", "usual"), 4.0),
        ("quote, of the limit", writes.quote.ratio("service", "limit"), 0.8),
        ("board, of the bare handler", reads.board.ratio("service", "bare"), 0.8),
        ("tracking, of the bare handler", reads.tracking.ratio("service", "bare"), 0.8),
    )
    at_most = (
        ("call, p99 of the longest queue and past, of the shortest", long / short, 1.5, "x"),
        ("a year of reports, the slowest", year.longest, 2.0, "s"),
        ("first start, on an empty folder", start.first, 30.0, "s"),
        ("warm start", start.warm, 3.0, "s"),
    )
    return [
        *(
            f"| {name} | {value:.2f} x | at least {goal:g} x | {_met(value / goal, low=1)} |"
            for name, value, goal in at_least
        ),
        *(
            f"| {name} | {value:.2f} {unit} | at most {most:g} {unit} |"
            f" {_met(value / most, high=1)} |"
            for name, value, most, unit in at_most
        ),
    ]


def _met(part: float, low: float = 0, high: float = inf) -> str:
    return "met" if low <= part <= high else f"**missed**: {part:.2f} of the goal"


def _latency(writes: Writes) -> str:
    half, most = writes.latency_ms
    return (
        f"\nA registration takes {half:.1f} ms (median) and {most:.1f} ms (p99) with 8 clients at"
        f" once. After it all the process holds {writes.memory_mb:.0f} MB.\n"
    )


def _rates(work: str, compared: Compared) -> list[str]:
    return [f"| {work}: {name} | {rate:,.0f} |" for name, rate in compared.rates.items()]


def _layers(writes: Writes) -> list[str]:
    total = sum(writes.layers.values()) or 1
    ranked = sorted(writes.layers.items(), key=lambda one: -one[1])
    return [f"| {layer} | {100 * ticks / total:.0f} % |" for layer, ticks in ranked]
