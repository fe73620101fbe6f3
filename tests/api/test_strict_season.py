"""A strict season: those inside the day's allotment go before all others, and nobody else does."""

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.vocabulary import Direction, Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.replaying import differences
from tests.api.conftest import Gate, lorry
from tests.api.test_policy_proposals import announce, wanted
from tests.api.test_seasons import DAY, fill_up, lychee

ALLOTMENT = 200
LANES = [
    {"lane": "green-season", "rate": 3, "strict": True},
    {"lane": "green", "rate": 2},
    {"lane": "ordinary", "rate": 1},
]


@pytest.fixture
async def strict(gate: Gate) -> None:
    """A strict edition from the first day of the lychee season on."""
    gate.go_to("2026-05-19T08:00:00+07:00")
    starts_on = DAY.isoformat()
    announced = await announce(gate, wanted(code="strict", starts_on=starts_on, lanes=LANES))
    slower = announced.json()["predictions"][1]["slowdown_thousandths"]
    assert round(1000 / (1 - 0.10 - 0.25 / 2)) == slower


async def line(gate: Gate, many: int, start: int = 1) -> list[dict[str, Any]]:
    trucks = []
    for number in range(start, start + many):
        at = {"planned_arrival_at": "2026-05-20T10:00:00+07:00"}
        trucks.append(await gate.register(**lorry(number, **at)))
        await gate.move(trucks[-1])
        gate.wait(minutes=1)
    return trucks


async def season(gate: Gate, *numbers: int) -> list[dict[str, Any]]:
    trucks = [await gate.register(**lychee(number)) for number in numbers]
    for truck in trucks:
        await gate.move(truck)
    return [await gate.entry(truck) for truck in trucks]


@pytest.mark.usefixtures("strict")
async def test_inside_the_allotment_they_pass_everybody_and_beyond_it_they_are_green(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    await fill_up(session, ALLOTMENT - 2)
    ordinary = await line(gate, 2)
    gate.wait(minutes=60)
    fruit = await season(gate, 11, 12, 13)
    assert ["green-season", "green-season", "green"] == [one["lane"] for one in fruit]
    places = [(await gate.place(one))["place"] for one in (*fruit, *ordinary)]
    assert [1, 2, 5, 3, 4] == places
    called = [call["entry"] for call in await gate.call(5)]
    assert [one["id"] for one in (*fruit[:2], *ordinary, fruit[2])] == called
    assert [] == await differences(UnitOfWork(session), Queue("tan-thanh", Direction.EXPORT))


@pytest.mark.usefixtures("strict")
async def test_at_most_the_allotment_of_a_day_passes_one_who_waits(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    await fill_up(session, ALLOTMENT - 3)
    (first,) = await line(gate, 1)
    gate.wait(minutes=600)
    await season(gate, *range(11, 17))
    called = []
    while first["id"] not in called:
        called += [call["entry"] for call in await gate.call(1)]
    assert 3 == len(called) - 1


@pytest.mark.usefixtures("strict")
async def test_who_waits_is_told_to_expect_those_who_go_first(
    gate: Gate, session: AsyncSession
) -> None:
    gate.go_to("2026-05-20T08:00:00+07:00")
    await fill_up(session, ALLOTMENT - 2)
    trucks = await line(gate, 12)
    for _ in range(10):
        await gate.call(1)
        gate.wait(minutes=3)
    before = (await gate.place(trucks[10]))["expected_wait"]["likely_seconds"]
    await season(gate, 21, 22, 23)
    gate.forget()
    after = (await gate.place(trucks[10]))["expected_wait"]["likely_seconds"]
    assert (180, 3 * 180) == (before, after)
