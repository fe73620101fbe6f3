"""Every kind of event that the code writes is documented, and no other is published."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from app.domain.events import (
    EVENTS,
    FOR_ALL,
    FOR_COMPANIES,
    OF_ENTRIES,
    Concerned,
    published,
    told_to,
)
from app.domain.lane_grounds import GroundWord
from app.domain.strikes import Decision

SERVICES = Path(__file__).parents[2] / "app" / "services"
KIND = re.compile(r"[a-z_]+\.[a-z_-]+")
BEGUN = re.compile(r"[a-z_]+\.")
COMPOSED = {
    "party.": {"revoked", "refused"},
    "entry.": {"cancelled", "revoked"},
    "ground.": {one.value for one in GroundWord},
    "strike.": {one.value for one in Decision},
}
OURS, OTHERS, PAYERS = UUID(int=1), UUID(int=2), UUID(int=3)
EVERYBODY = Concerned(frozenset({OURS, PAYERS}), OTHERS, OURS)


def literals(is_composed: bool) -> Iterator[str]:
    """Yield what looks like a kind of event in the services, or like the beginning of one."""
    for path in SERVICES.rglob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        inside = {
            id(part)
            for node in ast.walk(tree)
            if isinstance(node, ast.JoinedStr)
            for part in node.values
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                pattern = BEGUN if is_composed else KIND
                if (id(node) in inside) is is_composed and pattern.fullmatch(node.value):
                    yield node.value


def test_every_kind_that_is_written_is_documented_and_no_other() -> None:
    begun = set(literals(is_composed=True))
    assert set(COMPOSED) == begun
    composed = {f"{head}{end}" for head, ends in COMPOSED.items() for end in ends}
    assert set(EVENTS) == set(literals(is_composed=False)) | composed


def test_what_is_withheld_is_no_published_field() -> None:
    assert all(not kind.withheld & set(kind.fields) for kind in EVENTS.values())
    assert {"clock": 7, "points": 1} == published(
        "call.made", {"clock": 7, "points": 1, "heads": ["another's"], "skips": []}
    )


def test_an_unknown_kind_is_not_published() -> None:
    assert {} == published("truck.sang", {"clock": 7})
    assert frozenset() == told_to("truck.sang", EVERYBODY)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        pytest.param("call.made", {OURS, PAYERS}, id="who may read the entry"),
        pytest.param("difficulty.answered", {OTHERS}, id="who reported the difficulty"),
        pytest.param("key.revoked", {OTHERS}, id="the organisation it is about"),
        pytest.param("party.revoked", {OTHERS, OURS}, id="both sides of a delegation"),
        pytest.param("scoped_hold.placed", set(), id="authorities alone"),
        pytest.param("notice.posted", set(), id="everybody, and so nobody in particular"),
    ],
)
def test_companies_are_told_beside_the_authorities(kind: str, expected: set[UUID]) -> None:
    assert expected == told_to(kind, EVERYBODY)
    assert frozenset() == told_to(kind, Concerned())


def test_what_all_are_told_names_no_entry() -> None:
    assert {
        "notice.posted", "notice.lifted", "rates.changed", "edition.confirmed",
        "edition.announced", "edition.withdrawn", "reduction.announced", "reduction.withdrawn",
    } == FOR_ALL  # fmt: skip
    assert OF_ENTRIES < FOR_COMPANIES < set(EVENTS)
    assert "difficulty.reported" in FOR_COMPANIES - OF_ENTRIES
