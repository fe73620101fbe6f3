"""A queue as its officers see it: the order of calls, what places are made of, who is kept back."""

from typing import Any

import pytest

from tests.api.conftest import Gate, lorry

QUEUE = "/v1/gates/tan-thanh/queues/export"


async def line(gate: Gate, who: str = "officer-1", **query: int) -> dict[str, Any]:
    answer = await gate.get(f"{QUEUE}/waiting", who, params=query)
    assert 200 == answer.status_code, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def queued(gate: Gate, number: int, **changes: Any) -> dict[str, Any]:
    entry = await gate.register(**lorry(number, **changes))
    assert "queued" == (await gate.move(entry))["state"]
    return entry


async def test_everybody_stands_in_the_order_of_calls_with_what_their_places_are_made_of(
    gate: Gate,
) -> None:
    await queued(gate, 1)
    gate.wait(minutes=10)
    await gate.move(await gate.register())
    gate.wait(minutes=30)
    found = await line(gate)
    assert 2 == found["waiting"]
    assert [(1, "TT-0002", "green", 2, 3600, 1800), (2, "TT-0001", "ordinary", 1, 2400, 2400)] == [
        (
            one["place"],
            one["call_number"],
            one["lane"],
            one["rate"],
            one["points"],
            one["open_wait_seconds"],
        )
        for one in found["items"]
    ]
    calls = await gate.call(2)
    assert [one["call_number"] for one in found["items"]] == [one["call_number"] for one in calls]
    assert [] == (await line(gate))["items"]


async def test_a_part_begins_at_the_place_that_is_asked_for(gate: Gate) -> None:
    for number in range(1, 5):
        await queued(gate, number)
        gate.wait(minutes=1)
    found = await line(gate, place=3, limit=1)
    assert (4, [(3, "TT-0003")]) == (
        found["waiting"],
        [(one["place"], one["call_number"]) for one in found["items"]],
    )
    assert [] == (await line(gate, place=9))["items"]


async def test_who_is_held_keeps_its_place_and_says_so(gate: Gate) -> None:
    entry = await queued(gate, 1)
    await gate.post(f"/v1/entries/{entry['id']}/holds", "customs", {"reason": "X-ray"})
    (held,) = (await line(gate))["items"]
    assert {"reason": "held", "message": "Not called: the vehicle is held.", "posted_by": None} == (
        held["stop"]
    )


async def test_who_is_bound_to_a_closed_route_is_told_so(gate: Gate) -> None:
    await queued(gate, 1, route="1090-1091")
    await queued(gate, 2)
    notice = {"kind": "pause", "gate": "tan-thanh", "route": "1090-1091", "text": {"vi": "Mưa"}}
    assert 201 == (await gate.post("/v1/notices", "officer-1", notice)).status_code
    stops = [one["stop"] and one["stop"]["reason"] for one in (await line(gate))["items"]]
    assert ["route-paused", None] == stops


async def test_routes_tell_what_they_have_had_of_their_day(gate: Gate) -> None:
    path = "/v1/gates/huu-nghi/queues/export/waiting"
    found = (await gate.get(path, "officer-1")).json()
    assert {"route": "1119-1120", "capacity": 800, "used": 0} in found["routes"]


async def test_a_gate_that_calls_nobody_has_its_vehicles_as_they_came(gate: Gate) -> None:
    path = "/v1/gates/coc-nam/queues/export/waiting"
    for number in (1, 2):
        await gate.arrive(await gate.register(**lorry(number, gate="coc-nam")))
        gate.wait(minutes=5)
    found = (await gate.get(path, "officer-1")).json()
    assert ("arrival-order", [(1, None, 600), (2, None, 300)]) == (
        found["mode"],
        [(one["place"], one["points"], one["open_wait_seconds"]) for one in found["items"]],
    )


async def test_a_queue_that_is_not_there_is_not_found(gate: Gate) -> None:
    answer = await gate.get("/v1/gates/nowhere/queues/export/waiting", "officer-1")
    assert (404, "gate-not-found") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize("who", ["yard", "customs", "auditor"])
async def test_those_who_look_after_a_gate_see_it_too(gate: Gate, who: str) -> None:
    assert 0 == (await line(gate, who))["waiting"]


async def test_only_the_calls_that_are_awaited_may_be_asked_for(gate: Gate) -> None:
    first, second = await queued(gate, 1), await queued(gate, 2)
    await gate.call(2)
    await gate.arrive(first)
    awaited = (await gate.get(f"{QUEUE}/calls", "officer-1", params={"awaited": True})).json()
    assert [second["id"]] == [one["entry"] for one in awaited["items"]]
    assert 2 == len((await gate.get(f"{QUEUE}/calls", "officer-1")).json()["items"])
