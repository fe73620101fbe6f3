"""Histories of a queue made up by chance, as an honest service would have told them.

Trucks come, amend, are held, miss their calls, go to another gate and come back; officers post
notices, report outages, call somebody out of turn; editions change. A history is the events with
the instants at which they were recorded; `seal_up` makes the leaves of them.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final
from uuid import UUID

from app.domain.log.canonical import canonical
from app.domain.log.leaves import Clock, LoggedEvent, leaf_of, seal
from app.domain.overrides import week_of
from app.domain.queue_order import Waiting, key_at, points
from app.domain.sub_queues import Barrier, BarrierKind, SubQueue
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList

BEGINS: Final = datetime(2026, 5, 4, 0, 0, 0, tzinfo=UTC)  # seven in the morning at the gate
OPEN_SECONDS: Final = 12 * 3600
DAY: Final = 86_400
ROUTES: Final = (None, "1088-2-1089", "1119-1120")
BUDGET: Final = 2
RATES: Final[Mapping[str, Mapping[Lane, int]]] = {
    "first": {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1},
    "second": {
        Lane.RELIEF: 5, Lane.LIVE_ANIMALS: 3,
        Lane.GREEN_SEASON: 4, Lane.GREEN: 3, Lane.ORDINARY: 2,
    },
    "strict": {Lane.RELIEF: 2, Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1},
}  # fmt: skip
OF_GOODS: Final = (Lane.GREEN_SEASON, Lane.GREEN, Lane.ORDINARY)
BY_GROUND: Final = (Lane.RELIEF, Lane.LIVE_ANIMALS, Lane.MEDICINES)


def hidden(*words: object) -> str:
    return "sha256:" + hashlib.sha256(repr(words).encode()).hexdigest()


def instant(at: datetime) -> str:
    return at.isoformat()


@dataclass
class Truck:
    """What the history remembers of one entry."""

    id: UUID
    lane: Lane
    began: int = 0
    goods: Lane = Lane.ORDINARY
    ground: Lane | None = None
    waits_from: datetime | None = None
    carried: int = 0
    holds: list[str] = field(default_factory=list)
    misses: int = 0
    back_at: int | None = None
    is_introduced: bool = False
    call: str = ""


@dataclass
class History:
    """A queue that is played by chance, and what it told."""

    random: Random
    now: int = 0
    events: list[LoggedEvent] = field(default_factory=list)
    hidden: dict[int, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.line = WaitingList(dict.fromkeys(Lane, 0))
        self.trucks: dict[UUID, Truck] = {}
        self.policy = ""
        self.notices: dict[str, str] = {}
        self.seen: list[tuple[int, int, str]] = []
        self.made: dict[str, int] = {}
        self.numbers = 0
        self.editions = list(RATES)
        self.change_edition()

    # --- time ----------------------------------------------------------------------------------

    @property
    def at(self) -> datetime:
        return BEGINS + timedelta(seconds=self.now)

    def clock_at(self, second: int) -> int:
        days, rest = divmod(second, DAY)
        return days * OPEN_SECONDS + min(rest, OPEN_SECONDS)

    @property
    def clock(self) -> int:
        return self.clock_at(self.now)

    # --- telling -------------------------------------------------------------------------------

    def new_id(self) -> UUID:
        return UUID(int=self.random.getrandbits(128))

    def tell(self, kind: str, entry: UUID | None, at: datetime | None = None, **data: Any) -> None:
        self.numbers += self.random.randint(1, 3)
        event = LoggedEvent(self.numbers, self.new_id(), kind, entry, at or self.at, self.at, data)
        self.events.append(event)

    def commit(self, **words: str) -> None:
        self.hidden[len(self.events) - 1] = words

    # --- what may happen ----------------------------------------------------------------------

    def change_edition(self) -> None:
        self.policy = self.editions.pop(0)
        rates = RATES[self.policy]
        for truck in self.trucks.values():
            if truck.lane not in rates:
                self.go_to(truck, truck.goods)
        strict = {Lane.GREEN_SEASON} if self.policy == "strict" else frozenset()
        self.line.change_rates(rates, self.clock, strict=strict)
        self.line.budget = BUDGET
        self.tell(
            "rates.changed", None, clock=self.clock, policy=self.policy, rates=dict(rates),
            strict=sorted(strict), overrides=BUDGET, document=hidden(self.policy),
        )  # fmt: skip
        for truck in self.trucks.values():
            self.follow_ground(truck)

    def come(self) -> None:
        lane = self.random.choices(OF_GOODS, (1, 3, 6))[0]
        truck = Truck(self.new_id(), lane, goods=lane)
        self.trucks[truck.id] = truck
        chance = self.random.random()
        if self.random.random() < 0.1:
            self.confirm_ground(truck)
        if chance < 0.05:
            self.place_hold(truck)
        if chance > 0.97:
            waits_from = self.at - timedelta(seconds=self.random.randint(0, 4000))
            truck.carried, truck.waits_from = self.random.randint(0, 5000), waits_from
            self.join(truck)
        self.start(truck)

    def join(self, truck: Truck) -> None:
        since = instant(truck.waits_from) if truck.waits_from else None
        self.line.bring(truck.id, truck.carried, truck.holds)
        facts: Any = {"from": "huu-nghi", "carried": truck.carried, "holds": list(truck.holds)}
        facts["by_ground"] = truck.ground
        self.tell("entry.joined", truck.id, clock=self.clock, **facts, waits_from=since)
        self.commit(plate=hidden("plate", truck.id), company=hidden("company", truck.id))
        truck.is_introduced, truck.began = True, -1

    def start(self, truck: Truck, since: int | None = None, **rests_on: Any) -> None:
        clock = self.clock
        if truck.waits_from is None:
            second = self.now if since is None else since
            truck.waits_from = BEGINS + timedelta(seconds=second)
            clock = truck.began = self.clock_at(second)
        rate = self.line.rates[truck.lane]
        where = SubQueue(self.random.choice(ROUTES), self.random.random() < 0.5)
        key = key_at(rate, clock, truck.carried)
        self.line.enter(Waiting(truck.id, truck.lane, key, truck.waits_from, where))
        self.tell(
            "waiting.started", truck.id, clock=clock, lane=truck.lane, rate=rate,
            carried=truck.carried, waits_from=instant(truck.waits_from),
            call_number=f"TT-{len(self.trucks):04d}", route=where.route, inside=where.inside,
            **rests_on,
        )  # fmt: skip
        words = {}
        if not truck.is_introduced:
            words = {what: hidden(what, truck.id) for what in ("plate", "company")}
            truck.is_introduced = True
        if "sighting" in rests_on:
            words["plate"] = hidden("plate", rests_on["sighting"])
        self.commit(**words)

    def stop(self, truck: Truck, why: str) -> None:
        truck.carried = self.line.leave(truck.id, self.clock)
        self.tell("waiting.stopped", truck.id, clock=self.clock, carried=truck.carried, why=why)

    def defer(self, truck: Truck) -> None:
        self.stop(truck, "deferred")
        truck.back_at = self.now + self.random.choice((600, 1800))
        self.tell(
            "entry.deferred", truck.id, until=instant(BEGINS + timedelta(seconds=truck.back_at))
        )

    def put_off_from_the_start(self) -> None:
        """Let one be deferred before it ever waited: it begins at a second that was announced."""
        truck = Truck(self.new_id(), Lane.ORDINARY, back_at=self.now + 900)
        self.trucks[truck.id] = truck
        until = instant(BEGINS + timedelta(seconds=self.now + 900))
        self.tell("entry.deferred", truck.id, until=until)

    def come_back(self) -> None:
        for truck in self.trucks.values():
            if truck.back_at is not None and truck.back_at <= self.now:
                due, truck.back_at = truck.back_at, None
                self.start(truck, due)

    def divert(self, truck: Truck) -> None:
        self.stop(truck, "diverted")
        earned, truck.carried = truck.carried, truck.carried // 2
        self.line.go(truck.id)
        self.tell(
            "entry.diverted", truck.id, clock=self.clock, to="huu-nghi", earned=earned,
            carried=truck.carried, by="officer",
        )  # fmt: skip
        if self.random.random() < 0.5:
            truck.waits_from = self.at - timedelta(seconds=self.random.randint(0, 4000))
            self.join(truck)
            self.start(truck)
        else:
            del self.trucks[truck.id]

    def change_lane(self, truck: Truck) -> None:
        truck.goods = self.random.choice([one for one in OF_GOODS if one is not truck.goods])
        self.follow_ground(truck)

    def lane_of(self, truck: Truck) -> Lane:
        by_ground = truck.ground if truck.ground in self.line.rates else None
        return by_ground or truck.goods

    def follow_ground(self, truck: Truck) -> None:
        if truck.lane is not self.lane_of(truck):
            self.go_to(truck, self.lane_of(truck))

    def confirm_ground(self, truck: Truck) -> None:
        truck.ground = self.random.choice(BY_GROUND)
        facts: Any = {"ground": f"for-{truck.ground}", "authority": "customs", "lane": truck.ground}
        self.tell("ground.confirmed", truck.id, clock=self.clock, **facts)
        self.commit(officer=hidden("officer", truck.id))
        self.follow_ground(truck)

    def end_ground(self, truck: Truck) -> None:
        if truck.ground is None:
            return
        is_word = self.random.random() < 0.5
        facts: Any = {"ground": f"for-{truck.ground}", "authority": "customs"}
        truck.ground = None
        kind = "ground.withdrawn" if is_word else "ground.lapsed"
        self.tell(kind, truck.id, clock=self.clock, **facts)
        if is_word:
            self.commit(officer=hidden("officer", truck.id))
        self.follow_ground(truck)

    def go_to(self, truck: Truck, lane: Lane) -> None:
        if truck.id not in self.line:
            truck.lane = lane
            return
        carried = self.line.points(truck.id, self.clock)
        self.line.change_lane(truck.id, lane, self.clock)
        self.tell(
            "lane.changed", truck.id, clock=self.clock, lane=lane, before=truck.lane,
            rate=self.line.rates[lane], carried=carried, refused=["GL-03"], ground=None,
        )  # fmt: skip
        truck.lane = lane

    def move(self, truck: Truck) -> None:
        where = SubQueue(self.random.choice(ROUTES), self.random.random() < 0.5)
        self.line.move(truck.id, where)
        self.tell(
            "waiting.moved", truck.id, clock=self.clock, route=where.route, inside=where.inside
        )

    def place_hold(self, truck: Truck) -> None:
        hold = str(self.new_id())
        truck.holds.append(hold)
        self.line.hold(truck.id, hold)
        self.tell("hold.placed", truck.id, hold=hold, authority="customs")

    def lift_hold(self, truck: Truck) -> None:
        hold = truck.holds.pop()
        self.line.lift(truck.id, hold)
        self.tell("hold.lifted", truck.id, hold=hold, authority="customs")

    def post(self) -> None:
        notice, route = str(self.new_id()), self.random.choice(ROUTES[1:])
        self.notices[notice] = str(route)
        self.tell(
            "notice.posted", None, notice=notice, notice_kind="closure", starts_at=instant(self.at),
            ends_at=None, route=route, goods_group=None, per_hour=None, per_day=None,
        )  # fmt: skip

    def lift_notice(self) -> None:
        notice = self.random.choice(sorted(self.notices))
        del self.notices[notice]
        self.tell("notice.lifted", None, notice=notice, lifted_at=instant(self.at))

    def outage(self) -> None:
        """Let the gate have recorded nothing for an hour; one truck came in that time."""
        begins, ends = self.now, self.now + 3600
        came = begins + self.random.randint(0, 3599)
        self.now = ends + 300
        span: Any = {"starts_at": instant(BEGINS + timedelta(seconds=begins))}
        span["ends_at"] = instant(BEGINS + timedelta(seconds=ends))
        outage = str(self.new_id())
        officers = hidden("officer", outage, 1), hidden("officer", outage, 2)
        self.tell("outage.reported", None, outage=outage, **span)
        self.commit(officer=officers[0])
        self.tell("outage.signed", None, outage=outage, **span)
        self.commit(officer=officers[1], first_officer=officers[0])
        truck = Truck(self.new_id(), Lane.ORDINARY)
        self.trucks[truck.id] = truck
        self.start(truck, came)

    def see_contested(self) -> None:
        """Let a camera see a plate that two have registered; its entry is named in some minutes."""
        sighting = str(self.new_id())
        self.tell("plate.contested", None, sighting=sighting)
        self.commit(plate=hidden("plate", sighting))
        self.seen.append((self.now + self.random.randint(300, 900), self.now, sighting))

    def name(self) -> None:
        for due, seen_at, sighting in [one for one in self.seen if one[0] <= self.now]:
            self.seen.remove((due, seen_at, sighting))
            truck = Truck(self.new_id(), Lane.ORDINARY)
            self.trucks[truck.id] = truck
            self.start(truck, seen_at, sighting=sighting)

    # --- calls ---------------------------------------------------------------------------------

    def barriers(self) -> list[Barrier]:
        return [
            Barrier(BarrierKind.ROUTE_CLOSED, route, "board", notice=notice)
            for notice, route in self.notices.items()
        ]

    def call(self, *, out_of_turn: bool = False) -> None:
        stops: list[Barrier] = []
        skips: list[dict[str, Any]] = []
        while True:  # as the service finds them: one by one, as each chosen one meets its barrier
            choice = self.line.due(self.clock, stops)
            if choice is None:
                return
            met = next((one for one in self.barriers() if one.stops(choice.first.sub_queue)), None)
            if met is None:
                break
            stops.append(met)
            skips.append({**self.who(choice.first), **met.document()})
        held = [one for one in self.line.waiting if self.line.causes(one.id)][:2]
        skips += [{**self.who(one), "reason": "held", "posted_by": "customs"} for one in held]
        called, override = choice.first, None
        if out_of_turn:
            free = [
                one for one in self.line.callable
                if one.id != called.id and not any(it.stops(one.sub_queue) for it in stops)
            ]  # fmt: skip
            if not free:
                return
            called = self.random.choice(free)
            override = self.override(called.id, choice.first.id)
        heads: dict[Lane, Waiting] = {}
        for head in (called, *choice.ranked) if override else choice.ranked:
            heads.setdefault(head.lane, head)
        self.line.take(called.id)
        truck = self.trucks[called.id]
        truck.call = str(self.new_id())
        self.tell(
            "call.made", called.id, clock=self.clock, call=truck.call,
            points=self.points(called), policy=self.policy, skips=skips, override=override,
            heads=[self.head(one) for one in heads.values()], call_number="TT-0001",
        )  # fmt: skip

    def override(self, entry: UUID, due: UUID) -> str:
        override, day = str(self.new_id()), (self.at + timedelta(hours=7)).date()
        week = week_of(day).isoformat()
        self.made[week] = number = self.made.get(week, 0) + 1
        self.tell(
            "override.made", entry, clock=self.clock, override=override, due=str(due),
            reason="medical", week=week, number=number, budget=BUDGET,
        )  # fmt: skip
        words = {
            name: hidden("officer", override, name) for name in ("proposed_by", "confirmed_by")
        }
        if number > BUDGET:
            words["approved_by"] = hidden("officer", override, "board")
        self.commit(**words)
        return override

    def points(self, one: Waiting) -> int:
        return points(one, self.line.rates, self.clock)

    def who(self, one: Waiting) -> dict[str, Any]:
        return {"entry": str(one.id), "lane": one.lane.value, "points": self.points(one)}

    def head(self, one: Waiting) -> dict[str, Any]:
        began = self.trucks[one.id].began
        return {
            **self.who(one),
            "rate": self.line.rates[one.lane],
            "waits_from": instant(one.waits_from),
            "open_wait": self.clock - began if began >= 0 else 4321,
        }

    def follow_up(self, truck: Truck) -> None:
        """Let a call be followed, missed, excused or withdrawn."""
        kind = self.random.choices(
            ("arrived", "call.missed", "call.excused", "call.withdrawn"), (8, 2, 1, 1)
        )[0]
        if kind == "arrived":
            self.stop(truck, "arrived")
            self.tell("entry.arrived", truck.id, gate="tan-thanh", backfilled=False)
            if self.random.random() < 0.7:
                self.tell("entry.admitted", truck.id, backfilled=False)
            del self.trucks[truck.id]
            return
        charges = 3600 * self.line.rates[truck.lane] if kind == "call.missed" else 0
        self.line.put_back(truck.id, charges)
        told: dict[str, Any] = {"number": 1, "faults": []} if kind != "call.withdrawn" else {}
        self.tell(kind, truck.id, clock=self.clock, charges=charges, call=truck.call, **told)

    # --- playing -------------------------------------------------------------------------------

    def play(self, steps: int) -> None:
        """Let so many things happen."""
        acts: list[tuple[int, Callable[[], None]]] = [
            (30, self.come),
            (22, self.call),
            (20, lambda: self.with_one(self.follow_up, called=True)),
            (4, lambda: self.with_one(self.change_lane)),
            (2, lambda: self.with_one(self.confirm_ground)),
            (2, lambda: self.with_ground(self.end_ground)),
            (4, lambda: self.with_one(self.move)),
            (4, lambda: self.with_one(self.place_hold)),
            (4, self.lift_some_hold),
            (2, lambda: self.with_one(lambda truck: self.stop(truck, "unready"))),
            (2, self.start_again),
            (2, lambda: self.with_one(self.defer)),
            (1, self.put_off_from_the_start),
            (1, lambda: self.with_one(self.divert)),
            (1, self.post),
            (1, lambda: self.lift_notice() if self.notices else None),
        ]
        weights, choices = zip(*acts, strict=True)
        for step in range(steps):
            self.now += self.random.choice((0, 1, 5, 20))
            if self.random.random() < 0.002:
                self.now += 8 * 3600
            self.come_back()
            self.name()
            if self.random.random() < 0.01:
                self.see_contested()
            if self.random.random() < 0.004:
                self.call(out_of_turn=True)
            if self.random.random() < 0.002:
                self.outage()
            if self.editions and step in {steps // 3, 2 * steps // 3}:
                self.change_edition()
            self.random.choices(choices, weights)[0]()

    def with_one(self, act: Callable[[Truck], None], *, called: bool = False) -> None:
        found = [
            truck for truck in self.trucks.values()
            if truck.id in self.line and self.line.is_called(truck.id) is called
        ]  # fmt: skip
        if found:
            act(self.random.choice(found))

    def with_ground(self, act: Callable[[Truck], None]) -> None:
        found = [truck for truck in self.trucks.values() if truck.ground is not None]
        if found:
            act(self.random.choice(found))

    def lift_some_hold(self) -> None:
        held = [truck for truck in self.trucks.values() if truck.holds]
        if held:
            self.lift_hold(self.random.choice(held))

    def start_again(self) -> None:
        out = [
            truck for truck in self.trucks.values()
            if truck.id not in self.line and truck.back_at is None and self.line.kept(truck.id)
        ]  # fmt: skip
        if out:
            self.start(self.random.choice(out))


def history(seed: int, steps: int) -> History:
    """Return a history of so many steps."""
    found = History(Random(seed))  # noqa: S311 - a history that can be played again
    found.play(steps)
    return found


def seal_up(told: History, clock: Clock = Clock.TIME) -> list[bytes]:
    """Return the leaves of a history, in batches of what was recorded within ten seconds."""
    leaves: list[bytes] = []
    batch: list[bytes] = []
    first = None
    for index, event in enumerate(told.events):
        if first is not None and event.recorded_at - first >= timedelta(seconds=10):
            leaves += [canonical(seal(first + timedelta(seconds=10), len(batch), clock)), *batch]
            batch, first = [], None
        first = first or event.recorded_at
        batch.append(canonical(leaf_of(event, told.hidden.get(index, {}))))
    if first is not None:
        leaves += [canonical(seal(first + timedelta(seconds=10), len(batch), clock)), *batch]
    return leaves
