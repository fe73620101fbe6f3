"""How long a foreign vehicle may stay: whose stay is limited, from which day, until when."""

from datetime import UTC, date, datetime

import pytest

from app.domain.declaration import read_declaration
from app.domain.stay_limits import limit_for, parse_stay_limits, stays_until
from tests.domain.reference import reference

LIMITS = parse_stay_limits(reference("stay-limits")["rows"])
FIRST, BEFORE = date(2025, 12, 10), date(2025, 12, 9)


def declared(**vehicle: object) -> dict[str, object]:
    return {
        "gate": "tan-thanh", "direction": "import", "journey": "transshipment", "vehicle": vehicle,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("hours", "vehicle", "day"),
    [
        pytest.param(24, {"country": "CN"}, FIRST, id="a foreign vehicle"),
        pytest.param(36, {"country": "CN", "two_way": True}, FIRST, id="a two-way vehicle"),
        pytest.param(24, {"country": "CN", "two_way": False}, FIRST, id="one way only"),
        pytest.param(None, {"country": "CN"}, BEFORE, id="the day before there was a limit"),
        pytest.param(None, {"country": "VN"}, FIRST, id="a Vietnamese vehicle is at home"),
        pytest.param(None, {"country": "VN", "two_way": True}, FIRST, id="two-way or not"),
    ],
)
def test_a_stay_is_limited(hours: int | None, vehicle: dict[str, object], day: date) -> None:
    limit = limit_for(LIMITS, read_declaration(declared(**vehicle)), day)
    assert hours == (limit and limit.hours)


def test_a_stay_ends_so_many_hours_after_the_vehicle_came() -> None:
    came_at = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
    ends = {limit.visitors.value: stays_until(limit, came_at) for limit in LIMITS}
    assert {
        "foreign": datetime(2026, 3, 12, 2, 0, tzinfo=UTC),
        "two-way": datetime(2026, 3, 12, 14, 0, tzinfo=UTC),
    } == ends


def test_every_limit_says_what_it_rests_on() -> None:
    assert all(limit.evidence.source for limit in LIMITS)
