"""What the house rules say and a syntax tree can tell; layers are import-linter's."""

import ast
import sys
from collections.abc import Iterator, Mapping
from functools import cache
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


@cache
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


ORDER = {
    "queue_key": {"services/queues/waiting.py"},
    "points_carried": {"services/queues/waiting.py"},
    "lane": {"services/queues/waiting.py"},
    # An arrival is a place at a gate that calls nobody.
    "waits_from": {"services/crossing/positions.py", "services/queues/waiting.py"},
    "state": {
        "services/crossing/passage.py",
        "services/crossing/positions.py",
        "services/crossing/release.py",
        "services/queues/calling.py",
        "services/queues/deferral.py",
        "services/queues/diversion.py",
        "services/queues/endings.py",
        "services/queues/waiting.py",
    },
    "call_number": {"services/crossing/positions.py", "services/queues/waiting.py"},
}
"""What of an entry decides its place, and where alone it is set."""
RUNNING = ("services", "api", "workers", "repositories", "cli", "web", "demo")


def assigned(node: ast.AST) -> set[str]:
    """Return what a statement sets of something that is called `entry`."""
    targets = node.targets if isinstance(node, ast.Assign) else []
    targets = [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else targets
    return {
        one.attr
        for target in targets
        for one in ast.walk(target)
        if isinstance(one, ast.Attribute) and "entry" == ast.unparse(one.value)
    }


def stored(node: ast.AST) -> set[str]:
    """Return what of the order a call says that stores values in an entry."""
    if not isinstance(node, ast.Call):
        return set()
    if not ast.unparse(node.func).endswith((".values", "setattr")):
        return set()
    said = ast.unparse(node)
    return {column for column in ORDER if column in said and "Entry" in said}


@cache
def setters() -> Mapping[str, set[str]]:
    """Return where each column of an entry is set, by attribute or in a statement."""
    found: dict[str, set[str]] = {column: set() for column in ORDER}
    for path in modules(*RUNNING):
        for node in nodes(path):
            for column in found.keys() & (assigned(node) | stored(node)):
                found[column].add(path.relative_to(APP).as_posix())
    return found


@pytest.mark.parametrize("column", ORDER)
def test_only_these_change_the_order_of_a_queue(column: str) -> None:
    """Whoever sets a key changes who is called; there are few, and here they are."""
    assert ORDER[column] == setters()[column]


def uses(name: str) -> set[str]:
    return {path.relative_to(APP).as_posix() for path in modules(*RUNNING) if name in called(path)}


def test_a_call_is_made_by_the_rule_or_by_an_override_and_by_nothing_else() -> None:
    """Calls are written by one class, made by one, and out of turn for one: two officers."""
    written = {path for path in uses("Call") if "Call" in models_of(APP / path)}
    assert {"services/queues/summons.py"} == written
    assert {"services/queues/calling.py"} == uses("Summons") == uses("OutOfTurn")
    assert {"services/queues/overrides.py"} == uses("call_out_of_turn")
    assert {"api/routes/queues.py"} == uses("call_next")


def models_of(path: Path) -> set[str]:
    """Return the names that a module imports of the tables."""
    return {
        alias.name
        for node in nodes(path)
        if isinstance(node, ast.ImportFrom) and node.module == "app.models"
        for alias in node.names
    }


def test_a_queue_is_never_read_past_locked_rows() -> None:
    """Skipping locked rows breaks the order silently; what is sent to receivers is no queue."""
    skipping = [path for path in modules(".") if "skip_locked" in path.read_text("utf-8")]
    sending = ["repositories/dispatches.py", "repositories/webhooks.py"]
    assert sending == [path.relative_to(APP).as_posix() for path in skipping]


ASKERS = {"services/authorising.py"}
"""Where an entry is found for whoever asks; it is given out to whom `decide` lets."""
FOR_AUTHORITIES = {
    "services/crossing/difficulties.py",
    "services/crossing/positions.py",
    "services/crossing/review.py",
    "services/crossing/sightings.py",
    "services/queues/calls.py",
    "services/queues/overrides.py",
    "services/queues/withdrawal.py",
    "api/deps.py",
}
"""Where an entry is found that somebody saw, called or was answered with: no company asks."""


def test_an_entry_is_given_for_an_act_by_those_alone_who_ask_whether_it_may_be() -> None:
    """A new service asks `app.services.authorising`; so what is not yours is not there for you."""
    found: dict[str, set[str]] = {}
    for path in modules("services", "api", "workers"):
        for node in nodes(path):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if isinstance(at := node.func.value, ast.Attribute) and at.attr == "entries":
                found.setdefault(node.func.attr, set()).add(path.relative_to(APP).as_posix())
    finders = {name: found.get(name, set()) for name in ("related", "all_related", "get")}
    assert {"related": ASKERS, "all_related": ASKERS, "get": set()} == finders
    assert found["by_id"] | found["by_reference"] == FOR_AUTHORITIES


COMPARING = {
    "services/access/clients.py",  # to one's own a scope is given only where one has it
    "services/declarations/registration.py",  # whether a plate is the company's own already
    "services/queues/diversion.py",  # an officer diverts later than a company does
    "services/queues/strikes.py",  # only a company has a limit
}


def test_whose_something_is_is_compared_where_that_is_decided() -> None:
    """No service looks at roles and organisations by itself to let somebody do something."""
    comparing = {
        path.relative_to(APP).as_posix()
        for path in modules("services")
        for node in nodes(path)
        if isinstance(node, ast.Compare)
        for one in (node.left, *node.comparators)
        if isinstance(one, ast.Attribute)
        and one.attr in {"organisation_id", "role"}
        and "principal" in ast.unparse(one.value)
    }
    assert COMPARING == comparing
