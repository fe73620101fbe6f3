"""What a hold may be on, in whatever spelling, and what an entry may be held by."""

import pytest

from app.domain.errors import HoldScopeUnfitError
from app.domain.hold_scope import Scope, ScopeKind, scopes_of

PLATE, CONTAINER, DECLARATION = ScopeKind


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        (PLATE, "12c-000.17", "12C00017"),
        (CONTAINER, "csqu 305438-3", "CSQU3054383"),
        (DECLARATION, " 309900000015 ", "309900000015"),
        (DECLARATION, "109900000015", "109900000015"),
    ],
)
def test_a_scope_is_written_as_entries_keep_it(kind: ScopeKind, raw: str, value: str) -> None:
    assert Scope(kind, value) == Scope.read(kind, raw)


@pytest.mark.parametrize(
    ("kind", "raw"), [(PLATE, " .-"), (CONTAINER, "a box"), (DECLARATION, "1")]
)
def test_what_no_entry_could_match_is_refused_at_its_field(kind: ScopeKind, raw: str) -> None:
    with pytest.raises(HoldScopeUnfitError) as refused:
        Scope.read(kind, raw)
    assert [f"/{kind}"] == [error.pointer for error in refused.value.errors]


def test_an_entry_may_be_held_by_everything_it_is_known_by() -> None:
    assert [Scope(PLATE, "A"), Scope(CONTAINER, "B"), Scope(DECLARATION, "C")] == list(
        scopes_of("A", ["B"], ["C"])
    )
    assert [] == list(scopes_of(None, (), ()))
