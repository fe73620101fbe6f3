"""The story of a day as tables, for somebody who has never been at the gate."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Literal

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table

from app.demo.days import PublishedDay
from app.demo.plan import PAPERS, Plan, Trouble
from app.demo.tally import LaneFigures, Passed, Refused, Story, Took, at_rank
from app.domain.vocabulary import Direction

WIDTH = 100
NAMES: Mapping[str, str] = {"huu-nghi": "Hữu Nghị", "tan-thanh": "Tân Thanh"}
ORDER_KINDS = ("infrastructure", "transfer")
MILLISECONDS = 1000
MOST_TOLD = 10  # different failures
LATE, NEVER = {Trouble.LATE}, {Trouble.NO_SHOW}


def opening(plan: Plan, scale: float, seed: int) -> str:
    """Return what is about to be played, and what of it is published."""
    day, trucks = plan.day, plan.trucks
    part = "" if scale == 1 else f" Played at {scale:g} of its size."
    late, never, papers = (_number(plan, troubles) for troubles in (LATE, NEVER, set(PAPERS)))
    lines = [
        f"A day at the gate: {_day(day.day)}, Hữu Nghị and Tân Thanh.",
        *(f"  {_published(day, gate)}" for gate in NAMES),
        f"  published: {'; '.join(day.sources)}.{part}",
        f"{len(trucks):,} vehicles register, wait, are called, checked, pay and leave by the API:",
        f"  {late} miss a call, {never} never come, {papers} have bad papers. Troubles, hours and",
        f"  goods are ours, drawn with seed {seed}. The clock stands while a minute is played,",
        "  so that two runs tell one story.",
        "",
    ]
    return "\n".join(lines)


def tables(day: PublishedDay, story: Story, times: Sequence[Took]) -> Iterator[RenderableType]:
    """Yield what a day came to."""
    yield _lanes(story.lanes)
    yield (
        "Waits are open hours:minutes; imports are not called and wait from arrival to admission."
        f"\nFees in VND, of {', '.join(story.tariffs)}: not official.\n"
    )
    yield _passed(story.passed)
    yield ""
    yield _refusals(story.refused)
    yield ""
    yield _remarks(day, story)
    yield _times(times)


def show(console: Console, day: PublishedDay, story: Story, times: Sequence[Took]) -> None:
    """Print what a day came to."""
    for part in tables(day, story, times):
        console.print(part, highlight=False)


def plain_console() -> Console:
    """Return a console of a fixed width, so that what is printed has one shape anywhere."""
    return Console(width=WIDTH)


@dataclass(frozen=True, slots=True)
class Answered:
    """How requests for an operation were answered: seconds, and how many with which status."""

    operation: str
    seconds: Sequence[float]
    statuses: Mapping[str, int]


def show_traffic(
    console: Console, answered: Sequence[Answered], failures: Mapping[str, int], seconds: float
) -> None:
    """Print how requests were answered, and what of it should not have been."""
    table = _table("operation", "requests", "p50 ms", "p99 ms", "statuses", numbers_from=1)
    for one in answered:
        times = (at_rank(one.seconds, percent) for percent in (50, 99)) if one.seconds else ()
        told = [_milliseconds(time) for time in times] or ["-", "-"]
        statuses = ", ".join(f"{number} x {code}" for code, number in sorted(one.statuses.items()))
        table.add_row(one.operation, f"{sum(one.statuses.values()):,}", *told, statuses)
    sent = sum(sum(one.statuses.values()) for one in answered)
    console.print(table)
    pace = f"{sent:,} requests in {seconds:.0f} s, {sent / seconds:.1f} a second."
    console.print(f"\n{pace} {sum(failures.values()):,} went wrong.", highlight=False)
    for failure, number in sorted(failures.items(), key=itemgetter(1), reverse=True)[:MOST_TOLD]:
        console.print(f"  {number} x {failure}", highlight=False, markup=False)


def _table(*headings: str, numbers_from: int) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))
    for place, heading in enumerate(headings):
        side: Literal["left", "right"] = "right" if place >= numbers_from else "left"
        table.add_column(heading, justify=side, no_wrap=True)
    return table


def _lanes(lanes: Sequence[LaneFigures]) -> Table:
    table = _table(
        "queue", "lane", "entries", "through", "fee", "transfer", "p50", "p90",
        "inversions", numbers_from=2,
    )  # fmt: skip
    for one in lanes:
        calls = one.direction is Direction.EXPORT
        table.add_row(
            f"{NAMES[one.gate]} {one.direction}", one.lane.value, f"{one.entries:,}",
            f"{one.through:,}", *(_money(one.fees.get(kind)) for kind in ORDER_KINDS),
            _clock(one.p50), _clock(one.p90),
            f"{one.inversions} in {one.compared}" if calls else "-",
        )  # fmt: skip
    return table


def _passed(passed: Sequence[Passed]) -> Table:
    table = _table("went through", "recorded", "published", numbers_from=1)
    for one in passed:
        named = f"{NAMES[one.gate]} {one.cargo}"
        table.add_row(named, f"{one.recorded:,}", f"{one.published:,}")
    return table


def _refusals(refused: Sequence[Refused]) -> Table:
    table = _table("fruit", "why it has no green lane", *NAMES.values(), numbers_from=2)
    for one in refused:
        times = (f"{one.times.get(gate, 0) or '-'}" for gate in NAMES)
        table.add_row(one.rule, one.sentence, *times)
    return table


def _remarks(day: PublishedDay, story: Story) -> str:
    calls = ", ".join(f"{number} {name}" for name, number in story.outcomes.items())
    releases = ", ".join(f"{number} {rule}" for rule, number in story.unreleased.items())
    return (
        f"Calls: {calls}. Releases refused: {releases or 'none'}. {story.checks:,} checks.\n"
        f"Amended in the queue: {story.amended}. Held in the queue: {story.held}, passed over"
        f" {story.skipped} times with the reason on record.\n"
        f"Rules, fees and hours are those of {day.day}.\n"
    )


def _times(times: Sequence[Took]) -> Table:
    table = _table("operation", "requests", "p50 ms", "p99 ms", numbers_from=1)
    for one in times:
        table.add_row(
            one.operation, f"{one.requests:,}", _milliseconds(one.p50), _milliseconds(one.p99)
        )
    return table


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _published(day: PublishedDay, gate: str) -> str:
    fruit, other, goods, new = (day.counts[cell] for cell in day.counts if cell[0] == gate)
    imports = f"import {goods + new}" + (f" ({new} new vehicles)" if new else "")
    return f"{NAMES[gate]:<9} export {fruit + other} ({fruit} fruit), {imports}"


def _number(plan: Plan, troubles: Collection[Trouble]) -> int:
    return sum(truck.trouble in troubles for truck in plan.trucks)


def _money(amount: int | None) -> str:
    return "-" if not amount else f"{amount:,}"


def _clock(seconds: int | None) -> str:
    if seconds is None:
        return "-"
    return f"{seconds // 3600}:{seconds // 60 % 60:02}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * MILLISECONDS:.1f}"
