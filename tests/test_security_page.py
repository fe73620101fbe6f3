"""The page on security names modules and tests that are there."""

import ast
import re
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[1]
PAGE = (PROJECT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


@cache
def names_in(path: str) -> set[str]:
    """Return the names of the tests of a module, of its classes too."""
    tree = ast.parse((PROJECT / path).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, functions)}


def test_every_test_that_it_names_is_there() -> None:
    assert NAMED
    assert [] == [f"{path}::{name}" for path, name in NAMED if name not in names_in(path)]


def test_every_file_that_it_names_is_there() -> None:
    files = set(re.findall(r"`((?:app|docs|tests)/[\w/]+\.py)`", PAGE))
    assert [] == [path for path in sorted(files) if not (PROJECT / path).is_file()]


def test_each_line_of_the_ten_has_a_test_for_every_claim() -> None:
    ten = re.split(r"^### (API\d+): ", PAGE.partition("## Who might")[0], flags=re.MULTILINE)[1:]
    assert [f"API{number}" for number in range(1, 11)] == ten[::2]
    rows = [line for part in ten[1::2] for line in part.splitlines() if line.startswith("| ")]
    claims = [row for row in rows if not row.startswith(("| what we do", "| ---"))]
    assert [] == [row for row in claims if "::test_" not in row.split(" | ")[-1]]
