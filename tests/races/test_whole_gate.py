"""Twenty at once on twenty connections, at two gates, doing whatever anybody may do there.

Meanwhile two workers seal what happens in the logs of the queues, and somebody keeps what is
signed: then both verifiers play the hour again from what is published.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from app.api.state import Process
from app.core.config import Settings
from app.domain.errors import BusyError, DomainError
from app.domain.log.leaves import SEAL, queue_of
from app.domain.notices import NoticeKind, Wanted
from app.domain.vocabulary import Direction
from app.main import make_sealer
from app.models import Event
from app.services.crossing.outages import Outages
from app.services.crossing.sightings import Sighting
from app.services.declarations.views import EntryView
from app.services.queues.overrides import Overrides
from app.workers.deadlines import DeadlineWorker
from app.workers.feeding import number_events
from app.workers.sealing import SealingWorker
from app.workers.today import Todays
from tests.published import Reading, read
from tests.races.accounts import what_does_not_add_up
from tests.races.house import House, dice, fruit, truck
from tests.services.acting import Acts, export

HANDS, ACTS_EACH, TRUCKS, SPEED = 20, 12, 40, 120
SEALERS, SEALING_SECONDS = 2, 0.5
A_STEP = timedelta(hours=1) / (HANDS * ACTS_EACH)
"""What each act moves the clock beside its running: however fast they are, an hour passes."""
GATES = ("huu-nghi", "tan-thanh")
YARDS = ("bao-nguyen", "xuan-cuong", "viettel-logistics-park")
FRUIT = "fresh-produce-export"
# What must have happened at least, or that all adds up would prove little.
LEAST = {
    "waiting.started": 20,
    "call.made": 15,
    "movement.recorded": 40,
    "hold.placed": 5,
    "entry.diverted": 4,
    "entry.substituted": 1,
    "notice.posted": 2,
    "entry.amended": 5,
}


@pytest.fixture(scope="session")
def settings() -> Settings:
    """A connection for everybody at once, and patience on a slow machine."""
    return Settings(
        pool_size=HANDS + SEALERS,
        pool_overflow=0,
        pool_timeout_seconds=60,
        lock_timeout_ms=30_000,
    )


async def test_whatever_20_do_in_an_hour_adds_up_and_the_log_of_it_verifies(
    house: House, database: AsyncEngine
) -> None:
    fleet = [await house.register(_document(number)) for number in range(TRUCKS)]
    for number, view in enumerate(fleet):
        if number % 3:
            yard = YARDS[number % 2] if view.entry.gate_code == GATES[1] else YARDS[2]
            await Acts(house).move(Sighting(reference=view.entry.reference), yard, "in")
    house.clock.run(SPEED)

    async with _sealed(house) as kept:
        with _most_at_once(database) as most:
            await asyncio.gather(*(Hand(house, fleet, dice(hand)).act() for hand in range(HANDS)))
        house.clock.run(0)
        house.clock.at += timedelta(hours=2)
        while await _worker(house).do_due(house.sessions):
            pass

    assert most[0] > HANDS * 3 // 4
    assert [] == await what_does_not_add_up(house, GATES)
    happened = Counter(event.kind for event in await house.rows(Event))
    assert not {kind: happened[kind] for kind, least in LEAST.items() if happened[kind] < least}
    for gate in GATES:
        await _ensure_published(house, gate, kept[gate])


Act = Callable[[EntryView], Awaitable[Any]]


class Hand:
    """Somebody who does one thing after the other, each to whichever vehicle chance gives."""

    def __init__(self, house: House, fleet: Sequence[EntryView], chance: Random) -> None:
        self.house, self.fleet, self.chance = house, fleet, chance
        self.acts = Acts(house)
        self.things: Sequence[Act] = (
            self.call, self.call, self.move, self.move, self.arrive, self.observe, self.amend,
            self.certify, self.hold, self.hold_plate, self.notice, self.divert, self.substitute,
            self.withdraw, self.defer, self.cancel, self.work, self.register, self.override,
            self.sign_outage,
        )  # fmt: skip

    async def act(self) -> None:
        for _ in range(ACTS_EACH):
            self.house.clock.at += A_STEP
            try:
                await self.chance.choice(self.things)(self.chance.choice(self.fleet))
            except BusyError:
                await asyncio.sleep(self.chance.uniform(0.0, 0.1))
            except DomainError:
                pass  # refused, as it may be

    async def call(self, _: EntryView) -> None:
        await self.acts.call(self.chance.choice(GATES), self.chance.randint(1, 3))

    async def move(self, view: EntryView) -> None:
        way, yard = self.chance.choice(["in", "in", "out"]), self.chance.choice(YARDS)
        await self.acts.move(Sighting(reference=view.entry.reference), yard, way)

    async def arrive(self, view: EntryView) -> None:
        await self.acts.arrive(view.entry.reference, view.entry.gate_code)

    async def observe(self, view: EntryView) -> None:
        kind = self.chance.choice(["admission", "admission", "exit", "refusal"])
        await self.acts.observe(view.entry.id, kind)

    async def amend(self, view: EntryView) -> None:
        for planned in (None, "2026-06-10T15:00:00+07:00"):
            await self.acts.amend(view.entry.id, "company-1", {"planned_arrival_at": planned})

    async def certify(self, view: EntryView) -> None:
        for status in ("rejected", "issued"):
            await self.acts.certify(view.entry.id, status)

    async def hold(self, view: EntryView) -> None:
        hold = await self.acts.hold(view.entry.id, "customs")
        if self.chance.random() < 0.8:
            await self.acts.lift(view.entry.id, "customs", hold)

    async def hold_plate(self, view: EntryView) -> None:
        hold = await self.acts.hold_plate(str(view.entry.tractor_plate), "medical")
        await self.acts.lift_plate("medical", hold)

    async def notice(self, _: EntryView) -> None:
        kind = self.chance.choice([NoticeKind.PAUSE, NoticeKind.CLOSURE, NoticeKind.CAPACITY])
        wanted = Wanted(
            kind,
            self.chance.choice(GATES),
            "Mưa",
            direction=self.chance.choice([None, Direction.EXPORT]),
            goods_group=self.chance.choice([None, FRUIT]),
            per_day=9 if kind is NoticeKind.CAPACITY else None,
        )
        await self.acts.lift_notice(await self.acts.post(wanted))

    async def divert(self, view: EntryView) -> None:
        await self.acts.divert(view.entry.id, "officer-1", self.chance.choice(GATES))

    async def substitute(self, view: EntryView) -> None:
        plate = f"15C{self.chance.randrange(HANDS):05d}"
        proposed = await self.acts.propose(view.entry.id, "company-1", plate)
        if proposed.needs_check:
            how = self.chance.choice(["confirm", "confirm", "refuse", "take_back"])
            await self.acts.decide(view.entry.id, proposed.id, how, "company-1")

    async def withdraw(self, view: EntryView) -> None:
        await self.acts.withdraw(view.entry.id)

    async def defer(self, view: EntryView) -> None:
        await self.acts.defer(view.entry.id, "company-1")

    async def cancel(self, view: EntryView) -> None:
        if self.chance.random() < 0.3:
            await self.acts.cancel(view.entry.id, "company-1")

    async def register(self, _: EntryView) -> None:
        view = await self.house.register(_document(self.chance.randrange(TRUCKS, 10_000)))
        await self.move(view)

    async def override(self, view: EntryView) -> None:
        queue = export(view.entry.gate_code)
        async with self.house.acting("officer-1") as (uow, act):
            wanted = await Overrides(uow, act).propose(queue, view.entry.id, "danger")
        async with self.house.acting("officer-2") as (uow, act):
            await Overrides(uow, act).confirm(wanted.override.id)

    async def sign_outage(self, _: EntryView) -> None:
        ends = self.house.clock.at
        times = (ends - timedelta(minutes=9), ends - timedelta(minutes=4))
        async with self.house.acting("officer-1") as (uow, act):
            outage = await Outages(uow, act).report(self.chance.choice(GATES), *times, "no power")
        async with self.house.acting("officer-2") as (uow, act):
            await Outages(uow, act).sign(outage.id)

    async def work(self, _: EntryView) -> None:
        await _worker(self.house).do_due(self.house.sessions)


@asynccontextmanager
async def _sealed(house: House) -> AsyncIterator[dict[str, list[str]]]:
    """Seal what happens, and give the checkpoints of each gate that somebody fetched meanwhile."""
    kept: dict[str, list[str]] = {gate: [] for gate in GATES}
    over = asyncio.Event()

    async def seal() -> None:
        await number_events(house.sessions)
        await SealingWorker(sealer, _todays(house)).seal(house.sessions)

    async def go_on_sealing() -> None:
        while not over.is_set():
            await seal()
            await asyncio.sleep(SEALING_SECONDS)

    async def fetch() -> None:
        while not over.is_set():
            for gate, notes in kept.items():
                answer = await house.http.get(f"/v1/log/{gate}/export/checkpoint")
                notes.extend([answer.text] if answer.is_success else [])
            await asyncio.sleep(SEALING_SECONDS)

    process: Process = house.app.state.process
    sealer = make_sealer(process.settings)
    async with asyncio.TaskGroup() as group:
        for job in (fetch, *[go_on_sealing] * SEALERS):
            group.create_task(job())
        yield kept
        over.set()
    await seal()


async def _ensure_published(house: House, gate: str, kept: Sequence[str]) -> None:
    """Ensure that the published log has every event of a queue, once, and verifies."""
    loop = asyncio.get_running_loop()

    def get(path: str) -> bytes:
        asked = house.http.get(f"/v1/log/{path}")
        return asyncio.run_coroutine_threadsafe(asked, loop).result().content

    log = Reading(get, gate)
    assert len(set(kept)) > 1
    assert [] == await asyncio.to_thread(log.wrong, kept)
    leaves = read(await asyncio.to_thread(lambda: log.leaves))
    stored = [one.number for one in await house.rows(Event) if _is_of(one, gate)]
    assert sorted(stored) == sorted(leaf["number"] for leaf in leaves if leaf["kind"] != SEAL)


def _is_of(event: Event, gate: str) -> bool:
    return export(gate) == queue_of(event.kind, event.gate_code, event.direction)


def _document(number: int) -> dict[str, Any]:
    return [
        truck(number),
        fruit(number),
        truck(number, gate=GATES[0]),
        fruit(number, "durian"),
    ][number % 4]


def _worker(house: House) -> DeadlineWorker:
    process: Process = house.app.state.process
    return DeadlineWorker(process.tools, _todays(house))


def _todays(house: House) -> Todays:
    return Todays(is_production=False, machine_now=house.clock)


@contextmanager
def _most_at_once(database: AsyncEngine) -> Iterator[list[int]]:
    """Give how many connections were in use at once at most."""
    most = [0]
    pool: Any = database.sync_engine.pool

    def look(*_: object) -> None:
        most[0] = max(most[0], pool.checkedout())

    event.listen(pool, "checkout", look)
    try:
        yield most
    finally:
        event.remove(pool, "checkout", look)
