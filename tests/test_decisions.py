"""Decisions are numbered one by one, so that a number names one of them."""

import re
from pathlib import Path

DECISIONS = Path(__file__).parents[1] / "docs" / "adr"


def test_each_decision_has_a_number_of_its_own_that_its_title_repeats() -> None:
    files = sorted(DECISIONS.glob("*.md"))
    numbers = [int(file.name[:4]) for file in files]
    assert [*range(1, len(files) + 1)] == numbers
    for number, file in zip(numbers, files, strict=True):
        assert re.match(rf"# {number}\. \S", file.read_text("utf-8")), file.name
