"""What the house rules say and a syntax tree can tell; layers are import-linter's."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

APP = Path(__file__).parents[1] / "app"
CLOCKS = {"now", "today", "utcnow"}


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (APP / folder).rglob("*.py"))


def nodes(path: Path) -> Iterator[ast.AST]:
    return ast.walk(ast.parse(path.read_text("utf-8")))


def imported(path: Path) -> set[str]:
    """Return the modules that `path` imports, by their full names."""
    found: set[str] = set()
    for node in nodes(path):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def called(path: Path) -> set[str]:
    """Return the names of the methods and functions that `path` calls."""
    functions = (node.func for node in nodes(path) if isinstance(node, ast.Call))
    return {
        one.attr if isinstance(one, ast.Attribute) else one.id
        for one in functions
        if isinstance(one, ast.Attribute | ast.Name)
    }


@pytest.mark.parametrize("path", modules("domain"), ids=lambda path: path.stem)
def test_the_domain_imports_itself_and_the_standard_library_only(path: Path) -> None:
    strangers = {
        name
        for name in imported(path)
        if not name.startswith("app.domain")
        and name.partition(".")[0] not in sys.stdlib_module_names
    }
    assert set() == strangers


@pytest.mark.parametrize("path", modules("domain"), ids=lambda path: path.stem)
def test_the_domain_has_no_floats(path: Path) -> None:
    numbers = [
        node.value
        for node in nodes(path)
        if isinstance(node, ast.Constant) and isinstance(node.value, float)
    ]
    names = [node.id for node in nodes(path) if isinstance(node, ast.Name) and node.id == "float"]
    divisions = [node for node in nodes(path) if isinstance(node, ast.Div)]
    exact = "Fraction" in path.read_text("utf-8")
    assert ([], []) == (numbers, names)
    assert exact or not divisions


@pytest.mark.parametrize(
    "path", modules("domain", "services", "repositories", "models"), ids=lambda path: path.stem
)
def test_time_identity_and_commits_come_from_the_edges(path: Path) -> None:
    assert set() == called(path) & {"commit", "rollback", "uuid4", "uuid7", *CLOCKS}


@pytest.mark.parametrize("path", modules("services", "api"), ids=lambda path: path.stem)
def test_sql_stays_in_the_repositories(path: Path) -> None:
    assert set() == called(path) & {"execute", "scalars", "scalar", "select"}


def test_only_one_place_changes_the_order_of_a_queue() -> None:
    """Whoever sets a key changes who is called; there are few, and here they are."""
    setters = {
        path.relative_to(APP).as_posix()
        for path in modules("services", "api", "workers", "repositories")
        for node in nodes(path)
        if isinstance(node, ast.Assign)
        for target in ast.walk(ast.Tuple(node.targets, ast.Store()))
        if isinstance(target, ast.Attribute) and target.attr == "queue_key"
    }
    assert {"services/queues/calling.py", "services/queues/waiting.py"} == setters


def test_a_queue_is_never_read_past_locked_rows() -> None:
    """Skipping locked rows breaks the order silently."""
    assert [] == [path for path in modules(".") if "skip_locked" in path.read_text("utf-8")]
