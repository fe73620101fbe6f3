"""Foreign vehicles that stay too long: a warning at the instant, and nothing is stopped."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Deadline, Event
from tests.api.conftest import Gate, found, lorry, movement, vehicle

OVER = ("stay-over-limit", "")


async def come(
    gate: Gate, country: str = "CN", *, two_way: bool | None = None, **changes: Any
) -> Any:
    """Return the entry of a vehicle that brings goods into the yard inside."""
    plate = "桂F12345" if country == "CN" else "15C-000.01"
    declared = vehicle(country=country, tractor_plate=plate, two_way=two_way)
    document = lorry(1, direction="import", vehicle=declared)
    entry = await gate.register(**{**document, **changes})
    gate.wait(minutes=1)
    await gate.move(entry)
    return entry


async def warned(gate: Gate, entry: Any) -> bool:
    return OVER in found(await gate.entry(entry), "warning")


async def told(session: AsyncSession) -> list[Event]:
    events = await session.scalars(
        select(Event).where(Event.kind == "stay.over_limit").order_by(Event.number)
    )
    return list(events)


async def test_a_foreign_vehicle_is_warned_of_after_24_hours_and_told_to_go_home(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await come(gate)
    gate.wait(hours=23, minutes=59, seconds=59)
    await gate.work()
    assert not await warned(gate, entry)
    gate.wait(seconds=1)
    await gate.work()
    assert await warned(gate, entry)
    now = await gate.entry(entry)
    assert ("go-home", "driver") in [(one["code"], one["who"]) for one in now["next_steps"]]
    assert now["ready"]
    (event,) = await told(session)
    assert (24, gate.now, UUID(entry["id"])) == (
        event.data["hours"], event.occurred_at, event.entry_id,
    )  # fmt: skip


async def test_a_warning_is_dated_at_its_instant_however_late_the_worker_is(
    gate: Gate, session: AsyncSession
) -> None:
    await come(gate)
    due = gate.now.replace(day=gate.now.day + 1)
    gate.wait(hours=40)
    await gate.work()
    await gate.work()
    assert [(due, gate.now)] == [(one.occurred_at, one.recorded_at) for one in await told(session)]


async def test_a_two_way_vehicle_may_stay_36_hours(gate: Gate, session: AsyncSession) -> None:
    entry = await come(gate, two_way=True)
    gate.wait(hours=35, minutes=59)
    await gate.work()
    assert not await warned(gate, entry)
    gate.wait(minutes=1)
    await gate.work()
    assert await warned(gate, entry)
    assert [36] == [event.data["hours"] for event in await told(session)]


@pytest.mark.parametrize("after", [1, 25])
async def test_who_says_only_here_that_it_is_two_way_may_stay_36_hours_as_well(
    gate: Gate, session: AsyncSession, after: int
) -> None:
    """Before the 24 hours are over, or when it has been warned of already."""
    entry = await come(gate)
    gate.wait(hours=after)
    await gate.work()
    await gate.amend(entry, vehicle={"two_way": True})
    assert not await warned(gate, entry)
    gate.wait(hours=36 - after)
    await gate.work()
    assert await warned(gate, entry)
    assert 36 == (await told(session))[-1].data["hours"]


async def test_the_warning_stays_when_the_entry_is_judged_anew(
    gate: Gate, session: AsyncSession
) -> None:
    entry = await come(gate)
    gate.wait(hours=25)
    await gate.work()
    await gate.move(entry, way="out")
    assert await warned(gate, entry)
    assert 1 == len(await told(session))


async def test_going_from_yard_to_yard_wins_no_time(gate: Gate) -> None:
    entry = await come(gate)
    gate.wait(hours=12)
    await gate.move(entry, way="out")
    await gate.move(entry, "tan-thanh-lychee-area")
    gate.wait(hours=12)
    await gate.work()
    assert await warned(gate, entry)


@pytest.mark.parametrize("ending", ["refusal", "exit"])
async def test_who_has_gone_is_not_warned_of(
    gate: Gate, session: AsyncSession, ending: str
) -> None:
    entry = await come(gate)
    await gate.arrive(entry)
    await gate.post(f"/v1/entries/{entry['id']}/{ending}", "border_guard", {"reason": "papers"})
    gate.wait(hours=30)
    assert 1 == await gate.work()
    assert [] == await told(session)


async def test_a_vietnamese_vehicle_is_not_watched(gate: Gate, session: AsyncSession) -> None:
    await come(gate, "VN")
    assert [] == list(await session.scalars(select(Deadline)))


@pytest.mark.parametrize("plate", ["桂F12345", "15C-000.01"])
async def test_who_was_there_before_its_company_came_is_watched_at_the_gate_it_is_bound_for(
    gate: Gate, session: AsyncSession, plate: str
) -> None:
    seen = (await movement(gate, "viettel-logistics-park", plate=plate, direction="import")).json()
    due = gate.now.replace(day=gate.now.day + 1)
    gate.wait(hours=1)
    foreign = vehicle(country="CN", tractor_plate=plate)
    before = await gate.entry({"id": seen["entry"]})
    entry = await gate.register(**lorry(1, direction="import", vehicle=foreign))
    assert (seen["entry"], "huu-nghi", "tan-thanh") == (entry["id"], before["gate"], entry["gate"])
    watched = [(one.gate_code, one.due_at) for one in await session.scalars(select(Deadline))]
    assert [("tan-thanh", due)] == watched
    gate.wait(hours=24)
    await gate.work()
    assert [due] == [one.occurred_at for one in await told(session)]


async def test_who_came_before_there_was_a_limit_is_not_watched(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2025-12-09T10:00:00+07:00")
    await come(gate)
    assert [] == list(await session.scalars(select(Deadline)))
