"""Windows end while vehicles arrive, calls are withdrawn, and workers run twice and are cut off."""

import asyncio
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from app.api.state import Process
from app.domain.errors import CallEndedError, PlateAlreadyRegisteredError
from app.domain.log.retelling import KINDS
from app.models import Call, Deadline, Entry
from app.services.crossing.positions import Positions
from app.services.crossing.sightings import Sighting
from app.services.queues.calling import Calling
from app.services.queues.replaying import differences
from app.services.queues.withdrawal import Withdrawal
from app.workers.deadlines import DeadlineWorker
from app.workers.today import Todays
from tests.races.house import QUEUE, CutOffError, House, cut_off_after, dice, truck
from tests.races.promises import out_of_time

TRUCKS, CUT_OFF = 20, 50


async def test_each_window_ends_once_whatever_else_happens_at_its_end(house: House) -> None:
    fleet = [await house.register(truck(number)) for number in range(TRUCKS)]
    references = {view.entry.id: view.entry.reference for view in fleet}
    for reference in references.values():
        await house.move_in(reference)
    calls = await _call(house, TRUCKS)
    house.clock.at += timedelta(minutes=30)
    happenings = [
        *(_arrive(house, references[call.entry_id]) for call in calls[::2]),
        *(_withdraw(house, call.id) for call in calls[1::2]),
        *(_work(house) for _ in range(2)),
    ]
    dice(7).shuffle(happenings)
    await asyncio.gather(*happenings)
    await _check(house)
    assert {"missed": TRUCKS} == Counter(call.outcome for call in await house.rows(Call))
    keys = [entry.queue_key for entry in await house.rows(Entry)]
    assert TRUCKS == len([key for key in keys if key is not None])


async def test_a_worker_that_is_cut_off_loses_nothing_and_does_nothing_twice(house: House) -> None:
    for number in range(TRUCKS):
        await house.move_in((await house.register(truck(number))).entry.reference)
    await _call(house, TRUCKS)
    house.clock.at += timedelta(minutes=30)
    chance = dice(11)
    for _ in range(CUT_OFF):
        with suppress(CutOffError), cut_off_after(chance.randrange(1, 120)):
            await _work(house)
    await _work(house)
    await _check(house)
    assert not [one for one in await house.rows(Deadline) if one.done_at is None]
    missed = Counter(
        event.entry_id for event in await house.events() if event.kind == "call.missed"
    )
    assert {1} == set(missed.values())
    assert TRUCKS == len(missed)


async def test_who_never_came_expires_once_whoever_registers_the_plates_anew(house: House) -> None:
    fleet = [(await house.register(truck(number))).entry.id for number in range(TRUCKS)]
    house.clock.at += timedelta(days=8)
    chance = dice(13)

    async def work() -> None:
        with suppress(CutOffError), cut_off_after(chance.randrange(1, 120)):
            await _work(house)

    async def register(number: int) -> None:
        with suppress(PlateAlreadyRegisteredError):
            await house.register(truck(number))

    happenings = [
        *(register(number) for number in range(TRUCKS)),
        *(work() for _ in range(CUT_OFF // 5)),
    ]
    chance.shuffle(happenings)
    await asyncio.gather(*happenings)
    await _work(house)
    ended = [one for one in await house.rows(Entry) if one.state == "expired"]
    assert set(fleet) <= {one.id for one in ended}
    told = [event.entry_id for event in await house.events() if event.kind == "entry.expired"]
    assert sorted(one.id for one in ended) == sorted(filter(None, told))
    for number in range(TRUCKS):
        await register(number)
    assert TRUCKS == len([one for one in await house.rows(Entry) if one.ended_at is None])


async def _check(house: House) -> None:
    async with house.acting("officer-1") as (uow, _):
        assert [] == await differences(uow, QUEUE)
        assert [] == out_of_time(await uow.records.told(QUEUE, KINDS))


async def _call(house: House, count: int) -> list[Call]:
    async with house.acting("officer-1") as (uow, act):
        return list((await Calling(uow, act, QUEUE).call_next(count)).calls)


async def _arrive(house: House, reference: str) -> None:
    async with house.acting("border_guard") as (uow, act):
        await Positions(uow, act).record_arrival(QUEUE.gate, Sighting(reference=reference))


async def _withdraw(house: House, call: UUID) -> None:
    with suppress(CallEndedError):
        async with house.acting("officer-1") as (uow, act):
            await Withdrawal(uow, act).withdraw(call, "a mistake")


async def _work(house: House) -> None:
    process: Process = house.app.state.process
    todays = Todays(is_production=False, machine_now=house.clock)
    worker = DeadlineWorker(process.tools, todays)
    await worker.do_due(house.sessions)
