"""Officers at once: a scoped hold against registrations and calls, a batch against calls."""

import asyncio
from datetime import timedelta
from uuid import UUID

from app.domain.hold_scope import Scope, ScopeKind
from app.domain.required_checks import CheckKind
from app.models import Call, Check, Entry, Event, ExceptionCase, Hold
from app.services.crossing.checks import CheckReport, Checks
from app.services.crossing.scoped_holds import ScopedHolds
from app.services.queues.calling import Calling
from app.services.queues.replaying import differences
from tests.races.house import QUEUE, House, truck

NUMBER = "300000000001"


def laden(number: int) -> dict[str, object]:
    """Return a truck that carries a part of one consignment."""
    line = {"goods_group": "ordinary", "gross_kg": 7000}
    return truck(number, consignments=[{"declaration_number": NUMBER, "lines": [line]}])


async def test_a_hold_on_a_consignment_misses_no_entry_that_is_registered_meanwhile(
    house: House,
) -> None:
    async def place() -> None:
        async with house.acting("customs") as (uow, act):
            scope = Scope(ScopeKind.DECLARATION, NUMBER)
            await ScopedHolds(uow, act).place(scope, "sample", None)

    first = [house.register(laden(number)) for number in range(8)]
    later = [house.register(laden(number)) for number in range(8, 16)]
    await asyncio.gather(*first, place(), *later)
    entries, holds = await house.rows(Entry), await house.rows(Hold)
    assert 16 == len(entries) == len(holds)
    assert all(entry.held for entry in entries)


async def test_nobody_is_called_after_a_hold_on_the_vehicle_was_placed(house: House) -> None:
    fleet = [await house.register(truck(number)) for number in range(12)]
    for view in fleet:
        await house.move_in(view.entry.reference)
    house.clock.run(300)

    async def place(number: int) -> None:
        async with house.acting("customs") as (uow, act):
            scope = Scope(ScopeKind.PLATE, f"12C{number:05}")
            await ScopedHolds(uow, act).place(scope, "sought", None)

    async def call() -> None:
        async with house.acting("officer-1") as (uow, act):
            await Calling(uow, act, QUEUE).call_next(1)

    await asyncio.gather(*(one for n in range(6) for one in (place(2 * n), call())))
    assert 6 == len(await house.rows(Call))
    async with house.acting("officer-1") as (uow, _):
        assert [] == await differences(uow, QUEUE)


async def test_batches_of_checks_and_calls_stand_in_nobody_s_way(house: House) -> None:
    fleet = [await house.register(truck(number)) for number in range(20)]
    for view in fleet:
        await house.move_in(view.entry.reference)
    house.clock.run(300)
    ids = [view.entry.id for view in fleet]

    async def batch(order: list[UUID], turn: int) -> None:
        async with house.acting("medical") as (uow, act):
            rows = [
                (one, CheckReport(kind=CheckKind.MEDICAL, passed=True, source_reference=f"{one}"))
                for one in order
            ]
            said = await Checks(uow, act).record_all(rows[turn:] + rows[:turn])
            assert all(outcome.check for outcome in said)

    async def call() -> None:
        async with house.acting("officer-1") as (uow, act):
            await Calling(uow, act, QUEUE).call_next(2)

    await asyncio.gather(
        *(batch(list(reversed(ids)) if turn % 2 else ids, turn) for turn in range(6)),
        *(call() for _ in range(5)),
    )
    assert 20 == len(await house.rows(Check))
    assert 20 == len(await house.rows(Event, Event.kind == "check.recorded"))
    assert 10 == len(await house.rows(Call))
    async with house.acting("officer-1") as (uow, _):
        assert [] == await differences(uow, QUEUE)


async def test_of_two_settlements_at_once_one_counts(house: House) -> None:
    view = await house.register(truck(1))
    body = {"gate": QUEUE.gate, "reference": view.entry.reference}
    await house.post("/v1/arrivals", "border_guard", body)
    (case,) = await house.rows(ExceptionCase)
    path = f"/v1/exceptions/{case.id}/settlement"
    answers = await asyncio.gather(
        *(house.post(path, who, {"reason": who}) for who in ("officer-1", "officer-2", "board-1"))
    )
    assert [200, 409, 409] == sorted(answer.status_code for answer in answers)
    assert 1 == len(await house.rows(Event, Event.kind == "exception.settled"))


async def test_two_of_the_board_at_once_lift_a_stale_hold_once(house: House) -> None:
    view = await house.register(truck(1))
    path = f"/v1/entries/{view.entry.id}/holds"
    hold = (await house.post(path, "customs", {"reason": "seal"})).json()
    house.clock.at += timedelta(days=1)
    lift = f"{path}/{hold['id']}/lift"
    said = {"reason": "settled"}
    answers = await asyncio.gather(*(house.post(lift, f"board-{n}", said) for n in (1, 2)))
    assert [200, 200] == [answer.status_code for answer in answers]
    assert ["hold.lift_agreed", "hold.lifted", "hold.placed"] == sorted(
        event.kind for event in await house.rows(Event, Event.kind.startswith("hold."))
    )
