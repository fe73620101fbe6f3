"""Officers at once over calls out of turn: one call each, and a budget that no race exceeds."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import update

from app.models import Call, Event, Override
from app.services.queues.replaying import differences
from tests.races.house import CALLS, QUEUE, House, truck
from tests.races.strangers import broken_in

PROPOSALS = "/v1/gates/tan-thanh/queues/export/override-proposals"
BUDGET = 5


async def line(house: House, many: int) -> list[str]:
    """Let trucks wait and return their ids, the first first."""
    ids = []
    for number in range(many):
        view = await house.register(truck(number))
        await house.move_in(view.entry.reference)
        ids.append(str(view.entry.id))
    house.clock.run(300)
    return ids


async def propose(house: House, entry: str, who: str = "officer-1") -> str:
    answer = await house.post(PROPOSALS, who, {"entry": entry, "reason": "danger"})
    assert 201 == answer.status_code, answer.text
    return str(answer.json()["id"])


async def confirm(house: House, override: str, who: str = "officer-2") -> httpx.Response:
    return await house.post(f"/v1/overrides/{override}/confirmation", who)


async def replayed(house: House) -> list[Any]:
    """Return what a replay, and a stranger who reads the sealed log, find wrong with the queue."""
    async with house.acting("officer-1") as (uow, _):
        found = await differences(uow, QUEUE)
    return [*found, *(await broken_in(house))]


async def test_of_two_confirmations_at_once_one_calls(house: House) -> None:
    """Two officers proposed the same vehicle, and each confirms what the other proposed, often."""
    ids = await line(house, 4)
    ones = [await propose(house, ids[3], f"officer-{n}") for n in (1, 2)]
    answers = await asyncio.gather(
        *(confirm(house, one, f"officer-{2 - n}") for n, one in enumerate(ones) for _ in range(4))
    )
    assert {200, 409} == {answer.status_code for answer in answers}
    made = await house.rows(Override, Override.made_at.is_not(None))
    assert 1 == len(made) == len(await house.rows(Call))
    assert 1 == len(await house.rows(Event, Event.kind == "override.made"))
    assert [] == await replayed(house)


async def test_the_last_place_of_the_budget_is_given_once(house: House) -> None:
    ids = await line(house, 12)
    ones = [await propose(house, entry) for entry in ids[4:]]
    for one in ones[: BUDGET - 1]:
        assert 200 == (await confirm(house, one)).status_code
    answers = await asyncio.gather(*(confirm(house, one) for one in ones[BUDGET - 1 :]))
    states = sorted(answer.json()["state"] for answer in answers)
    assert ["confirmed"] * 3 + ["made"] == states
    numbers = [one.number for one in await house.rows(Override) if one.made_at is not None]
    assert [*range(1, BUDGET + 1)] == sorted(filter(None, numbers))
    assert [] == await replayed(house)


async def test_calls_by_the_rule_and_out_of_turn_at_once_call_nobody_twice(house: House) -> None:
    ids = await line(house, 10)
    ones = [await propose(house, entry) for entry in ids[5:]]
    calls = [house.post(CALLS, "officer-1", {"count": 1}, retry=uuid4().hex) for _ in range(8)]
    mixed = [
        it
        for pair in zip(calls, (confirm(house, one) for one in ones), strict=False)
        for it in pair
    ]
    answers = await asyncio.gather(*mixed, *calls[len(ones) :])
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    called = [call.entry_id for call in await house.rows(Call)]
    assert len(called) == len(set(called)) >= 8
    assert [] == await replayed(house)


@pytest.mark.parametrize("column", ["confirmed_by", "approved_by"])
async def test_the_database_itself_wants_different_people(house: House, column: str) -> None:
    ids = await line(house, 2)
    await propose(house, ids[1])
    (one,) = await house.rows(Override)
    at = {"confirmed_at": one.proposed_at}
    more = {"approved_at": one.proposed_at, "confirmed_by": None} if "app" in column else {}
    values = {**at, **more, column: one.proposed_by}
    async with house.sessions() as session:
        with pytest.raises(Exception, match="ck_overrides"):
            await session.execute(update(Override).values(values))
