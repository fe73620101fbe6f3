"""What is printed, and that the README shows it in the shape that it has."""

import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from rich.console import Console

from app.demo.days import published_day, published_volumes
from app.demo.plan import plan_day
from app.demo.show import WIDTH, opening, show
from app.demo.tally import LaneFigures, Passed, Refused, Story, Took
from app.domain.green_lane import RULES_BY_CODE
from app.domain.vocabulary import Direction, Lane

README = (Path(__file__).parents[2] / "README.md").read_text()
DAY = published_day(date(2024, 8, 22), published_volumes())
PLAN = plan_day(DAY, seed=1)
LEFT_OUT = "…"
GATES = ("huu-nghi", "tan-thanh")


def figures(gate: str, direction: Direction, lane: Lane) -> LaneFigures:
    """Return a lane on which everything happened."""
    return LaneFigures(
        gate, direction, lane, entries=1221, through=1220,
        fees={"infrastructure": 318_048_000, "transfer": 25_632_000},
        p50=3723, p90=36_000, compared=217, inversions=0,
    )  # fmt: skip


STORY = Story(
    lanes=[
        figures("huu-nghi", Direction.EXPORT, Lane.ORDINARY),
        figures("huu-nghi", Direction.IMPORT, Lane.ORDINARY),
        figures("tan-thanh", Direction.EXPORT, Lane.GREEN),
        figures("tan-thanh", Direction.EXPORT, Lane.ORDINARY),
        figures("tan-thanh", Direction.IMPORT, Lane.ORDINARY),
    ],
    passed=[
        Passed(gate, cargo, 220, 220)
        for gate in GATES
        for cargo in ("export, fruit", "export, other", "import, all")
    ],
    refused=[
        Refused(code, RULES_BY_CODE[code].refusal["en"], {gate: 1})
        for code, gate in (
            ("GL-02", "huu-nghi"), ("GL-05", "tan-thanh"), ("GL-06", "tan-thanh"),
            ("GL-07", "tan-thanh"), ("GL-08", "tan-thanh"), ("GL-12", "tan-thanh"),
        )
    ],
    unreleased={"order-unpaid": 13},
    outcomes={"answered": 315, "missed": 11, "no_show": 2},
    tariffs=["tariff-2019-01"],
    checks=8701,
    amended=1,
    held=2,
    skipped=36,
)  # fmt: skip
OPERATIONS = (
    "call_next_vehicles", "get_entry", "get_place", "record_admission", "record_arrival",
    "record_checks", "record_exit", "record_movement", "record_payment", "register_entry",
    "release_entry",
)  # fmt: skip


def printed() -> str:
    """Return what a whole day prints, but for its progress."""
    out = io.StringIO()
    console = Console(file=out, width=WIDTH)
    console.print(opening(PLAN, 1, 1), highlight=False)
    show(console, DAY, STORY, [Took(name, 1133, 0.0172, 0.0677) for name in OPERATIONS])
    return out.getvalue()


def shape(line: str) -> str:
    """Return a line without its numbers and without how wide its columns are."""
    numberless = re.sub(r"(?<![\w-])[\d,.:]*\d|(?<=\s)-(?=\s|$)", "#", line)
    return re.sub(r"─+", "─", re.sub(r"\s+", " ", numberless)).strip()


def shapes(text: str) -> Iterator[str]:
    """Yield the shapes of the lines that are not empty."""
    return filter(None, map(shape, text.splitlines()))


def test_nothing_is_cut_off_however_large_the_numbers_are() -> None:
    assert LEFT_OUT not in printed()


def test_a_day_says_what_was_published_and_by_whom() -> None:
    said = opening(PLAN, 1, 7)
    assert "22 August 2024" in said
    assert "Hữu Nghị  export 220 (138 fruit), import 564 (50 new vehicles)" in said
    assert "Tân Thanh export 95 (87 fruit), import 252\n" in said
    assert "Management Board in the press, Aug 2024." in said
    assert "seed 7" in said


def test_a_part_of_a_day_says_so() -> None:
    assert "Played at 0.02 of its size." in opening(plan_day(DAY, seed=1, scale=0.02), 0.02, 1)


def test_the_readme_shows_what_is_printed() -> None:
    """In the same order and shape; whole parts may be left out."""
    block = next(
        found
        for found in re.findall(r"^```text\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
        if "A day at the gate" in found
    )
    left = shapes(printed())
    for line in shapes(block):
        assert line in left, line
