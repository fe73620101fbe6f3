"""Entries whose vehicle never comes and is ready: they end by themselves, to the day."""

from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Claim, Event
from tests.api.conftest import Gate, lorry, movement, rules

MIDNIGHT = "2026-03-19T00:00:00+07:00"
"""Seven legal days after the day of 11 March have passed."""


async def expired(gate: Gate, entry: Any) -> bool:
    state: str = (await gate.entry(entry))["state"]
    return state == "expired"


async def lasts_until(gate: Gate, entry: Any, instant: str) -> bool:
    """Tell whether an entry is open a second before an instant, and has expired with it."""
    gate.go_to(instant)
    gate.wait(seconds=-1)
    await gate.work()
    was_open = not await expired(gate, entry)
    gate.wait(seconds=1)
    await gate.work()
    return was_open and await expired(gate, entry)


async def told(session: AsyncSession, kind: str = "entry.expired") -> list[Event]:
    return list(await session.scalars(select(Event).where(Event.kind == kind)))


# --- the day --------------------------------------------------------------------------------------


async def test_an_entry_lasts_for_seven_days_after_the_day_of_its_planned_arrival(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1))
    assert await lasts_until(gate, entry, MIDNIGHT)


async def test_without_a_planned_arrival_the_days_count_from_registration(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    assert await lasts_until(gate, entry, MIDNIGHT)


async def test_who_registers_late_has_the_days_after_that(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at="2026-03-01T10:00:00+07:00"))
    assert await lasts_until(gate, entry, MIDNIGHT)


async def test_planning_another_arrival_moves_the_day(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to("2026-03-18T23:00:00+07:00")
    answer = await gate.amend(entry, planned_arrival_at="2026-03-20T08:00:00+07:00")
    assert 200 == answer.status_code
    assert await lasts_until(gate, entry, "2026-03-28T00:00:00+07:00")


async def test_amending_something_else_does_not_move_the_day(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to("2026-03-18T23:00:00+07:00")
    assert 200 == (await gate.amend(entry, client_reference="DN-7")).status_code
    assert await lasts_until(gate, entry, MIDNIGHT)


async def test_who_stands_in_a_yard_does_not_expire_and_has_the_days_after_leaving(
    gate: Gate,
) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))  # so it is not ready
    await gate.move(entry)
    gate.go_to("2026-04-01T09:00:00+07:00")
    await gate.work()
    assert "registered" == (await gate.entry(entry))["state"]
    await gate.move(entry, way="out")
    assert await lasts_until(gate, entry, "2026-04-09T00:00:00+07:00")


async def test_who_waits_does_not_expire_and_has_the_days_after_waiting(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.move(entry, way="out")
    gate.go_to("2026-04-01T09:00:00+07:00")
    await gate.work()
    assert "queued" == (await gate.entry(entry))["state"]
    assert 200 == (await gate.amend(entry, planned_arrival_at=None)).status_code
    assert "registered" == (await gate.entry(entry))["state"]
    assert await lasts_until(gate, entry, "2026-04-09T00:00:00+07:00")


async def test_who_was_put_off_and_is_not_ready_then_has_the_days_after_that(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    await gate.move(entry, way="out")
    gate.go_to("2026-03-31T20:00:00+07:00")
    answer = await gate.post(f"/v1/entries/{entry['id']}/deferral", "company-1", {"minutes": 240})
    assert 200 == answer.status_code, answer.text
    assert 200 == (await gate.amend(entry, planned_arrival_at=None)).status_code
    assert await lasts_until(gate, entry, "2026-04-09T00:00:00+07:00")


async def test_who_was_seen_at_the_gate_uncalled_has_the_days_after_that(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to("2026-03-15T10:00:00+07:00")
    assert ["arrived-uncalled"] == rules(await gate.arrive(entry))
    assert await lasts_until(gate, entry, "2026-03-23T00:00:00+07:00")


async def test_a_vehicle_that_nobody_registered_is_forgotten_like_others(gate: Gate) -> None:
    plate = {"plate": "15C-000.01", "direction": "export"}
    seen = (await movement(gate, **plate)).json()
    await movement(gate, **plate, way="out")
    assert await lasts_until(gate, {"id": seen["entry"]}, MIDNIGHT)


async def test_on_a_day_without_an_edition_nobody_expires(gate: Gate) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    gate.go_to("2022-02-20T09:00:00+07:00")
    assert 0 == await gate.work()
    assert not await expired(gate, entry)


# --- the end --------------------------------------------------------------------------------------


async def test_an_expiry_is_told_once_at_its_instant_however_late_the_worker_is(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to("2026-03-25T09:00:00+07:00")
    assert [1, 0] == [await gate.work(), await gate.work()]
    now = await gate.entry(entry, "company-1")
    assert ("expired", MIDNIGHT, "not-ready-in-time", []) == (
        now["state"], now["ended_at"], now["end_reason"], now["next_steps"],
    )  # fmt: skip
    (event,) = await told(session)
    assert (datetime.fromisoformat(MIDNIGHT), gate.now, UUID(entry["id"])) == (
        event.occurred_at, event.recorded_at, event.entry_id,
    )  # fmt: skip
    assert {
        "reason": "not-ready-in-time", "since": "2026-03-11T03:00:00+00:00",
        "days": 7, "policy": "queue-policy-2022-02",
    } == event.data  # fmt: skip


async def test_what_was_changed_before_a_late_worker_came_stays_before_the_end(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to("2026-03-19T00:00:30+07:00")
    assert 200 == (await gate.amend(entry, client_reference="DN-7")).status_code
    amended_at = gate.now
    gate.wait(minutes=1)
    await gate.work()
    assert [amended_at] == [event.occurred_at for event in await told(session)]


async def test_a_board_no_longer_counts_it_as_on_the_way(gate: Gate) -> None:
    await gate.register(**lorry(1))
    assert 1 == (await gate.board())["on_the_way"]
    gate.go_to(MIDNIGHT)
    await gate.work()
    assert 0 == (await gate.board())["on_the_way"]


async def test_its_company_may_register_the_plate_again(gate: Gate) -> None:
    await gate.register(**lorry(1))
    gate.go_to(MIDNIGHT)
    again = lorry(1, planned_arrival_at="2026-03-19T10:00:00+07:00")
    assert 409 == (await gate.post("/v1/entries", "company-1", again)).status_code
    await gate.work()
    assert 201 == (await gate.post("/v1/entries", "company-1", again)).status_code


async def test_another_company_on_the_plate_is_no_longer_contested(gate: Gate) -> None:
    await gate.register(**lorry(1))
    rival = await gate.register(
        "company-2", **lorry(1, planned_arrival_at="2026-03-19T10:00:00+07:00")
    )
    assert (await gate.entry(rival))["contested"]
    gate.go_to(MIDNIGHT)
    await gate.work()
    assert not (await gate.entry(rival))["contested"]


async def test_it_holds_its_plate_no_longer_and_owes_nothing(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await gate.register(**lorry(1, planned_arrival_at=None))
    await gate.move(entry)
    await gate.move(entry, way="out")
    assert 1 == await session.scalar(select(func.count()).select_from(Claim))
    gate.go_to(MIDNIGHT)
    await gate.work()
    assert 0 == await session.scalar(select(func.count()).select_from(Claim))
    assert {"cancelled"} >= {order["state"] for order in (await gate.entry(entry))["orders"]}


async def test_who_comes_after_the_end_is_noted_as_an_exception(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to(MIDNIGHT)
    await gate.work()
    for seen in (await gate.move(entry), await gate.arrive(entry)):
        assert ("expired", ["observed-after-end"]) == (seen["state"], rules(seen))


async def test_who_comes_before_the_worker_is_there(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to(MIDNIGHT)
    assert "queued" == (await gate.move(entry))["state"]
    await gate.work()
    assert "queued" == (await gate.entry(entry))["state"]


@pytest.mark.parametrize(
    ("language", "word"), [("vi", "hết hạn"), ("en", "expired"), ("zh", "过期")]
)
async def test_the_driver_is_told_why(gate: Gate, language: str, word: str) -> None:
    entry = await gate.register(**lorry(1))
    gate.go_to(MIDNIGHT)
    await gate.work()
    path = f"/v1/tracking/{entry['tracking']['token']}"
    answer = await gate.get(path, headers={"Accept-Language": language})
    assert word in answer.json()["last_change"]["message"]
