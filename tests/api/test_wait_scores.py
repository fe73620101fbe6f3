"""What drivers were told is kept, scored by the calls, and the board says how good it was."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.api.state import Process
from app.core.config import Settings
from app.main import make_jobs
from app.models import WaitEstimate
from app.workers import scoring
from app.workers.scoring import ScoreKeeper
from app.workers.today import Todays
from tests.api.conftest import Gate, lorry
from tests.api.test_expected_waits import fill

NOTHING = {
    "median_error_seconds": None, "inside_percent": None, "sample": 0,
    "reason": "too-few-scored-estimates",
}  # fmt: skip
KEPT = {"median_error_seconds": 11, "inside_percent": 100, "sample": 12, "reason": None}


async def keep(gate: Gate, *, is_production: bool = False) -> int:
    """Keep and score what is due now, as a worker does, and return how much that was."""
    process: Process = gate.app.state.process
    keeper = ScoreKeeper(Todays(is_production=is_production, machine_now=lambda: gate.now))
    gate.forget()
    return await keeper.keep(process.sessions)


async def estimates(session: AsyncSession) -> list[WaitEstimate]:
    statement = select(WaitEstimate).order_by(WaitEstimate.due_at, WaitEstimate.entry_id)
    found = await session.scalars(statement, execution_options={"populate_existing": True})
    return list(found)


async def last_week(gate: Gate, lane: str = "ordinary") -> Any:
    board = await gate.board()
    return next(one["last_week"] for one in board["lanes"] if one["lane"] == lane)


@pytest.fixture
async def busy(gate: Gate) -> list[dict[str, Any]]:
    """Nobody waits at 09:40; ten were called every three minutes."""
    entries = await fill(gate, 10)
    for entry in entries:
        await gate.call()
        await gate.arrive(entry)
        gate.wait(minutes=3)
    return entries


async def join(gate: Gate, number: int) -> dict[str, Any]:
    entry = await gate.register(**lorry(number))
    await gate.move(entry)
    return entry


async def test_what_is_told_when_waiting_starts_is_kept_and_scored_by_the_call(
    gate: Gate, busy: Any, session: AsyncSession
) -> None:
    assert busy
    entry = await join(gate, 50)
    told = (await gate.place(entry))["expected_wait"]
    assert 1 == await keep(gate)
    assert 0 == await keep(gate)
    (one,) = await estimates(session)
    assert (told["low_seconds"], told["likely_seconds"], told["high_seconds"], told["sample"]) == (
        one.low, one.likely, one.high, one.sample,
    )  # fmt: skip
    assert (entry["id"], gate.now, None) == (str(one.entry_id), one.due_at, one.called_at)
    gate.wait(minutes=4)
    await gate.call()
    assert 1 == await keep(gate)
    (one,) = await estimates(session)
    assert (60, True) == (one.error, one.inside)


async def test_at_each_full_hour_those_who_wait_are_told_again(
    gate: Gate, busy: Any, session: AsyncSession
) -> None:
    assert busy
    await join(gate, 50)
    await keep(gate)
    gate.go_to("2026-03-11T10:00:05+07:00")
    assert 1 == await keep(gate)
    gate.go_to("2026-03-11T11:06:00+07:00")  # too late for the hour
    assert 0 == await keep(gate)
    due = [one.due_at.minute for one in await estimates(session)]
    assert [40, 0] == due


async def test_of_whom_nothing_can_be_told_nothing_is_kept(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await join(gate, 50)
    assert 0 == await keep(gate)
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "soi chiếu"})
    assert 0 == await keep(gate)
    assert [] == await estimates(session)


async def test_a_held_vehicle_is_not_scored_on_its_hold(
    gate: Gate, busy: Any, session: AsyncSession
) -> None:
    assert busy
    entry = await join(gate, 50)
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "soi chiếu"})
    assert 0 == await keep(gate)
    assert [] == await estimates(session)


async def test_before_an_edition_is_confirmed_nothing_is_kept(gate: Gate, busy: Any) -> None:
    assert busy
    await join(gate, 50)
    assert 0 == await keep(gate, is_production=True)


async def test_the_board_says_how_far_last_weeks_estimates_were_off(
    gate: Gate, busy: Any, monkeypatch: pytest.MonkeyPatch, session: AsyncSession
) -> None:
    monkeypatch.setattr(scoring, "BATCH", 5)
    assert busy
    for number in range(50, 62):
        entry = await join(gate, number)
        await keep(gate)
        gate.wait(minutes=3)
        await gate.call()
        await gate.arrive(entry)
    await keep(gate)
    assert NOTHING == await last_week(gate)
    gate.go_to("2026-03-12T00:00:20+07:00")
    assert 1 == await keep(gate)
    assert KEPT == await last_week(gate)
    assert NOTHING == await last_week(gate, "green")
    assert 0 == await keep(gate)
    for _ in range(7):
        gate.now += timedelta(days=1)
        await keep(gate)
    assert NOTHING == await last_week(gate)
    assert [] == await estimates(session)


def test_scores_are_kept_by_the_workers() -> None:
    assert "scoring" in make_jobs(Settings())
