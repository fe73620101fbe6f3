"""Whatever happens to trucks, in whatever order: the tables agree with a plain model of the gate.

After each step states, lanes, keys, claims and a place are compared; at the end the stored events
are replayed, and no call may have broken what the public is promised.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import httpx
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.core.database import make_engine
from app.domain.amendment import Certificate
from app.domain.errors import (
    CallsPausedError,
    GateClosedError,
    PlateAlreadyRegisteredError,
    ReleaseRefusedError,
    StepRefusedError,
)
from app.domain.notices import NoticeKind, Notices, Wanted
from app.domain.open_clock import OpenClock
from app.domain.required_checks import CheckKind
from app.domain.steps import STEPS, Step
from app.domain.vocabulary import State
from app.main import create_app, make_tools
from app.models import Claim, Entry, Event, SeasonDay
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.crossing.checks import CheckReport, Checks
from app.services.crossing.holds import Holds
from app.services.crossing.passage import Passage, Report
from app.services.crossing.positions import Positions
from app.services.crossing.sightings import Sighting
from app.services.declarations.amendment import Amendment
from app.services.declarations.views import needed_checks
from app.services.fees import Paying
from app.services.queues.calling import Calling
from app.services.queues.deferral import Deferring
from app.services.queues.noticing import Notice, Noticing
from app.services.queues.places import Places
from app.services.queues.replaying import KINDS, differences
from app.services.queues.withdrawal import Withdrawal
from app.workers.deadlines import DeadlineWorker
from tests.races.house import NINE, QUEUE, YARD, House, fruit
from tests.races.house import truck as lorry
from tests.races.promises import broken_promises, out_of_time
from tests.services.plain_gate import PlainGate, Truck

EXAMPLES, STEPS_EACH = 20, 40
# What must have happened at least, over all examples, or the agreement would prove little.
LEAST = {
    "waiting.started": 50,
    "waiting.stopped": 20,
    "call.made": 15,
    "lane.changed": 2,
    "hold.placed": 5,
    "entry.contested": 2,
    "call.missed": 3,
    "call.excused": 1,
    "call.withdrawn": 1,
    "entry.deferred": 1,
    "notice.posted": 10,
    "notice.lifted": 5,
}
ALLOTMENT = 200
DAYS = [date(2026, 6, 10) + timedelta(days=number) for number in range(30)]
COMPANIES = ("company-1", "company-2")
ENTRIES, CLAIMS, SEASON_DAYS = select(Entry), select(Claim), select(SeasonDay)
BOXES = ("CSQU3054383", "MSKU0000006")
LEAD = timedelta(minutes=45)
ANY_VERSION = range(1, 10_000)

plates = st.integers(0, 4)
companies = st.sampled_from(COMPANIES)
goods = st.sampled_from([None, "lychee", "lychee", "durian"])
boxes = st.lists(st.sampled_from(BOXES), max_size=2, unique=True)
some = st.integers(0, 1000)
Given = TypeVar("Given")


class StandingClock:
    """Business time that a test moves."""

    def __init__(self) -> None:
        self.at = NINE

    def __call__(self) -> datetime:
        return self.at

    def run(self, speed: int) -> None:
        raise NotImplementedError


class GateMachine(RuleBasedStateMachine):
    """Drives the services and a plain model by the same steps."""

    runner: asyncio.Runner
    engine: AsyncEngine
    configured: Settings
    happened: Counter[str]

    def __init__(self) -> None:
        super().__init__()
        self.do(self.open())

    # --- the stage: one transaction an example, rolled back at its end ---------------------------

    def do(self, coroutine: Coroutine[Any, Any, Given]) -> Given:
        return self.runner.run(coroutine)

    async def open(self) -> None:
        self.connection = await self.engine.connect()
        await self.connection.begin()
        sessions = async_sessionmaker(
            self.connection, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )
        self.clock = StandingClock()
        self.house = _house(self.configured, sessions, self.clock)
        async with self.house.acting("officer-1") as (uow, act):
            uow.add(*_nearly_used_up())
            self.reference = act.reference
        hours = self.reference.clock(QUEUE)
        self.notice: Notice | None = None
        process = self.house.app.state.process
        self.worker = DeadlineWorker(process.tools, is_production=False)
        self.worker.machine_now = self.clock
        self.gate = PlainGate(hours.reading, self.reference.day, _taken(), ALLOTMENT)
        self.references: dict[UUID, str] = {}

    def teardown(self) -> None:
        self.do(self.close())

    async def close(self) -> None:
        """At the next opening call whoever may be called; then look at all that was stored."""
        try:
            await self.work()
            if self.gate.is_stopped_after(self.come_too_soon()):
                await self._go_on(self.clock.at)
            while not self.open_clock.is_open(self.come_too_soon()):
                self.clock.at = self.open_clock.next_change(self.clock.at) or self.clock.at
            self.gate.pass_to(self.clock.at)
            while expected := self.gate.call(self.clock.at, self.clock.at):
                assert [expected] == await self._call(1)
            assert [] == await self._call(1)
            async with self.house.acting("officer-1") as (uow, _):
                assert [] == await differences(uow, QUEUE)
                told = await uow.records.told(QUEUE, KINDS)
            assert [] == broken_promises(told)
            assert [] == out_of_time(told)
            self.happened.update(event.kind for event in await self.house.rows(Event))
        finally:
            await self.connection.rollback()
            await self.connection.close()

    def tick(self) -> datetime:
        """Let a second pass, so that no two things happen in one."""
        self.do(self.work())
        self.gate.let_in(self.clock.at)
        self.clock.at += timedelta(seconds=1)
        self.gate.pass_to(self.clock.at)
        self.gate.let_in(self.clock.at)
        self.do(self.work())
        return self.clock.at

    def come_too_soon(self) -> datetime:
        """Let a second pass, and be there before any worker."""
        self.clock.at += timedelta(seconds=1)
        self.gate.pass_to(self.clock.at)
        return self.clock.at

    async def work(self) -> None:
        """Do what is due, as workers do."""
        await self.worker.do_due(self.house.sessions)

    @property
    def open_clock(self) -> OpenClock:
        return self.reference.clock(QUEUE)

    def one(self, number: int, fits: Callable[[Truck], bool]) -> Truck | None:
        """Return some truck that fits, None where none does."""
        fitting = [one for one in self.gate.trucks.values() if fits(one)]
        return fitting[number % len(fitting)] if fitting else None

    # --- what may happen -------------------------------------------------------------------------

    @initialize(loads=st.lists(goods, min_size=5, max_size=5), ready=st.integers(1, 5))
    def a_morning_begins(self, loads: list[str | None], ready: int) -> None:
        """Nobody calls an empty queue: some trucks are there, most of them wait."""
        for plate, load in enumerate(loads):
            self.register(plate, "company-1", load, [], 1)
        for number in range(ready):
            self.move_in(number)

    @rule(minutes=st.sampled_from([1, 5, 20, 60, 720]))
    def time_passes(self, minutes: int) -> None:
        self.clock.at += timedelta(minutes=minutes)
        self.gate.pass_to(self.clock.at)

    @rule(plate=plates, company=companies, goods=goods, boxes=boxes, planned=st.integers(0, 5))
    def register(
        self, plate: int, company: str, goods: str | None, boxes: list[str], planned: int
    ) -> None:
        now = self.tick()
        document = _declaration(plate, goods, boxes, planned=planned > 0)
        name = f"12C{plate:05d}"
        on_plate = self.gate.open_on(name)
        if company in {one.company for one in on_plate}:
            with pytest.raises(PlateAlreadyRegisteredError):
                self.do(self.house.register(document, company))
            return
        entry = self.do(self.house.register(document, company)).entry
        declared = Truck(entry.id, name, company, goods, boxes, planned > 0, now)
        seen = next((one for one in on_plate if one.company is None), None)
        if seen is None:
            self.gate.register(declared, now)
        else:
            assert seen.id == entry.id
            self.gate.complete(seen, declared, now)
        self.references[entry.id] = entry.reference

    @rule(number=some)
    def move_in(self, number: int) -> None:
        truck = self.one(number, lambda one: one.id in self.references)
        if truck is not None:
            expected = self.gate.move_in(truck, self.tick())
            seen = self.do(self.house.move_in(self.references[truck.id]))
            assert expected == [one.rule for one in seen.exceptions]

    @rule(plate=plates)
    def be_seen_by_plate(self, plate: int) -> None:
        now, name = self.tick(), f"12C{plate:05d}"
        seen = self.do(self._see(name))
        if not self.gate.open_on(name):
            assert seen.entry is not None
            opened = Truck(seen.entry.id, name, None, None, [], planned=False, registered_at=now)
            self.gate.register(opened, now)
            self.references[seen.entry.id] = seen.entry.reference
        meant = self.gate.meant(name)
        assert (meant.id if meant else None) == (seen.entry.id if seen.entry else None)
        expected = self.gate.move_in(meant, now) if meant else ["plate-contested"]
        assert expected == [one.rule for one in seen.exceptions]

    @rule(number=some, authority=st.sampled_from(["customs", "medical"]))
    def hold(self, number: int, authority: str) -> None:
        truck = self.one(number, lambda one: one.open)
        if truck is not None:
            now = self.tick()
            self.gate.hold(truck, f"{authority}:{self.do(self._hold(truck, authority))}", now)

    @precondition(lambda self: any(one.holds for one in self.gate.trucks.values()))
    @rule(number=some)
    def lift(self, number: int) -> None:
        truck = self.one(number, lambda one: bool(one.holds))
        assert truck is not None
        now = self.tick()
        named = min(truck.holds)
        self.do(self._lift(truck, *named.split(":")))
        self.gate.lift(truck, named, now)

    @rule(number=some)
    def amend(self, number: int) -> None:
        """The company takes its planned arrival back, or gives it again."""
        truck = self.one(number, lambda one: one.open and one.company is not None)
        if truck is not None:
            planned = not truck.planned
            self.gate.amend(truck, self.tick(), planned=planned)
            self.do(self._amend(truck, "2026-06-10T15:00:00+07:00" if planned else None))

    @rule(number=some, status=st.sampled_from(["rejected", "rejected", "issued", "sampled"]))
    def certify(self, number: int, status: str) -> None:
        truck = self.one(number, lambda one: bool(one.goods) and _waits(one)) or self.one(
            number, lambda one: bool(one.goods) and one.open
        )
        if truck is not None:
            self.gate.certify(truck, status, self.tick())
            self.do(self._certify(truck, status))

    @rule(count=st.integers(1, 4))
    def call(self, count: int) -> None:
        now = self.come_too_soon()
        if self.reference.notices.pause(QUEUE, now):
            with pytest.raises(CallsPausedError):
                self.do(self._call(count))
            return
        opens = self.open_clock.next_change(now)
        if not self.open_clock.is_open(now) and (opens is None or opens - now > LEAD):
            with pytest.raises(GateClosedError):
                self.do(self._call(count))
            return
        begins = now if self.open_clock.is_open(now) else opens or now
        expected = [self.gate.call(now, begins) for _ in range(count)]
        assert [one for one in expected if one] == self.do(self._call(count))

    @rule(
        kind=st.sampled_from([NoticeKind.PAUSE, NoticeKind.CLOSURE]),
        later=st.sampled_from([0, 0, 20]),
        minutes=st.sampled_from([5, 20, 40, 120, None]),
    )
    def stop(self, kind: NoticeKind, later: int, minutes: int | None) -> None:
        """Post a notice that stops calls, where none does; nobody tells the process of it."""
        now = self.tick()
        if not self.gate.is_stopped_after(now):
            start = now + timedelta(minutes=later)
            end = start + timedelta(minutes=minutes) if minutes else None
            self.gate.stop(start, end)
            self.do(self._stop(kind, start, end))

    @rule(number=some)
    def go_on(self, number: int) -> None:
        now = self.tick()
        if number % 4 and self.gate.is_stopped_after(now):
            self.do(self._go_on(now))

    @rule(number=some)
    def arrive(self, number: int) -> None:
        """Mostly of those who were called, now and then of anybody."""
        truck = self.one(number, lambda one: number % 4 == 0 or one.state is State.CALLED)
        if truck is not None:
            expected = self.gate.arrive(truck, self.come_too_soon())
            assert expected == self.do(self._arrive(truck))

    @rule(number=some, kind=st.sampled_from(["admission", "admission", "exit", "refusal"]))
    def observe(self, number: int, kind: str) -> None:
        """Mostly of those of whom it is likely, now and then of anybody."""
        steps = {"admission": Step.ADMIT, "exit": Step.EXIT, "refusal": Step.TURN_BACK}
        likely = {State.ARRIVED, State.IN_GATE, State.RELEASED}
        truck = self.one(number, lambda one: number % 5 == 0 or one.state in likely)
        if truck is not None:
            self.gate.observe(truck, steps[kind], self.tick())
            self.do(self._observe(truck, kind))

    @precondition(lambda self: self.one(0, lambda one: one.state is State.IN_GATE))
    @rule(number=some, cleared=st.booleans())
    def release(self, number: int, cleared: bool) -> None:
        truck = self.one(number, lambda one: one.state is State.IN_GATE)
        assert truck is not None
        if cleared:
            self.tick()
            self.do(self._clear(truck))
        self.tick()
        if cleared and truck.ready and not truck.holds:
            self.gate.take(truck, Step.RELEASE, self.clock.at)
            self.do(self._release(truck))
        elif not (cleared and truck.ready):
            with pytest.raises(ReleaseRefusedError):
                self.do(self._release(truck))

    @rule(number=some)
    def cancel(self, number: int) -> None:
        truck = self.one(number, lambda one: one.company is not None and number % 3 == 0)
        if truck is None or truck.state is State.CANCELLED:
            return
        now = self.tick()
        if (truck.state, Step.CANCEL) not in STEPS:
            with pytest.raises(StepRefusedError):
                self.do(self._cancel(truck))
            return
        self.gate.take(truck, Step.CANCEL, now)
        self.do(self._cancel(truck))

    @precondition(lambda self: self.one(0, lambda one: one.state is State.QUEUED))
    @rule(minutes=st.sampled_from([29, 31, 61]), by=st.sampled_from(["customs", None, None]))
    def be_called_and_not_come(self, minutes: int, by: str | None) -> None:
        """Time passes after a call, now and then with a hold on whom it called."""
        self.call(2)
        truck = self.one(minutes, lambda one: one.state is State.CALLED)
        if truck is not None and by is not None:
            now = self.tick()
            self.gate.hold(truck, f"{by}:{self.do(self._hold(truck, by))}", now)
        self.time_passes(minutes)

    @rule(number=some)
    def withdraw(self, number: int) -> None:
        truck = self.one(number, lambda one: number % 3 == 0 and one.state is State.CALLED)
        if truck is not None and truck.window and truck.window[1] > self.clock.at:
            now = self.come_too_soon()
            if truck.state is State.CALLED:
                self.gate.withdraw(truck, now)
                self.do(self._withdraw(truck))

    @rule(number=some)
    def defer(self, number: int) -> None:
        truck = self.one(number, lambda one: number % 3 == 0 and one.state is State.QUEUED)
        if truck is not None:
            now = self.tick()
            if truck.state is State.QUEUED and truck.deferrals == 0:
                self.gate.defer(truck, now, now + timedelta(minutes=240))
                self.do(self._defer(truck))

    # --- the same through the services -----------------------------------------------------------

    async def _see(self, plate: str) -> Any:
        async with self.house.acting("yard") as (uow, act):
            sighting = Sighting(plate=plate)
            return await Positions(uow, act).record_movement(YARD, sighting, way="in")

    async def _hold(self, truck: Truck, authority: str) -> UUID:
        async with self.house.acting(authority) as (uow, act):
            return (await Holds(uow, act).place(truck.id, "papers", None)).id

    async def _lift(self, truck: Truck, authority: str, hold: str) -> None:
        async with self.house.acting(authority) as (uow, act):
            await Holds(uow, act).lift(truck.id, UUID(hold), "seen")

    async def _amend(self, truck: Truck, planned: str | None) -> None:
        assert truck.company is not None
        async with self.house.acting(truck.company) as (uow, act):
            patch = {"planned_arrival_at": planned}
            await Amendment(uow, act).amend(truck.id, ANY_VERSION, patch, {})

    async def _certify(self, truck: Truck, status: str) -> None:
        word = Certificate(status, None, "plant_quarantine")
        report = CheckReport(kind=CheckKind.PLANT_QUARANTINE, passed=True, certificate=word)
        async with self.house.acting("plant_quarantine") as (uow, act):
            await Checks(uow, act).record(truck.id, report)

    async def _call(self, count: int) -> list[UUID]:
        async with self.house.acting("officer-1") as (uow, act):
            called = await Calling(uow, act, QUEUE).call_next(count)
        return [call.entry_id for call in called.calls]

    async def _stop(self, kind: NoticeKind, start: datetime, end: datetime | None) -> None:
        wanted = Wanted(
            kind=kind, gate=QUEUE.gate, direction=QUEUE.direction, vi="Mưa",
            starts_at=start, ends_at=end,
        )  # fmt: skip
        async with self.house.acting("officer-1") as (uow, act):
            self.notice = await Noticing(uow, act).post(wanted)
        await self._read_notices()

    async def _go_on(self, now: datetime) -> None:
        assert self.notice is not None
        self.gate.go_on(now)
        async with self.house.acting("board-1") as (uow, act):
            await Noticing(uow, act).lift(self.notice.id, "over")
        await self._read_notices()

    async def _read_notices(self) -> None:
        """Let this test know of the notices; the service's process learns of them by itself."""
        async with self.house.sessions() as session:
            found = Notices(await UnitOfWork(session).notices.counting())
        self.reference = self.reference.with_notices(found)

    async def _withdraw(self, truck: Truck) -> None:
        async with self.house.acting("officer-1") as (uow, act):
            call = await uow.queues.open_call(truck.id)
            assert call is not None
            await Withdrawal(uow, act).withdraw(call.id, "a mistake")

    async def _defer(self, truck: Truck) -> None:
        assert truck.company is not None
        async with self.house.acting(truck.company) as (uow, act):
            await Deferring(uow, act).defer(truck.id, 240)

    async def _arrive(self, truck: Truck) -> list[str]:
        async with self.house.acting("border_guard") as (uow, act):
            sighting = Sighting(reference=self.references[truck.id])
            seen = await Positions(uow, act).record_arrival(QUEUE.gate, sighting)
        return [one.rule for one in seen.exceptions]

    async def _observe(self, truck: Truck, kind: str) -> None:
        async with self.house.acting("border_guard") as (uow, act):
            await Passage(uow, act).observe(truck.id, kind, Report())

    async def _clear(self, truck: Truck) -> None:
        """Pass every check that is needed, and pay."""
        async with self.house.acting("officer-1") as (uow, act):
            entry = await uow.entries.locked(truck.id)
            stages = needed_checks(act.reference, entry, act.day, ()).values()
            rows = act.reference.required_checks.rows
            recorders = {row.kind: row.recorders[0].value for row in rows}
            orders = await uow.money.orders(truck.id)
        for kind in {kind for stage in stages for kind in stage}:
            async with self.house.acting(recorders[kind]) as (uow, act):
                await Checks(uow, act).record(truck.id, CheckReport(kind=kind, passed=True))
        for order in orders:
            if order.state == "due":
                async with self.house.acting("bank") as (uow, act):
                    await Paying(uow, act).pay(order.id, order.amount_vnd, str(order.id))

    async def _release(self, truck: Truck) -> None:
        async with self.house.acting("officer-1") as (uow, act):
            await Passage(uow, act).release(truck.id)

    async def _cancel(self, truck: Truck) -> None:
        assert truck.company is not None
        async with self.house.acting(truck.company) as (uow, act):
            await Passage(uow, act).cancel(truck.id, None)

    # --- what must hold after each step ----------------------------------------------------------

    @invariant()
    def the_tables_agree_with_the_model(self) -> None:
        self.do(self._compare())

    async def _compare(self) -> None:
        await self.work()
        self.gate.let_in(self.clock.at)
        async with self.house.sessions() as session:
            rows = {row.id: row for row in await session.scalars(ENTRIES)}
            claims = {(one.kind, one.value): one.entry_id for one in await session.scalars(CLAIMS)}
            taken = {day.on_day: day.taken for day in await session.scalars(SEASON_DAYS)}
            await self._compare_places(UnitOfWork(session), rows)
        assert rows.keys() == self.gate.trucks.keys()
        for truck in self.gate.trucks.values():
            assert _told(truck, self.gate.key(truck)) == _stored(rows[truck.id])
        assert self.gate.claims == claims
        assert self.gate.taken == taken

    async def _compare_places(self, uow: UnitOfWork, rows: dict[UUID, Entry]) -> None:
        """Compare the places of two who wait, others each time."""
        waiting = sorted(one.id for one in self.gate.line.waiting)
        turn, today = self.clock.at.second, Today(self.clock.at, self.reference)
        for identity in {waiting[(turn + more) % len(waiting)] for more in (0, 1) if waiting}:
            found = await Places(uow, today).place(rows[identity])
            truck = self.gate.trucks[identity]
            assert found is not None
            assert self.gate.place(truck, today.now) == found.place
            assert (not truck.holds) == found.callable


def test_the_services_keep_a_queue_as_a_plain_model_does(
    engine: AsyncEngine, settings: Settings
) -> None:
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
        url = engine.url.render_as_string(hide_password=False)
        GateMachine.runner = runner
        GateMachine.engine = make_engine(url, settings)
        GateMachine.configured = settings
        GateMachine.happened = Counter()
        try:
            run_state_machine_as_test(GateMachine, settings=HOW)
        finally:
            runner.run(GateMachine.engine.dispose())
    happened = GateMachine.happened
    assert not {kind: happened[kind] for kind, least in LEAST.items() if happened[kind] < least}


HOW = settings(
    max_examples=EXAMPLES,
    stateful_step_count=STEPS_EACH,
    deadline=None,
    derandomize=True,
    # A failure tells its steps; to make them fewer takes minutes, so that is for who looks at it.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _house(
    configured: Settings, sessions: async_sessionmaker[AsyncSession], clock: StandingClock
) -> House:
    app = create_app(configured)
    app.state.process = Process(
        settings=configured,
        sessions=sessions,
        tools=make_tools(configured),
        cursors=Cursors(configured.cursor_secret.get_secret_value()),
        schema_head="",
        machine_now=clock,
    )
    return House(app, httpx.AsyncClient(), sessions, clock)


def _taken() -> dict[date, int]:
    return dict.fromkeys(DAYS, ALLOTMENT - 2)


def _nearly_used_up() -> list[SeasonDay]:
    """Return days on which only two seasonal places are left."""
    return [
        SeasonDay(product_code="lychee", gate_code=QUEUE.gate, on_day=day, taken=taken)
        for day, taken in _taken().items()
    ]


def _declaration(
    plate: int, goods: str | None, boxes: list[str], *, planned: bool
) -> dict[str, Any]:
    document = fruit(plate, goods) if goods else lorry(plate)
    document["vehicle"]["containers"] = [{"number": box} for box in boxes]
    if not planned:
        del document["planned_arrival_at"]
    return document


def _waits(truck: Truck) -> bool:
    return truck.state in {State.QUEUED, State.CALLED}


def _told(truck: Truck, key: int | None) -> dict[str, Any]:
    return {
        "state": truck.state,
        "lane": truck.lane,
        "key": key,
        "waits_from": truck.waits_from,
        "held": bool(truck.holds),
        "in_position": truck.in_position,
        "inside": truck.in_yard,
        "contested": truck.contested,
        "season_on": truck.season_on,
        "ended": not truck.open,
        "ready": truck.ready,
        "kept_out": truck.kept_out_until is not None,
    }


def _stored(row: Entry) -> dict[str, Any]:
    return {
        "state": row.state,
        "lane": row.lane,
        "key": row.queue_key,
        "waits_from": row.waits_from,
        "held": row.held,
        "in_position": row.in_position,
        "inside": row.inside,
        "contested": row.contested,
        "season_on": row.season_on,
        "ended": row.ended_at is not None,
        "ready": not any(one["severity"] == "blocking" for one in row.findings),
        "kept_out": row.limited_until is not None,
    }
