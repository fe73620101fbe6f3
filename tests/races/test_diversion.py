"""Vehicles that change gates while both gates call: nobody is lost, and both logs replay."""

import asyncio
from collections import Counter
from typing import Any
from uuid import uuid4

import httpx

from app.domain.vocabulary import Direction, Queue
from app.models import Entry
from app.services.crossing.positions import Positions
from app.services.crossing.sightings import Sighting
from app.services.declarations.views import EntryView
from app.services.queues.replaying import differences
from tests.races.house import House, truck

GATES = ("tan-thanh", "huu-nghi")
OUTSIDE = "viettel-logistics-park"


async def waiting(house: House, number: int, gate: str) -> EntryView:
    """Register a truck that waits at a gate, in a yard that serves both."""
    view = await house.register({**truck(number), "gate": gate})
    async with house.acting("yard") as (uow, act):
        sighting = Sighting(reference=view.entry.reference)
        await Positions(uow, act).record_movement(OUTSIDE, sighting, way="in")
    return view


async def divert(house: House, view: EntryView, gate: str) -> httpx.Response:
    body = {"gate": gate, "reason": "a race"}
    return await house.post(f"/v1/entries/{view.entry.id}/diversion", "officer-1", body)


async def call(house: House, gate: str) -> httpx.Response:
    path = f"/v1/gates/{gate}/queues/export/calls"
    return await house.post(path, "officer-1", {"count": 1}, retry=uuid4().hex)


async def amend(house: House, view: EntryView) -> httpx.Response:
    patch: dict[str, Any] = {"vehicle": {"payload_kg": 9000}}
    path = f"/v1/entries/{view.entry.id}"
    return await house.ask("PATCH", path, "company-1", json=patch, headers={"If-Match": '"1"'})


async def test_who_changes_gates_while_both_call_is_called_once_and_both_logs_replay(
    house: House,
) -> None:
    here = [await waiting(house, number, GATES[0]) for number in range(8)]
    there = [await waiting(house, 100 + number, GATES[1]) for number in range(8)]
    house.clock.run(60)

    answers = await asyncio.gather(
        *(divert(house, view, GATES[1]) for view in here),
        *(call(house, gate) for gate in GATES for _ in range(6)),
        *(divert(house, view, GATES[0]) for view in there),
        *(amend(house, view) for view in (*here[:4], *there[:4])),
    )

    assert set(Counter(one.status_code for one in answers)) <= {200, 201, 409, 412, 503}
    assert 16 == len(await house.rows(Entry))
    await _assert_true(house)


async def test_two_who_send_one_vehicle_to_two_gates_send_it_to_one_after_the_other(
    house: House,
) -> None:
    views = [await waiting(house, number, GATES[0]) for number in range(6)]

    answers = await asyncio.gather(
        *(divert(house, view, gate) for view in views for gate in (GATES[1], "coc-nam"))
    )

    assert {one.status_code for one in answers} <= {200, 503}
    rows = {row.id: row for row in await house.rows(Entry)}
    assert {GATES[1], "coc-nam"} >= {row.gate_code for row in rows.values()}
    await _assert_true(house)


async def _assert_true(house: House) -> None:
    async with house.acting("officer-1") as (uow, _):
        for gate in GATES:
            assert [] == await differences(uow, Queue(gate, Direction.EXPORT))
