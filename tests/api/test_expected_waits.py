"""When those who wait are told to expect their call, and why sometimes nobody can say."""

from typing import Any

import pytest

from app.api.memory import Moments
from app.domain.vocabulary import Direction, Queue
from tests.api.conftest import Gate, lorry, truck

QUEUE = Queue("tan-thanh", Direction.EXPORT)
TOO_FEW = {
    "low_seconds": None, "likely_seconds": None, "high_seconds": None,
    "earliest_at": None, "likely_at": None, "latest_at": None,
    "method": "queue-rolled-forward", "sample": 9, "reason": "too-few-recent-calls",
}  # fmt: skip


async def fill(gate: Gate, count: int, start: int = 1) -> list[dict[str, Any]]:
    """Let lorries begin to wait, one a minute."""
    entries = [await gate.register(**lorry(number)) for number in range(start, start + count)]
    for entry in entries:
        await gate.move(entry)
        gate.wait(minutes=1)
    return entries


async def call_every_three_minutes(gate: Gate, times: int) -> None:
    for _ in range(times):
        await gate.call(1)
        gate.wait(minutes=3)


def of_lane(board: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = (one["expected_wait"] for one in board["lanes"] if one["lane"] == code)
    assert isinstance(found, dict)
    return found


@pytest.fixture
async def busy(gate: Gate) -> list[dict[str, Any]]:
    """Three who wait at 09:43, while one has been called every three minutes for half an hour."""
    entries = await fill(gate, 13)
    await call_every_three_minutes(gate, 10)
    return entries[10:]


async def test_a_place_says_from_when_to_when_the_call_is_expected(
    gate: Gate, busy: list[dict[str, Any]]
) -> None:
    expected = (await gate.place(busy[2]))["expected_wait"]
    assert {
        "low_seconds": 360, "likely_seconds": 540, "high_seconds": 720,
        "earliest_at": "2026-03-11T09:49:00+07:00", "likely_at": "2026-03-11T09:52:00+07:00",
        "latest_at": "2026-03-11T09:55:00+07:00",
        "method": "queue-rolled-forward", "sample": 10, "reason": None,
    } == expected  # fmt: skip


async def test_under_ten_recent_calls_nobody_is_told_when(gate: Gate) -> None:
    entries = await fill(gate, 10)
    await call_every_three_minutes(gate, 9)
    assert TOO_FEW == (await gate.place(entries[9]))["expected_wait"]
    assert TOO_FEW == of_lane(await gate.board(), "ordinary")


async def test_tracking_and_a_movement_say_what_the_place_says(gate: Gate, busy: Any) -> None:
    assert busy
    entry = await gate.register(**lorry(50))
    seen = await gate.move(entry)
    told = (await gate.place(entry))["expected_wait"]
    shown = (await gate.get(f"/v1/tracking/{entry['tracking']['token']}")).json()
    assert told == seen["place"]["expected_wait"] == shown["expected_wait"]
    assert 4 * 180 == told["likely_seconds"]


async def test_a_board_tells_who_joins_a_lane_now(gate: Gate, busy: Any) -> None:
    assert busy
    board = await gate.board()
    assert [4 * 180] * 3 == [one["expected_wait"]["likely_seconds"] for one in board["lanes"]]
    gate.wait(hours=10, minutes=30)
    assert ["too-few-recent-calls"] * 3 == [
        one["expected_wait"]["reason"] for one in (await gate.board())["lanes"]
    ]


async def test_nobody_is_promised_a_call_in_closed_hours(gate: Gate) -> None:
    gate.go_to("2026-03-11T19:10:00+07:00")
    entries = await fill(gate, 13)
    await call_every_three_minutes(gate, 10)
    gate.go_to("2026-03-11T19:56:00+07:00")
    expected = (await gate.place(entries[12]))["expected_wait"]
    assert (3 * 198, "2026-03-12T07:05:54+07:00") == (
        expected["likely_seconds"], expected["likely_at"],
    )  # fmt: skip
    gate.go_to("2026-03-12T03:00:00+07:00")
    at_night = (await gate.place(entries[10]))["expected_wait"]
    assert "2026-03-12T07:00:00+07:00" == at_night["earliest_at"]
    assert at_night["likely_seconds"] < 300


async def test_a_held_vehicle_is_told_what_it_may_expect_without_its_hold(
    gate: Gate, busy: list[dict[str, Any]]
) -> None:
    before = (await gate.place(busy[1]))["expected_wait"]
    path = f"/v1/entries/{busy[1]['id']}/holds"
    await gate.post(path, "customs", {"reason": "soi chiếu"})
    gate.forget()
    held = await gate.place(busy[1])
    assert (False, before) == (held["callable"], held["expected_wait"])


async def test_what_was_read_a_moment_ago_tells_of_who_came_since(
    gate: Gate, busy: list[dict[str, Any]]
) -> None:
    """How a queue goes on is kept for some seconds; who is not in it takes its turn in it."""
    await gate.place(busy[0])
    entry = await gate.register(**lorry(50))
    await gate.move(entry)
    kept = (await gate.place(entry))["expected_wait"]
    gate.forget()
    assert kept == (await gate.place(entry))["expected_wait"]


async def test_who_comes_later_in_a_faster_lane_is_expected_to_pass(gate: Gate) -> None:
    """Fruit comes as often as anybody is called: an ordinary truck waits longer than its place."""
    ordinary = await fill(gate, 40, start=100)
    for number in range(10):
        await gate.move(await gate.register(**fruit(number)))
        gate.wait(minutes=4)
        await gate.call(1)
    standing = await gate.place(ordinary[39])
    expected = standing["expected_wait"]
    assert expected["likely_seconds"] > standing["place"] * 240
    assert expected["low_seconds"] < expected["likely_seconds"] - 240


def fruit(number: int) -> dict[str, Any]:
    return truck(
        vehicle={"tractor_plate": f"12C-{number:05}", "payload_kg": 15000},
        consignments=[
            {**truck()["consignments"][0], "declaration_number": f"3099{number:08}"},
        ],
    )


@pytest.mark.usefixtures("busy")
async def test_a_forecast_that_ends_soon_is_made_anew_before_anybody_waits_for_it(
    gate: Gate,
) -> None:
    process, now = gate.app.state.process, [0.0]
    process.forecasts = Moments(5.0, 10, lambda: now[0])
    await process.redraw()
    first = process.forecasts.get(QUEUE)
    await process.look_ahead()
    assert process.forecasts.get(QUEUE) is first, "it is young"
    now[0] = 4.0
    await process.look_ahead()
    second = process.forecasts.get(QUEUE)
    assert second is not first
    now[0] = 8.9
    await process.redraw()
    assert process.forecasts.get(QUEUE) is second, "it was there for the drawing"
