"""From when a wait counts that is told late: boundary instants, and that nobody gains by it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.outages import SignedOutage, counted_from

EIGHT = datetime(2026, 3, 11, 1, 0, tzinfo=UTC)
TEN = EIGHT + timedelta(hours=2)
NOON = EIGHT + timedelta(hours=4)
OUTAGE = SignedOutage(EIGHT, TEN)
SECOND = timedelta(seconds=1)

instants = st.datetimes(datetime(2026, 3, 11), datetime(2026, 3, 12)).map(  # noqa: DTZ001 - below
    lambda at: at.replace(microsecond=0, tzinfo=UTC)
)


@pytest.mark.parametrize(
    ("occurred_at", "counts_from"),
    [
        pytest.param(EIGHT - SECOND, NOON, id="before the outage"),
        pytest.param(EIGHT, EIGHT, id="as it began"),
        pytest.param(TEN - SECOND, TEN - SECOND, id="in its last second"),
        pytest.param(TEN, NOON, id="when it had ended"),
    ],
)
def test_a_wait_that_began_in_an_outage_counts_from_its_beginning(
    occurred_at: datetime, counts_from: datetime
) -> None:
    assert counts_from == counted_from(occurred_at, NOON, [OUTAGE])


def test_without_an_outage_it_counts_from_when_it_is_recorded() -> None:
    assert NOON == counted_from(EIGHT, NOON, [])


def test_it_counts_from_no_earlier_than_what_it_rests_on() -> None:
    nine = EIGHT + timedelta(hours=1)
    assert nine == counted_from(EIGHT, NOON, [OUTAGE], [EIGHT - SECOND, nine])
    assert NOON == counted_from(EIGHT, NOON, [OUTAGE], [NOON + SECOND])


@given(instants, instants, st.lists(st.tuples(instants, instants)), st.lists(instants))
def test_nobody_ever_counts_from_before_it_happened_nor_from_the_future(
    occurred_at: datetime,
    now: datetime,
    spans: list[tuple[datetime, datetime]],
    floors: list[datetime],
) -> None:
    outages = [SignedOutage(*sorted(span)) for span in spans]
    since = counted_from(occurred_at, now, outages, floors)
    assert since <= now
    assert since == now or since >= max((occurred_at, *floors))
    assert since == now or any(outage.covers(occurred_at) for outage in outages)


@given(instants, instants)
def test_of_two_who_came_in_one_outage_the_earlier_counts_no_later(
    one: datetime, other: datetime
) -> None:
    first, second = sorted((one, other))
    wide = [SignedOutage(first, second + SECOND)]
    now = second + SECOND
    assert counted_from(first, now, wide) <= counted_from(second, now, wide)
