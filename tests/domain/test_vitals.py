"""When a job is late or fails, and by how much each is behind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.vitals import OldestDue, Pulse

NOON = datetime(2026, 5, 21, 5, 0, tzinfo=UTC)
PULSE = Pulse("counting", "host:1", 5, NOON, NOON, 10, 1, 7, 900, 12)


@pytest.mark.parametrize(
    ("ago", "late"),
    [
        pytest.param(75, False, id="three rounds and a minute ago"),
        pytest.param(76, True, id="longer ago"),
        pytest.param(-5, False, id="by a clock that is ahead"),
    ],
)
def test_a_job_is_late_after_three_rounds_and_a_minute(ago: int, late: bool) -> None:
    assert late is PULSE.is_late(NOON + timedelta(seconds=ago))


@pytest.mark.parametrize(
    ("succeeded", "fails"),
    [(NOON, False), (NOON - timedelta(seconds=1), True), (None, True)],
    ids=["it succeeded", "not when it was done last", "it never did"],
)
def test_a_job_fails_where_it_was_done_after_it_succeeded(
    succeeded: datetime | None, fails: bool
) -> None:
    assert fails is replace(PULSE, succeeded_at=succeeded).fails


def test_a_job_is_behind_by_the_age_of_the_oldest_thing_due() -> None:
    oldest = OldestDue(NOON - timedelta(seconds=90), NOON + timedelta(seconds=5))
    assert {"deadlines": 90, "counting": 0} == oldest.lags(NOON)
    assert {"deadlines": 0, "counting": 0} == OldestDue().lags(NOON)
