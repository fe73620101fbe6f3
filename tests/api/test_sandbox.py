"""The sandbox's clock: any day while nothing has happened, forward only from then on."""

from datetime import datetime

import pytest

from tests.api.conftest import Gate, lorry

CLOCK = "/v1/sandbox/clock"
IN_2024 = "2024-08-22T06:00:00+07:00"


async def test_a_new_sandbox_lives_any_day(gate: Gate) -> None:
    moved = await gate.ask("PUT", CLOCK, "admin", json={"now": IN_2024, "speed": 0})
    assert (200, {"now": IN_2024, "speed": 0}) == (moved.status_code, moved.json())
    planned = "2024-08-22T09:00:00+07:00"
    entry = await gate.register(**lorry(1, planned_arrival_at=planned))
    assert datetime.fromisoformat(IN_2024) == datetime.fromisoformat(entry["registered_at"])
    assert ("tariff-2019-01", "2024-08-22") == (
        entry["charge"]["tariff"], entry["charge"]["priced_on"],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "status"),
    [
        pytest.param("2026-03-11T08:59:59+07:00", 422, id="a second back"),
        pytest.param("2026-03-11T09:00:00+07:00", 200, id="where it stands"),
        pytest.param("2026-03-11T09:00:01+07:00", 200, id="a second forward"),
    ],
)
async def test_once_something_happened_the_clock_moves_forward_only(
    gate: Gate, now: str, status: int
) -> None:
    await gate.register()
    answer = await gate.ask("PUT", CLOCK, "admin", json={"now": now})
    assert status == answer.status_code
    assert answer.json().get("code") == ("clock-backwards" if status == 422 else None)
