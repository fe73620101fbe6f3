"""Five callers, twenty trucks outside, seven places inside: seven are called."""

import asyncio
from dataclasses import replace

from app.models import Call, Entry
from app.services.crossing.positions import Positions
from app.services.crossing.sightings import Sighting
from app.services.queues.calling import Calling
from app.services.queues.replaying import differences
from tests.races.house import QUEUE, YARD, House, truck

TRUCKS, PLACES, CALLERS = 20, 7, 5
OUTSIDE = "viettel-logistics-park"


async def test_of_20_outside_5_callers_call_as_many_as_there_are_places(house: House) -> None:
    process = house.app.state.process
    known = await process.reference_at(None)
    yard = replace(known.yards[YARD], parking_capacity=PLACES)
    process.reference = replace(known, yards={**known.yards, YARD: yard})
    fleet = [await house.register(truck(number)) for number in range(TRUCKS)]
    await asyncio.gather(*(_wait_outside(house, view.entry.reference) for view in fleet))

    made = await asyncio.gather(*(_call(house) for _ in range(CALLERS)))
    assert PLACES == sum(made)
    called = [call.entry_id for call in await house.rows(Call)]
    assert PLACES == len(set(called)) == len(called)
    kept = await house.rows(Entry, Entry.awaits_place)
    assert {entry.id for entry in kept} == set(called)

    # Each that comes in has its place; each that leaves gives one to the next.
    references = {entry.id: entry.reference for entry in kept}
    await asyncio.gather(*(house.move_in(reference) for reference in references.values()))
    assert [0] * CALLERS == await asyncio.gather(*(_call(house) for _ in range(CALLERS)))
    gone = [references[identity] for identity in called[:3]]
    await asyncio.gather(*(_leave(house, reference) for reference in gone))
    assert 3 == sum(await asyncio.gather(*(_call(house) for _ in range(CALLERS))))
    async with house.acting("officer-1") as (uow, _):
        assert [] == await differences(uow, QUEUE)


async def _wait_outside(house: House, reference: str) -> None:
    async with house.acting("yard") as (uow, act):
        sighting = Sighting(reference=reference)
        await Positions(uow, act).record_movement(OUTSIDE, sighting, way="in")


async def _leave(house: House, reference: str) -> None:
    async with house.acting("yard") as (uow, act):
        await Positions(uow, act).record_movement(YARD, Sighting(reference=reference), way="out")


async def _call(house: House) -> int:
    async with house.acting("officer-1") as (uow, act):
        return len((await Calling(uow, act, QUEUE).call_next(4)).calls)
