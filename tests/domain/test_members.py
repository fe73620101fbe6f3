"""What a member's role lets them do, and how they stand."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.members import MemberRole, MemberState, email_key, masked, scopes_of, state_of
from app.domain.vocabulary import Scope

AT = datetime(2026, 5, 21, tzinfo=UTC)


def test_each_role_may_what_the_one_before_may_and_more() -> None:
    of = [scopes_of(role, personal=False) for role in MemberRole]
    assert [{Scope.READ}, {Scope.READ, Scope.ACT}, {*Scope} - {Scope.PERSONAL}] == of


@pytest.mark.parametrize("role", MemberRole)
def test_personal_data_are_granted_apart(role: MemberRole) -> None:
    assert {Scope.PERSONAL} == scopes_of(role, personal=True) - scopes_of(role, personal=False)


@pytest.mark.parametrize(
    ("activated", "disabled", "state"),
    [
        (None, None, MemberState.INVITED),
        (AT, None, MemberState.ACTIVE),
        (AT, AT, MemberState.DISABLED),
        (None, AT, MemberState.DISABLED),
    ],
)
def test_a_member_is_invited_then_active_unless_disabled(
    activated: datetime | None, disabled: datetime | None, state: MemberState
) -> None:
    assert state is state_of(activated, disabled)


def test_an_address_is_one_however_it_is_written() -> None:
    assert "lan@vidu.example" == email_key(" Lan@ViDu.example ")


@given(some.emails())
def test_of_a_masked_address_one_letter_is_left(email: str) -> None:
    shown = masked(email)
    assert email.startswith(shown[0])
    assert email.partition("@")[2] == shown.partition("@")[2]
    assert 2 == len(shown.partition("@")[0])
