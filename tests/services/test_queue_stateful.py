"""Whatever happens to trucks at two gates, in whatever order: the tables are as a plain model says.

After each step states, lanes, keys, claims, yards and a place at each gate are compared, the stored
events are replayed, and no call may have broken what the public is promised. `GATE_TEST_EXAMPLES`
asks for a longer hunt, through other chances each time.
"""

import asyncio
import sys
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
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
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.api.paging import Cursors
from app.api.state import Process
from app.core.config import Settings
from app.core.database import make_engine
from app.domain.errors import (
    CallsPausedError,
    DomainError,
    GateClosedError,
    PlateAlreadyRegisteredError,
)
from app.domain.notices import Notices
from app.domain.reference import Reference
from app.domain.vocabulary import State
from app.main import create_app, make_tools
from app.models import Event, SeasonDay
from app.services.crossing.sightings import Sighting
from app.workers.deadlines import DeadlineWorker
from app.workers.today import Todays
from tests.conftest import EXAMPLES_WANTED, by_depth
from tests.races.house import NINE, House
from tests.services.acting import Acts, export
from tests.services.asking import (
    PLANNED,
    Asked,
    Posted,
    boxes,
    companies,
    directions,
    gates,
    goods,
    is_planned,
    kinds,
    lengths,
    plates,
    route_of,
    scopes,
    some,
    yards,
)
from tests.services.comparing import compare
from tests.services.plain.vehicles import (
    FOREVER,
    GATES,
    HANOI,
    ROUTE_TAKES,
    TAN_THANH,
    YARDS,
    PlainNotice,
    Truck,
)
from tests.services.plain.zone import PlainZone, RefusedError

ALL, STEPS_EACH = 12, 45
EXAMPLES = by_depth(6, ALL)
# What must have happened at least, over all examples, or the agreement would prove little.
LEAST = {
    "waiting.started": 25,
    "waiting.stopped": 5,
    "waiting.moved": 1,
    "lane.changed": 2,
    "call.made": 10,
    "calls.stopped": 2,
    "entry.arrived": 2,
    "entry.deferred": 1,
    "entry.contested": 1,
    "entry.diverted": 5,
    "substitution.proposed": 3,
    "hold.placed": 10,
    "notice.posted": 5,
    "notice.lifted": 2,
}
ALLOTMENT = 200
TAKEN = {date(2026, 6, 10) + timedelta(days=number): ALLOTMENT - 2 for number in range(30)}
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
    reference_before: Reference | None = None
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
        self.process: Process = self.house.app.state.process
        self.todays = Todays(is_production=False, machine_now=self.clock)
        self.worker = DeadlineWorker(self.process.tools, self.todays)
        cls = type(self)
        cls.reference_before = cls.reference_before or _small(await self.process.reference_at(None))
        self.go_by(cls.reference_before)
        async with self.house.acting("officer-1") as (uow, _):
            uow.add(*_nearly_used_up())
        self.acts = Acts(self.house)
        midnight = NINE.astimezone(HANOI).replace(hour=0)
        readings = {gate: self.reference.clock(export(gate)).reading(midnight) for gate in GATES}
        self.zone = PlainZone(midnight, readings, TAKEN, ALLOTMENT)
        self.references: dict[UUID, str] = {}

    def go_by(self, reference: Reference) -> None:
        """Let process and worker have these reference data; to read all of them again is slow."""
        self.reference = self.process.reference = self.todays.reference = reference

    def teardown(self) -> None:
        self.do(self.close(has_failed=sys.exc_info()[0] is not None))

    async def close(self, *, has_failed: bool) -> None:
        """At the next opening call whoever may be called; then look at all that was stored."""
        try:
            if has_failed:
                return
            for gate in GATES:
                await self._empty(gate)
            await compare(self.house, self.zone, self.reference, self.clock.at)
            self.happened.update(event.kind for event in await self.house.rows(Event))
        finally:
            await self.connection.rollback()
            await self.connection.close()

    async def _empty(self, gate: str) -> None:
        here = self.zone.gates[gate]
        opens = here.clock.next_opening(self.come_too_soon())
        if not here.clock.is_open(self.clock.at) and opens is not None:
            self.clock.at = opens
            self.zone.pass_to(opens)
        if here.refusal(self.clock.at) is None:
            while expected := self.zone.call(gate, self.clock.at):
                assert [expected.id] == await self.acts.call(gate, 1)
            assert [] == await self.acts.call(gate, 1)
        await self.work()
        self.zone.let_in(self.clock.at)

    def tick(self) -> datetime:
        """Let a second pass, so that no two things happen in one, and what is due be done."""
        self.come_too_soon()
        self.do(self.work())
        self.zone.let_in(self.clock.at)
        return self.clock.at

    def come_too_soon(self) -> datetime:
        """Let a second pass, and be there before any worker."""
        self.clock.at += timedelta(seconds=1)
        self.zone.pass_to(self.clock.at)
        return self.clock.at

    async def work(self) -> None:
        """Do what is due, as workers do; what that makes room for at another gate comes next."""
        while await self.worker.do_due(self.house.sessions):
            pass

    def one(self, number: int, fits: Callable[[Truck], bool]) -> Truck | None:
        """Return some truck that fits, None where none does."""
        fitting = [one for one in self.zone.everybody if fits(one)]
        return fitting[number % len(fitting)] if fitting else None

    def agree(self, act: Coroutine[Any, Any, Any], by_the_model: Callable[[], None]) -> None:
        """Do an act, and find it refused where the model refuses it, and only there."""
        try:
            self.do(act)
        except DomainError:
            with pytest.raises(RefusedError):
                by_the_model()
        else:
            by_the_model()

    # --- declaring -------------------------------------------------------------------------------

    @initialize(loads=st.lists(goods, min_size=6, max_size=6), ready=st.integers(3, 6))
    def a_morning_begins(self, loads: list[str | None], ready: int) -> None:
        """Nobody calls an empty queue: some trucks are there, most of them wait."""
        for number, load in enumerate(loads):
            gate = GATES[number == 0 or number % 2]
            self.register(Asked(f"12C{number:05d}", gate, number, load))
        for number in range(ready):
            yard = "viettel-logistics-park" if number % 2 else "bao-nguyen"
            self.move(number, yard, "in")

    @rule(minutes=st.sampled_from([1, 5, 20, 60, 60, 720]))
    def time_passes(self, minutes: int) -> None:
        """Days at most: nobody is away for so long that its entry expires."""
        minutes = minutes if self.clock.at < NINE + timedelta(days=4) else min(minutes, 60)
        self.clock.at += timedelta(minutes=minutes)
        self.zone.pass_to(self.clock.at)

    @rule(asked=st.builds(Asked, plates, gates, some, goods, boxes, is_planned, companies))
    def register(self, asked: Asked) -> None:
        now = self.tick()
        act = self.house.register(asked.document, asked.company)
        if asked.company in {one.company for one in self.zone.open_on(asked.plate)}:
            with pytest.raises(PlateAlreadyRegisteredError):
                self.do(act)
            return
        entry = self.do(act).entry
        declared = Truck(
            entry.id, asked.plate, asked.gate, asked.company, asked.goods, asked.boxes,
            asked.planned, now, route=asked.route,
        )  # fmt: skip
        seen = self.zone.opened_for(asked.plate, asked.gate)
        if seen is None:
            self.zone.register(declared, now)
        else:
            assert seen.id == entry.id
            self.zone.complete(seen, declared, now)
        self.references[entry.id] = entry.reference

    @rule(number=some)
    def amend(self, number: int) -> None:
        """The company takes its planned arrival back, or gives it again; or it names a route."""
        truck = self.one(number, lambda one: one.open and one.company is not None)
        if truck is not None:
            turns = number % 3 > 0
            planned = truck.planned ^ turns
            route = truck.route if turns else route_of(truck.gate, number)
            self.zone.amend(truck, self.tick(), planned=planned, route=route)
            patch = {"planned_arrival_at": PLANNED if planned else None, "route": route}
            self.do(self.acts.amend(truck.id, str(truck.company), patch))

    @rule(number=some, status=st.sampled_from(["rejected", "rejected", "issued", "sampled"]))
    def certify(self, number: int, status: str) -> None:
        truck = self.one(number, lambda one: bool(one.goods) and one.waits) or self.one(
            number, lambda one: bool(one.goods) and one.open
        )
        if truck is not None:
            self.zone.certify(truck, status, self.tick())
            self.do(self.acts.certify(truck.id, status))

    @rule(number=some)
    def cancel(self, number: int) -> None:
        truck = self.one(number, lambda one: one.company is not None)
        if truck is not None and number % 3 == 0 and truck.state is not State.CANCELLED:
            now = self.tick()
            act = self.acts.cancel(truck.id, str(truck.company))
            self.agree(act, lambda: self.zone.cancel(truck, now))

    # --- another vehicle, another gate -----------------------------------------------------------

    @rule(number=some, plate=plates)
    def propose(self, number: int, plate: str) -> None:
        truck = self.one(number, lambda one: one.open and one.company is not None)
        if truck is not None:
            now, made = self.tick(), list[UUID]()

            async def act() -> None:
                made.append((await self.acts.propose(truck.id, str(truck.company), plate)).id)

            self.agree(
                act(), lambda: self.zone.propose(truck, plate, now, made[0] if made else None)
            )

    @precondition(lambda self: self.one(0, lambda one: one.proposed is not None))
    @rule(number=some, how=st.sampled_from(["confirm", "refuse", "take_back"]))
    def decide(self, number: int, how: str) -> None:
        truck = self.one(number, lambda one: one.proposed is not None)
        assert truck is not None
        assert truck.proposed is not None
        now, by_the_model = self.tick(), getattr(self.zone, how)
        act = self.acts.decide(truck.id, truck.proposed[0], how, str(truck.company))
        self.agree(act, lambda: by_the_model(truck, now))

    @rule(number=some, by_officer=st.booleans())
    def divert(self, number: int, by_officer: bool) -> None:
        truck = self.one(number, lambda one: by_officer or one.company is not None)
        if truck is not None:
            now, there = self.tick(), GATES[truck.gate == GATES[0]]
            who = "officer-1" if by_officer else str(truck.company)
            act = self.acts.divert(truck.id, who, there)
            self.agree(act, lambda: self.zone.divert(truck, there, now, by_officer=by_officer))

    # --- yards and gates -------------------------------------------------------------------------

    @rule(number=some, yard=yards, way=st.sampled_from(["in", "in", "in", "out"]))
    def move(self, number: int, yard: str, way: str) -> None:
        truck = self.one(number, lambda one: one.id in self.references)
        if truck is not None:
            expected = self.zone.move(truck, yard, way, self.tick())
            sighting = Sighting(reference=self.references[truck.id])
            seen = self.do(self.acts.move(sighting, yard, way))
            assert expected == [one.rule for one in seen.exceptions]

    @rule(plate=plates, yard=yards)
    def be_seen_by_plate(self, plate: str, yard: str) -> None:
        now = self.tick()
        seen = self.do(self.acts.move(Sighting(plate=plate), yard, "in"))
        if not self.zone.open_on(plate):
            assert seen.entry is not None
            gate = YARDS[yard].inside or YARDS[yard].serves[0]
            opened = Truck(
                seen.entry.id, plate, gate, None, None, [], planned=False, registered_at=now
            )
            self.zone.register(opened, now)
            self.references[seen.entry.id] = seen.entry.reference
        meant = self.zone.meant(plate)
        assert (meant.id if meant else None) == (seen.entry.id if seen.entry else None)
        expected = self.zone.move(meant, yard, "in", now) if meant else ["plate-contested"]
        assert expected == [one.rule for one in seen.exceptions]

    @rule(number=some)
    def arrive(self, number: int) -> None:
        """Mostly of those who were called, now and then of anybody."""
        truck = self.one(number, lambda one: number % 4 == 0 or one.state is State.CALLED)
        if truck is not None:
            expected = self.zone.arrive(truck, self.come_too_soon())
            seen = self.do(self.acts.arrive(self.references[truck.id], truck.gate))
            assert expected == [one.rule for one in seen.exceptions]

    @rule(number=some, kind=st.sampled_from(["admission", "admission", "exit", "refusal"]))
    def observe(self, number: int, kind: str) -> None:
        """Mostly of those of whom it is likely, now and then of anybody."""
        seen = {
            "admission": self.zone.admit, "exit": self.zone.exit, "refusal": self.zone.turn_back,
        }  # fmt: skip
        likely = {State.ARRIVED, State.IN_GATE, State.RELEASED}
        truck = self.one(number, lambda one: number % 5 == 0 or one.state in likely)
        if truck is not None:
            seen[kind](truck, self.tick())
            self.do(self.acts.observe(truck.id, kind))

    @precondition(lambda self: self.one(0, lambda one: one.state is State.IN_GATE))
    @rule(number=some, clears=st.booleans())
    def release(self, number: int, clears: bool) -> None:
        truck = self.one(number, lambda one: one.state is State.IN_GATE)
        assert truck is not None
        if clears:
            self.tick()
            self.do(self.acts.clear(truck.id))
            truck.cleared = True
        self.tick()
        self.agree(self.acts.release(truck.id), lambda: self.zone.release(truck))

    # --- holds and notices -----------------------------------------------------------------------

    @rule(number=some, authority=st.sampled_from(["customs", "medical"]))
    def hold(self, number: int, authority: str) -> None:
        truck = self.one(number, lambda one: one.open)
        if truck is not None:
            now = self.tick()
            hold = self.do(self.acts.hold(truck.id, authority))
            self.zone.hold(truck, f"{authority}:{hold}", now)

    @precondition(lambda self: len(self.zone.stops) < 2)
    @rule(plate=plates)
    def hold_plate(self, plate: str) -> None:
        now = self.tick()
        hold = self.do(self.acts.hold_plate(plate, "customs"))
        self.zone.hold_plate(plate, f"customs:{hold}", now)

    @precondition(lambda self: self.zone.stops or self.one(0, lambda one: bool(one.holds)))
    @rule(number=some)
    def lift(self, number: int) -> None:
        """Lift a hold, of one entry or of whatever has a plate."""
        found = {hold: truck for truck in self.zone.everybody for hold in truck.holds}
        named = sorted({*found, *self.zone.stops})[number % len({*found, *self.zone.stops})]
        authority, hold = named.split(":")
        now = self.tick()
        if named in self.zone.stops:
            self.do(self.acts.lift_plate(authority, UUID(hold)))
            self.zone.lift_plate(named, now)
        else:
            self.do(self.acts.lift(found[named].id, authority, UUID(hold)))
            self.zone.lift(found[named], named, now)

    @rule(posted=st.builds(Posted, kinds, gates, directions, scopes, lengths, st.integers(1, 3)))
    def post(self, posted: Posted) -> None:
        """Post a notice to all, of a route, of fruit, or of fruit on a route."""
        now = self.tick()
        if any(one.holds(posted.gate, now) for one in self.zone.notices):
            return
        wanted = posted.wanted(now)
        notice = PlainNotice(
            self.do(self.acts.post(wanted)), posted.kind, posted.gate, posted.direction,
            wanted.route, wanted.goods_group is not None, now, wanted.ends_at or FOREVER,
            wanted.per_hour, wanted.per_day,
        )  # fmt: skip
        self.zone.notices.append(notice)
        self.do(self._learn_notices())

    @precondition(lambda self: self.zone.notices)
    @rule(number=some)
    def lift_notice(self, number: int) -> None:
        now = self.tick()
        lasting = [one for one in self.zone.notices if one.ends_at > now]
        if lasting:
            notice = lasting[number % len(lasting)]
            self.do(self.acts.lift_notice(notice.id))
            notice.ends_at = now
            self.do(self._learn_notices())

    async def _learn_notices(self) -> None:
        async with self.house.acting("officer-1") as (uow, act):
            known = act.reference.with_notices(Notices(await uow.notices.counting()))
            self.go_by(replace(known, revision=await uow.reference.revision()))

    # --- calls -----------------------------------------------------------------------------------

    @rule(count=st.integers(1, 4), gate=gates)
    def call(self, count: int, gate: str) -> None:
        now = self.come_too_soon()
        refusal = self.zone.gates[gate].refusal(now)
        if refusal is not None:
            with pytest.raises((CallsPausedError, GateClosedError)) as refused:
                self.do(self.acts.call(gate, count))
            assert refusal == refused.value.code
            return
        expected = [self.zone.call(gate, now) for _ in range(count)]
        assert [one.id for one in expected if one] == self.do(self.acts.call(gate, count))

    @precondition(lambda self: self.one(0, lambda one: one.state is State.QUEUED))
    @rule(gate=gates, number=some)
    def be_called_and_come(self, gate: str, number: int) -> None:
        """Somebody is called, comes and is let in; now and then goes another way from there."""
        self.call(1, gate)
        truck = self.one(number, lambda one: one.state is State.CALLED)
        if truck is not None:
            self.arrive(number)
            self.observe(number, "admission")

    @precondition(lambda self: self.one(0, lambda one: one.state is State.QUEUED))
    @rule(minutes=st.sampled_from([29, 31, 61]), by=st.sampled_from(["customs", None, None]))
    def be_called_and_not_come(self, minutes: int, by: str | None) -> None:
        """Time passes after a call, now and then with a hold on whom it called."""
        for gate in GATES:
            self.call(2, gate)
        truck = self.one(minutes, lambda one: one.state is State.CALLED)
        if truck is not None and by is not None:
            now = self.tick()
            hold = self.do(self.acts.hold(truck.id, by))
            self.zone.hold(truck, f"{by}:{hold}", now)
        self.time_passes(minutes)

    @precondition(lambda self: self.one(0, lambda one: one.state is State.CALLED))
    @rule(number=some)
    def withdraw(self, number: int) -> None:
        truck = self.one(number, lambda one: one.state is State.CALLED)
        assert truck is not None
        now = self.come_too_soon()
        if truck.state is State.CALLED:
            self.zone.withdraw(truck, now)
            self.do(self.acts.withdraw(truck.id))

    @precondition(lambda self: self.one(0, lambda one: one.state is State.QUEUED))
    @rule(number=some)
    def defer(self, number: int) -> None:
        truck = self.one(number, lambda one: one.state is State.QUEUED)
        assert truck is not None
        now = self.tick()
        if truck.state is State.QUEUED and truck.deferrals == 0:
            self.zone.defer(truck, now, now + timedelta(minutes=240))
            self.do(self.acts.defer(truck.id, str(truck.company)))

    # --- what must hold after each step ----------------------------------------------------------

    @invariant()
    def the_tables_agree_with_the_model(self) -> None:
        self.do(self._compare())

    async def _compare(self) -> None:
        await self.work()
        self.zone.let_in(self.clock.at)
        await compare(self.house, self.zone, self.reference, self.clock.at)


def test_the_services_keep_two_gates_as_a_plain_model_does(
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
    share = Fraction(EXAMPLES, ALL)
    assert not {
        kind: happened[kind] for kind, least in LEAST.items() if happened[kind] < int(least * share)
    }


HOW = settings(
    max_examples=EXAMPLES_WANTED or EXAMPLES,
    stateful_step_count=STEPS_EACH,
    deadline=None,
    derandomize=EXAMPLES_WANTED is None,
    database=None,
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


def _small(reference: Reference) -> Reference:
    """Return reference data by which yards and a route are full with a handful of vehicles."""
    known_yards = {
        code: replace(reference.yards[code], parking_capacity=yard.places)
        for code, yard in YARDS.items()
    }
    known_gates = {
        code: replace(
            gate,
            routes=tuple(
                replace(one, capacities=((one.capacities[0][0], ROUTE_TAKES[one.code]),))
                if one.code in ROUTE_TAKES
                else one
                for one in gate.routes
            ),
        )
        for code, gate in reference.gates.items()
    }
    return replace(reference, yards={**reference.yards, **known_yards}, gates=known_gates)


def _nearly_used_up() -> list[SeasonDay]:
    """Return days on which only two seasonal places are left."""
    return [
        SeasonDay(product_code="lychee", gate_code=TAN_THANH, on_day=day, taken=taken)
        for day, taken in TAKEN.items()
    ]
