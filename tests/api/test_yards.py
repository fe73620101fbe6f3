"""Yards: who stands in them, and that nobody is called to a gate without a place inside."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.models import Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry

INSIDE, OUTSIDE, UNKNOWN = "bao-nguyen", "viettel-logistics-park", "tan-thanh-lychee-area"
QUEUE = Queue("tan-thanh", Direction.EXPORT)


async def resize(gate: Gate, vehicles: int | None) -> None:
    """Let the yard inside Tân Thanh hold so many vehicles."""
    process = gate.app.state.process
    known = await process.reference_at(None)
    yard = replace(known.yards[INSIDE], parking_capacity=vehicles)
    process.reference = replace(known, yards={**known.yards, INSIDE: yard})


async def wait(
    gate: Gate, yard: str, *numbers: int, to: str = "tan-thanh", **changes: Any
) -> list[Any]:
    """Return entries to a gate that wait in a yard, a minute apart."""
    entries = []
    for number in numbers:
        entries.append(await gate.register(**lorry(number, gate=to, **changes)))
        await gate.move(entries[-1], yard)
        gate.wait(minutes=1)
    return entries


async def called(gate: Gate, count: int) -> list[str]:
    return [call["entry"] for call in await gate.call(count)]


def ids(entries: list[Any]) -> list[str]:
    return [entry["id"] for entry in entries]


async def yard(gate: Gate, code: str = INSIDE) -> dict[str, Any]:
    gate.forget()
    found: dict[str, Any] = (await gate.get(f"/v1/yards/{code}")).json()
    return found


# --- occupancy ----------------------------------------------------------------------------------


async def test_a_yard_tells_capacity_who_stands_in_it_and_what_is_free(gate: Gate) -> None:
    await wait(gate, INSIDE, 1, 2)
    await wait(gate, UNKNOWN, 3)
    found = await yard(gate)
    assert (1100, 2, 1098, "2026-03-11T09:03:00+07:00", "observed") == (
        found["parking_capacity"]["vehicles"], found["occupied"], found["free"], found["as_of"],
        found["basis"],
    )  # fmt: skip
    unknown = await yard(gate, UNKNOWN)
    assert (1, None) == (unknown["occupied"], unknown["free"])
    listed = (await gate.get("/v1/yards")).json()["items"]
    assert 3 == sum(one["occupied"] for one in listed)


async def test_whoever_stands_in_a_yard_counts_whatever_gate_or_direction_it_is_bound_for(
    gate: Gate,
) -> None:
    await wait(gate, INSIDE, 1)
    await wait(gate, INSIDE, 2, to="huu-nghi")
    await wait(gate, INSIDE, 3, direction="import")
    await gate.post(f"/v1/yards/{INSIDE}/movements", "yard", {
        "way": "in", "plate": "29H-123.45", "direction": "export",
    })  # fmt: skip
    assert 4 == (await yard(gate))["occupied"]


async def test_who_leaves_arrives_or_ends_stands_in_no_yard(gate: Gate) -> None:
    left, arrived, ended, _ = await wait(gate, INSIDE, 1, 2, 3, 4)
    await gate.move(left, way="out")
    assert 3 == (await yard(gate))["occupied"]
    await gate.arrive(arrived)
    assert 2 == (await yard(gate))["occupied"]
    await gate.post(f"/v1/entries/{ended['id']}/cancellation", "company-1")
    assert 1 == (await yard(gate))["occupied"]


async def test_what_is_told_late_of_an_earlier_movement_changes_nothing(gate: Gate) -> None:
    (entry,) = await wait(gate, INSIDE, 1)
    gate.wait(hours=2)
    await gate.move(entry, way="out")
    await gate.move(entry, OUTSIDE, occurred_at="2026-03-11T10:00:00+07:00", reason="an outage")
    assert (0, 0) == ((await yard(gate))["occupied"], (await yard(gate, OUTSIDE))["occupied"])
    assert (await gate.entry(entry))["yard"] is None


async def test_the_counts_are_what_counting_every_movement_gives(
    gate: Gate, session: AsyncSession
) -> None:
    entries = await wait(gate, INSIDE, 1, 2, 3, 4, 5)
    for way, code, some in (
        ("out", INSIDE, entries[:3]), ("in", UNKNOWN, entries[:2]), ("in", OUTSIDE, entries[3:4]),
        ("in", INSIDE, entries[1:2]),
    ):  # fmt: skip
        gate.wait(minutes=1)
        for entry in some:
            await gate.move(entry, code, way)
    statement = select(Observation).order_by(Observation.occurred_at, Observation.id)
    last = {seen.entry_id: seen for seen in await session.scalars(statement)}
    counted = Counter(seen.yard_code for seen in last.values() if seen.kind == "yard-in")
    assert {INSIDE: 2, UNKNOWN: 1, OUTSIDE: 1} == counted
    assert counted == await UnitOfWork(session).yards.occupied()


# --- calls stop at free places ------------------------------------------------------------------


async def test_no_more_are_called_from_outside_than_there_are_places(
    gate: Gate, session: AsyncSession
) -> None:
    await resize(gate, 5)
    inside = await wait(gate, INSIDE, 1, 2)
    outside = await wait(gate, OUTSIDE, 11, 12, 13, 14, 15)
    assert ids([*inside, *outside[:3]]) == await called(gate, 7)
    assert [] == await called(gate, 7)
    assert [] == await differences(UnitOfWork(session), QUEUE)


async def test_a_place_is_kept_until_its_vehicle_has_come_in_and_left_again(gate: Gate) -> None:
    await resize(gate, 1)
    first, second, third = await wait(gate, OUTSIDE, 1, 2, 3)
    assert ids([first]) == await called(gate, 2)
    await gate.move(first, OUTSIDE, "out")
    await gate.arrive(first)
    assert [] == await called(gate, 2)
    await gate.move(first)
    assert [] == await called(gate, 2)
    await gate.move(first, way="out")
    assert ids([second]) == await called(gate, 2)
    await gate.arrive(second)
    await gate.post(f"/v1/entries/{second['id']}/refusal", "border_guard", {"reason": "papers"})
    assert ids([third]) == await called(gate, 2)


async def test_who_does_not_come_gives_its_place_back(gate: Gate) -> None:
    await resize(gate, 1)
    first, _ = await wait(gate, OUTSIDE, 1, 2)
    calls = await gate.call(2)
    assert ids([first]) == [call["entry"] for call in calls]
    path = f"/v1/calls/{calls[0]['id']}/withdrawal"
    await gate.post(path, "officer-1", {"reason": "a mistake"})
    assert ids([first]) == await called(gate, 2)
    gate.wait(minutes=61)
    assert 1 == len(await called(gate, 2))


async def test_full_yards_are_one_skip_and_who_stands_inside_is_called_on(
    gate: Gate, session: AsyncSession
) -> None:
    await resize(gate, 2)
    outside = await wait(gate, OUTSIDE, 1, 2, 3)
    inside = await wait(gate, INSIDE, 4, 5)
    calls = await gate.call(5)
    assert ids(inside) == [call["entry"] for call in calls]
    skips = [skip for call in calls for skip in call["skips"]]
    expected = {"reason": "yards-full", "posted_by": "yard", "route": None, "cause": None}
    assert [True, True] == [expected.items() <= skip.items() for skip in skips]
    assert {"TT-0001"} == {skip["call_number"] for skip in skips}
    assert [] == await differences(UnitOfWork(session), QUEUE)
    assert [(1, False), (2, False)] == [
        (standing["place"], standing["callable"])
        for standing in [await gate.place(one) for one in outside[:2]]
    ]


async def test_while_yards_are_full_a_place_inside_counts_only_those_inside(gate: Gate) -> None:
    await resize(gate, 1)
    await wait(gate, OUTSIDE, 1, 2)
    (inside,) = await wait(gate, INSIDE, 3)
    standing = await gate.place(inside)
    assert (1, True) == (standing["place"], standing["callable"])
    await resize(gate, 2)
    assert 3 == (await gate.place(inside))["place"]


async def test_who_moves_inside_while_it_waits_needs_no_place_any_more(
    gate: Gate, session: AsyncSession
) -> None:
    await resize(gate, 1)
    first, second = await wait(gate, OUTSIDE, 1, 2)
    await gate.move(second, INSIDE)
    assert ids([second]) == await called(gate, 2)
    await gate.arrive(second)
    assert ids([first]) == await called(gate, 2)
    assert [] == await differences(UnitOfWork(session), QUEUE)


@pytest.mark.parametrize("capacity", [None], ids=["not known"])
async def test_a_capacity_that_is_not_known_stops_nobody(gate: Gate, capacity: None) -> None:
    await resize(gate, capacity)
    outside = await wait(gate, OUTSIDE, 1, 2)
    assert ids(outside) == await called(gate, 2)


async def test_a_route_and_the_yards_may_both_be_used_up(gate: Gate, session: AsyncSession) -> None:
    """Of 1090-1091 nobody is left to be called, outside nobody may be."""
    await resize(gate, 3)
    process = gate.app.state.process
    known = await process.reference_at(None)
    here = known.gates["tan-thanh"]
    routes = tuple(replace(one, capacities=((here.green_lane_days[0], 0),)) for one in here.routes)
    process.reference = replace(
        known, gates={**known.gates, "tan-thanh": replace(here, routes=routes)}
    )
    await wait(gate, INSIDE, 1, route="1090-1091")
    await wait(gate, OUTSIDE, 2, 3, route="1088-2-1089")
    inside = await wait(gate, INSIDE, 4, 5)
    calls = await gate.call(3)
    assert ids(inside) == [call["entry"] for call in calls]
    assert [["route-used-up", "route-used-up"]] * 2 == [
        [skip["reason"] for skip in call["skips"]] for call in calls
    ]
    assert [] == await differences(UnitOfWork(session), QUEUE)
