"""Who can be let in as a party, from when to when, and how that ends."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.delegations import (
    Asked,
    Ending,
    Taker,
    ended_before,
    ensure_grantable,
    is_over,
)
from app.domain.errors import DelegationEndedError, DelegationUnfitError
from app.domain.organisations import OrganisationKind
from app.domain.vocabulary import Party

NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
OURS, OTHERS = UUID(int=1), UUID(int=2)
FORWARDER = Taker(OTHERS, OrganisationKind.COMPANY, verified=True)


def asked(starts_at: datetime | None = None, ends_at: datetime | None = None) -> Asked:
    return Asked(Party.CARRIER, None, "9900123473", starts_at, ends_at)


@pytest.mark.parametrize("kind", OrganisationKind)
def test_only_companies_and_apps_are_parties(kind: OrganisationKind) -> None:
    taker = Taker(OTHERS, kind, verified=True)
    if kind in {OrganisationKind.COMPANY, OrganisationKind.APP}:
        assert taker == ensure_grantable(asked(), OURS, taker, NOW)
    else:
        with pytest.raises(DelegationUnfitError):
            ensure_grantable(asked(), OURS, taker, NOW)


@pytest.mark.parametrize(
    ("taker", "rule"),
    [
        pytest.param(None, "not-a-party", id="unknown"),
        pytest.param(Taker(OTHERS, OrganisationKind.COMPANY, False), "not-a-party", id="doubted"),
        pytest.param(Taker(OURS, OrganisationKind.COMPANY, True), "own-organisation", id="own"),
    ],
)
def test_who_cannot_be_let_in_is_named_where_the_request_names_it(
    taker: Taker | None, rule: str
) -> None:
    for pointer, one in (
        ("/tax_code", asked()),
        ("/organisation", Asked(Party.OWNER, OTHERS, None)),
    ):
        with pytest.raises(DelegationUnfitError) as refusal:
            ensure_grantable(one, OURS, taker, NOW)
        assert [(pointer, rule)] == [(at.pointer, at.rule) for at in refusal.value.errors]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "fits"),
    [
        pytest.param(None, None, True, id="at once, for good"),
        pytest.param(None, NOW, False, id="over now"),
        pytest.param(None, NOW + HOUR, True, id="for an hour"),
        pytest.param(NOW + HOUR, NOW + HOUR, False, id="without an instant"),
        pytest.param(NOW + HOUR, NOW + 2 * HOUR, True, id="later, for an hour"),
        pytest.param(NOW - HOUR, NOW, False, id="in the past"),
        pytest.param(NOW - HOUR, None, True, id="since an hour ago"),
    ],
)
def test_a_time_ends_after_it_starts_and_not_in_the_past(
    starts_at: datetime | None, ends_at: datetime | None, fits: bool
) -> None:
    if fits:
        assert FORWARDER == ensure_grantable(asked(starts_at, ends_at), OURS, FORWARDER, NOW)
    else:
        with pytest.raises(DelegationUnfitError) as refusal:
            ensure_grantable(asked(starts_at, ends_at), OURS, FORWARDER, NOW)
        assert ["/ends_at"] == [error.pointer for error in refusal.value.errors]


@given(st.integers(-5, 5))
def test_what_fits_now_is_not_over_now(seconds: int) -> None:
    ends_at = NOW + timedelta(seconds=seconds)
    try:
        ensure_grantable(asked(None, ends_at), OURS, FORWARDER, NOW)
    except DelegationUnfitError:
        assert is_over(ends_at, NOW)
    else:
        assert not is_over(ends_at, NOW)
    assert not is_over(None, NOW)


def test_what_ended_ends_again_in_the_same_way_only() -> None:
    assert not ended_before(None, Ending.REVOKED)
    assert ended_before("revoked", Ending.REVOKED)
    with pytest.raises(DelegationEndedError):
        ended_before("refused", Ending.REVOKED)
