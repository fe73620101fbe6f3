"""When receivers are tried again, probed, and given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.webhooks import (
    LONGEST_PROBE,
    OPENS_AT,
    TRIED_FOR,
    Attempt,
    AttemptError,
    DeliveryState,
    DisabledReason,
    Health,
    listens,
    next_of,
    probe_pause,
    retry_pause,
)

NOW = datetime(2026, 5, 21, 3, 0, tzinfo=UTC)
TOOK = Attempt(NOW, 12, 200, None)
FAILED = Attempt(NOW, 12, 500, AttemptError.STATUS)
GONE = Attempt(NOW, 12, 410, AttemptError.STATUS)


def seconds(pause: timedelta) -> int:
    return round(pause.total_seconds())


@pytest.mark.parametrize(
    ("attempts", "expected"), [(1, 5), (2, 10), (3, 20), (10, 2560), (11, 3600), (500, 3600)]
)
def test_a_pause_is_doubled_up_to_an_hour(attempts: int, expected: int) -> None:
    assert expected == seconds(retry_pause(attempts, 500))


@given(st.integers(1, 500), st.integers(0, 999))
def test_a_pause_is_longer_or_shorter_by_a_fifth_at_most(attempts: int, chance: int) -> None:
    plain = min(5 * 2 ** (attempts - 1), 3600)
    assert 0.799 * plain <= retry_pause(attempts, chance).total_seconds() <= 1.201 * plain


@pytest.mark.parametrize(("failures", "expected"), [(5, 10), (6, 20), (9, 160), (10, 300)])
def test_probes_are_rarer_and_rarer(failures: int, expected: int) -> None:
    assert expected == seconds(probe_pause(failures))
    assert probe_pause(10_000) == LONGEST_PROBE


def test_a_delivery_is_tried_for_seventy_two_hours() -> None:
    since = NOW - TRIED_FOR
    assert (DeliveryState.GIVEN_UP, None) == next_of(FAILED, since, 80, 0, NOW)
    state, due_at = next_of(FAILED, since + timedelta(seconds=1), 80, 500, NOW)
    assert (DeliveryState.PENDING, 3600) == (state, seconds((due_at or NOW) - NOW))
    assert (DeliveryState.DELIVERED, None) == next_of(TOOK, since, 80, 0, NOW)


def test_failures_in_a_row_leave_a_receiver_probes_only() -> None:
    health = Health().after([FAILED] * (OPENS_AT - 1), NOW)
    assert (False, None, NOW) == (health.is_open, health.probe_at, health.failing_since)
    health = health.after([FAILED], NOW)
    assert (True, NOW + timedelta(seconds=10)) == (health.is_open, health.probe_at)


def test_one_success_heals() -> None:
    sick = Health(9, NOW, NOW)
    assert Health() == sick.after([FAILED, TOOK], NOW)
    assert sick == sick.after([], NOW)


def test_seventy_two_hours_of_nothing_but_failures_disable() -> None:
    health = Health().after([FAILED], NOW)
    assert health.after([FAILED], NOW + TRIED_FOR - timedelta(seconds=1)).disabled is None
    late = health.after([replace(FAILED, at=NOW + TRIED_FOR)], NOW + TRIED_FOR)
    assert DisabledReason.FAILING is late.disabled


def test_gone_disables_at_once() -> None:
    assert DisabledReason.GONE is Health().after([TOOK, GONE], NOW).disabled


@pytest.mark.parametrize(
    ("kinds", "gate", "at", "expected"),
    [
        pytest.param((), None, "huu-nghi", True, id="all is heard"),
        pytest.param(("call.made",), None, None, True, id="its kind"),
        pytest.param(("call.missed",), None, None, False, id="another kind"),
        pytest.param((), "tan-thanh", "huu-nghi", False, id="another gate"),
        pytest.param(("call.made",), "tan-thanh", "tan-thanh", True, id="kind and gate"),
        pytest.param((), "tan-thanh", None, True, id="at no gate"),
    ],
)
def test_a_webhook_hears_what_it_is_narrowed_to(
    kinds: tuple[str, ...], gate: str | None, at: str | None, expected: bool
) -> None:
    assert expected is listens(kinds, gate, "call.made", at)
