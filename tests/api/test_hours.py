"""Today at a gate, hour by hour."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.workers.counting import count_stays
from tests.api.conftest import Gate, Statements, lorry

PATH = "/v1/gates/tan-thanh/reports/hours"


async def hours(gate: Gate, path: str = PATH) -> dict[tuple[str, int], dict[str, Any]]:
    gate.forget()
    found = (await gate.get(path)).json()
    return {(one["direction"], one["hour"]): one for one in found["hours"]}


async def test_an_hour_tells_who_arrived_who_was_called_and_what_they_had_waited(
    gate: Gate, sessions: async_sessionmaker[AsyncSession]
) -> None:
    for number in (1, 2):
        entry = await gate.register(**lorry(number))
        await gate.move(entry)
        gate.wait(minutes=10)
    gate.wait(minutes=30)
    (call,) = await gate.call(1)
    gate.wait(minutes=20)
    await gate.arrive({"gate": "tan-thanh", "reference": call["reference"]})
    await count_stays(sessions)
    found = await hours(gate)
    assert 48 == len(found)
    assert (0, 1) == (found["export", 9]["arrived"], found["export", 9]["called"])
    assert (1, 3000) == (found["export", 9]["waited"], found["export", 9]["median_wait_seconds"])
    assert (1, 0) == (found["export", 10]["arrived"], found["export", 10]["called"])
    assert {None} == {one["called"] for (way, _), one in found.items() if way == "import"}


async def test_a_call_that_was_withdrawn_is_not_told(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.move(entry)
    (call,) = await gate.call(1)
    body = {"reason": "a mistake"}
    answer = await gate.post(f"/v1/calls/{call['id']}/withdrawal", "officer-1", body)
    assert answer.is_success, answer.text
    assert 0 == (await hours(gate))["export", 9]["called"]


async def test_what_happened_yesterday_is_not_todays(gate: Gate) -> None:
    entry = await gate.register(**lorry(1))
    await gate.arrive(entry)
    gate.wait(hours=20)
    found = await hours(gate)
    assert 0 == sum(one["arrived"] for one in found.values())


async def test_a_gate_that_is_none_is_not_found(gate: Gate) -> None:
    answer = await gate.get("/v1/gates/nowhere/reports/hours")
    assert (404, "gate-not-found") == (answer.status_code, answer.json()["code"])


async def test_it_is_read_by_3_statements_for_all_who_ask_in_ten_seconds(
    gate: Gate, statements: Callable[[], AbstractContextManager[Statements]]
) -> None:
    await gate.get("/v1/queues")
    with statements() as sent:
        for _ in range(3):
            await gate.get(PATH)
    assert 3 == len(sent), "\n".join(sent)
