"""40 callers on one queue while entries become ready, are held, lifted, amended and judged anew."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Any
from uuid import UUID

from app.domain.amendment import Certificate
from app.domain.errors import BusyError, EntryEndedError, StepRefusedError
from app.domain.log.retelling import KINDS, Told
from app.domain.required_checks import CheckKind
from app.models import Call, Entry
from app.services.crossing.checks import CheckReport, Checks
from app.services.crossing.holds import Holds
from app.services.crossing.passage import Passage
from app.services.declarations.amendment import Amendment
from app.services.declarations.views import EntryView
from app.services.queues.calling import Calling
from app.services.queues.replaying import differences
from tests.races.house import QUEUE, House, dice, fruit, truck
from tests.races.promises import broken_promises, mixed, out_of_time

TRUCKS, CALLERS, SPEED = 105, 40, 60
ANY_VERSION = range(1, 1000)


async def test_40_callers_call_by_the_rule_and_nobody_twice_whatever_else_happens(
    house: House,
) -> None:
    fleet = await asyncio.gather(*(house.register(_truck(number)) for number in range(TRUCKS)))
    house.clock.run(SPEED)

    race = Race(house)
    await asyncio.gather(
        *(race.live(view, dice(number)) for number, view in enumerate(fleet)),
        *(race.keep_calling() for _ in range(CALLERS)),
    )
    while await _call(house, 20):
        pass

    told = await _told(house)
    happened = Counter(kind for kind, _, _ in told)
    made = [entry for kind, entry, _ in told if kind == "call.made"]
    back = [entry for kind, entry, _ in told if kind in {"call.missed", "call.excused"}]
    # The race may outlast a window; who missed a call may be called again, and nobody else.
    assert all(times <= 1 for times in (Counter(made) - Counter(back)).values())
    assert sorted(map(str, made)) == sorted(str(call.entry_id) for call in await house.rows(Call))
    async with house.acting("officer-1") as (uow, _):
        assert [] == await differences(uow, QUEUE)
    assert [] == broken_promises(told)
    assert [] == out_of_time(told)
    # Much happened, and between the calls, or all this would prove little.
    assert happened["call.made"] > 90
    assert min(happened[kind] for kind in ("lane.changed", "hold.placed", "hold.lifted")) > 20
    assert happened["waiting.stopped"] > 10
    assert mixed(told) > 40


async def test_a_call_and_a_wait_keep_their_order_in_time_however_old_their_readings(
    house: House,
) -> None:
    """The edge reads the clock, then others act before the queue's lock is had."""
    first, second = [await house.register(truck(number)) for number in range(2)]
    async with house.acting("officer-1") as (_, old):
        pass
    house.clock.at = old.now.replace(minute=30)
    await house.move_in(first.entry.reference)
    async with house.acting("officer-1") as (uow, _):
        made = await Calling(uow, old, QUEUE).call_next(1)
    async with house.acting("yard") as (uow, act):
        stale = Holds(uow, _at(act, old))
        await stale.place(second.entry.id, "stale", None)

    call = made.calls[0]
    assert (house.clock().replace(microsecond=0), 0) == (call.called_at, call.open_wait)
    held = next(row for row in await house.rows(Entry) if row.id == second.entry.id)
    assert call.called_at == held.changed_at


async def _told(house: House) -> Sequence[Told]:
    async with house.acting("officer-1") as (uow, _):
        return await uow.records.told(QUEUE, KINDS)


def _truck(number: int) -> dict[str, Any]:
    return [truck(number), fruit(number), fruit(number, "durian")][number % 3]


def _at(act: Any, old: Any) -> Any:
    return type(act)(old.now, act.reference, act.principal, act.tools)


async def _call(house: House, count: int) -> int:
    async with house.acting("officer-1") as (uow, act):
        return len((await Calling(uow, act, QUEUE).call_next(count)).calls)


Happening = Callable[[UUID, Random], Awaitable[None]]


class Race:
    """Trucks that live through what may happen to them, and callers who keep pace with that."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.happened = asyncio.Semaphore(0)

    async def live(self, view: EntryView, chance: Random) -> None:
        """Come into position, then let happen to it what may happen to a truck that waits."""
        fruity = view.entry.lane != "ordinary"
        happenings: list[Happening] = [self.flip_certificate] if fruity else [self.be_unready]
        happenings += [self.be_unready] if chance.random() < 0.2 else []
        happenings += [self.be_held] if chance.random() < 0.5 else []
        happenings += [self.cancel] if chance.random() < 0.05 else []
        await asyncio.sleep(chance.uniform(0.0, 0.5))
        await self.house.move_in(view.entry.reference)
        for happening in happenings:
            self.happened.release()
            await asyncio.sleep(chance.uniform(0.0, 0.3))
            # The race may outlast two windows; who missed both calls has ended, and a company that
            # missed many is limited: its vehicles begin to wait one after the other.
            with suppress(BusyError, EntryEndedError, StepRefusedError):
                await happening(view.entry.id, chance)

    async def keep_calling(self) -> None:
        """Call three times, each time after one more thing has happened to a truck."""
        for _ in range(3):
            await self.happened.acquire()
            await _call(self.house, 1)

    async def flip_certificate(self, entry: UUID, chance: Random) -> None:
        """Quarantine rejects the certificate, then issues it: out of the fast lane and back."""
        for status in ("rejected", "issued"):
            word = Certificate(status, None, "plant_quarantine")
            report = CheckReport(kind=CheckKind.PLANT_QUARANTINE, passed=True, certificate=word)
            async with self.house.acting("plant_quarantine") as (uow, act):
                await Checks(uow, act).record(entry, report)
            await asyncio.sleep(chance.uniform(0.0, 0.2))

    async def be_unready(self, entry: UUID, chance: Random) -> None:
        """The company takes its planned arrival back and gives it again: no wait, then on."""
        for planned in (None, "2026-06-10T15:00:00+07:00"):
            async with self.house.acting("company-1") as (uow, act):
                patch = {"planned_arrival_at": planned}
                await Amendment(uow, act).amend(entry, ANY_VERSION, patch, {})
            await asyncio.sleep(chance.uniform(0.0, 0.2))

    async def be_held(self, entry: UUID, chance: Random) -> None:
        async with self.house.acting("customs") as (uow, act):
            hold = await Holds(uow, act).place(entry, "papers", None)
        await asyncio.sleep(chance.uniform(0.0, 0.3))
        if chance.random() < 0.9:
            async with self.house.acting("customs") as (uow, act):
                await Holds(uow, act).lift(entry, hold.id, "seen")

    async def cancel(self, entry: UUID, _: Random) -> None:
        async with self.house.acting("company-1") as (uow, act):
            await Passage(uow, act).cancel(entry, None)
