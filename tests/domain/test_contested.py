"""From when a wait counts that nobody could start when the vehicle was seen."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.contested import SERVES, counted_from_sighting

SEEN = datetime(2026, 5, 4, 9, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("now", "floors", "since"),
    [
        pytest.param(SEEN + 9 * MINUTE, [SEEN - MINUTE], SEEN, id="ready when it was seen"),
        pytest.param(SEEN + 9 * MINUTE, [], SEEN, id="nothing to rest on but the sighting"),
        pytest.param(
            SEEN + 9 * MINUTE, [SEEN - MINUTE, SEEN + MINUTE], SEEN + MINUTE, id="changed since"
        ),
        pytest.param(SEEN + MINUTE, [SEEN + MINUTE], None, id="changed just now"),
        pytest.param(SEEN, [], None, id="named at once"),
        pytest.param(SEEN + SERVES, [], SEEN, id="at the end of a night"),
        pytest.param(SEEN + SERVES + SECOND, [], None, id="a second after it"),
        pytest.param(
            SEEN + SERVES + SECOND, [SEEN + MINUTE], None, id="a second after, though changed since"
        ),
    ],
)
def test_a_wait_counts_from_when_it_was_seen_but_no_earlier_than_what_it_rests_on(
    now: datetime, floors: list[datetime], since: datetime | None
) -> None:
    assert since == counted_from_sighting(SEEN, now, floors)
