"""Replay: a queue that kept the rule replays without a difference, any other shows where."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule

from app.domain.overrides import Overridden
from app.domain.queue_order import Rates, Waiting, key_at, place
from app.domain.replay import (
    Brought,
    Called,
    Difference,
    Entered,
    Event,
    Fault,
    Gone,
    GroundConfirmed,
    GroundGone,
    Held,
    LaneChanged,
    Left,
    Lifted,
    Moved,
    RatesChanged,
    Returned,
    replay,
)
from app.domain.sub_queues import Barrier, BarrierKind, SubQueue
from app.domain.vocabulary import BASIC_LANES, Lane
from app.domain.waiting_list import WaitingList

MORNING = datetime(2026, 5, 4, 7, tzinfo=UTC)
RATES: Rates = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}
FIRST, SECOND, THIRD = (UUID(int=number) for number in (1, 2, 3))
ORDINARY = Entered(FIRST, Lane.ORDINARY, 1, 0, MORNING)
GREEN = Entered(SECOND, Lane.GREEN, 2, 60, MORNING + timedelta(seconds=60))

ROAD = "1088-2-1089"
BOUND = SubQueue(ROAD)
USED_UP = (Barrier(BarrierKind.ROUTE_USED_UP, ROAD, "board"),)

entries = st.sampled_from([UUID(int=number) for number in range(8)])
lanes = st.sampled_from(Lane)
WITH_RELIEF: Rates = {**RATES, Lane.RELIEF: 4}
RELIEF = replace(GREEN, lane=Lane.RELIEF, rate=4)
causes = st.sampled_from(["hold-1", "hold-2"])


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([], id="nothing happened"),
        pytest.param([ORDINARY, GREEN, Called(FIRST, 119), Called(SECOND, 119)], id="before half"),
        pytest.param(
            [
                ORDINARY,
                Left(FIRST, 100),
                Gone(FIRST, 100),
                Brought(FIRST, 900),
                GREEN,
                replace(ORDINARY, clock=120, carried=900),
                Called(FIRST, 130),
            ],
            id="who was at another gate has what it brings",
        ),
        pytest.param(
            [
                Brought(FIRST, 900, ["h"]),
                replace(ORDINARY, carried=900),
                GREEN,
                *(Called(SECOND, 130), Lifted(FIRST, "h"), Called(FIRST, 130)),
            ],
            id="what held it there holds it here",
        ),
        pytest.param(
            [Gone(FIRST, 0), Brought(FIRST, 0), ORDINARY, Called(FIRST, 1)],
            id="who never waited brings nothing",
        ),
        pytest.param([ORDINARY, GREEN, Called(SECOND, 120), Called(FIRST, 120)], id="at half"),
        pytest.param(
            [ORDINARY, GREEN, Held(SECOND, "h"), Called(FIRST, 500), Lifted(SECOND, "h")],
            id="who is held is skipped",
        ),
        pytest.param(
            [
                ORDINARY,
                GREEN,
                *(Held(FIRST, "h"), Held(FIRST, "i"), Lifted(FIRST, "h")),
                Called(SECOND, 61),
            ],
            id="one of two holds lifted still holds",
        ),
        pytest.param(
            [ORDINARY, GREEN, Called(SECOND, 120), Returned(SECOND), Called(SECOND, 121)],
            id="a withdrawn call costs nothing",
        ),
        pytest.param(
            [ORDINARY, GREEN, Called(SECOND, 120), Returned(SECOND, 7200), Called(FIRST, 3000)],
            id="a missed call costs its charge",
        ),
        pytest.param(
            [
                ORDINARY,
                Left(FIRST, 100),
                GREEN,
                replace(ORDINARY, clock=500, carried=100),
                Called(SECOND, 501),
            ],
            id="who was unready kept its points and earned none",
        ),
        pytest.param(
            [ORDINARY, GREEN, LaneChanged(SECOND, Lane.ORDINARY, 1, 100, 80), Called(FIRST, 500)],
            id="who lost its lane goes on at the new rate",
        ),
        pytest.param(
            [ORDINARY, GREEN, RatesChanged({**RATES, Lane.GREEN: 1}, 100), Called(FIRST, 500)],
            id="a new edition's rates count from then on",
        ),
        pytest.param(
            [
                ORDINARY,
                RatesChanged(WITH_RELIEF, 0),
                GroundConfirmed(SECOND, Lane.RELIEF),
                Entered(SECOND, Lane.RELIEF, 4, 60, MORNING),
                LaneChanged(SECOND, Lane.GREEN, 2, 70, 40),
                RatesChanged(RATES, 70),
                Called(FIRST, 99),
                Called(SECOND, 100),
            ],
            id="whose lane the next edition lacks goes on in that of its goods, with its points",
        ),
        pytest.param(
            [
                ORDINARY,
                GREEN,
                Entered(THIRD, Lane.GREEN_SEASON, 3, 99, MORNING),
                RatesChanged(RATES, 99, frozenset({Lane.GREEN_SEASON})),
                Called(THIRD, 99),
            ],
            id="a strict season goes first",
        ),
        pytest.param(
            [
                ORDINARY,
                GREEN,
                Called(SECOND, 120),
                RatesChanged({**RATES, Lane.GREEN: 1}, 130),
                Returned(SECOND),
                Called(SECOND, 500),
            ],
            id="a new edition's rates count for who is called, too, from the points it has",
        ),
        pytest.param(
            [
                GREEN,
                Called(SECOND, 120),
                Left(SECOND, 130),
                replace(GREEN, clock=500, carried=140),
                Called(SECOND, 501),
            ],
            id="who left while called and waits again is called again",
        ),
        pytest.param(
            [
                ORDINARY,
                Left(FIRST, 100),
                replace(ORDINARY, clock=500, carried=150, charges=50),
                *(replace(GREEN, clock=451), Called(FIRST, 500)),
            ],
            id="what is carried is less what was charged",
        ),
        pytest.param(
            [
                Brought(FIRST, -41),
                *(replace(ORDINARY, charges=41), replace(GREEN, clock=80), Called(SECOND, 120)),
            ],
            id="a charge counts against the points of a longer wait",
        ),
        pytest.param(
            [replace(ORDINARY, sub_queue=BOUND), GREEN, Called(SECOND, 61, USED_UP)],
            id="whoever is bound to a route that is used up is skipped",
        ),
        pytest.param(
            [
                *(replace(ORDINARY, sub_queue=BOUND), GREEN),
                *(Called(SECOND, 61, USED_UP), Called(FIRST, 61)),
            ],
            id="a barrier holds for the call that names it",
        ),
        pytest.param(
            [
                *(replace(ORDINARY, sub_queue=BOUND), GREEN),
                *(Moved(FIRST, SubQueue()), Moved(SECOND, BOUND), Called(FIRST, 500, USED_UP)),
            ],
            id="who goes to another route is met by its barriers",
        ),
    ],
)
def test_what_kept_the_rule_replays_without_a_difference(events: list[Event]) -> None:
    assert [] == replay(events, RATES)


@pytest.mark.parametrize(
    ("events", "difference"),
    [
        pytest.param(
            [ORDINARY, GREEN, Called(SECOND, 119)],
            Difference(2, Fault.CALL, FIRST, SECOND),
            id="called a second too early",
        ),
        pytest.param(
            [ORDINARY, Held(FIRST, "h"), Called(FIRST, 9)],
            Difference(2, Fault.CALL, None, FIRST),
            id="called while held",
        ),
        pytest.param(
            [replace(ORDINARY, sub_queue=BOUND), GREEN, Called(FIRST, 61, USED_UP)],
            Difference(2, Fault.CALL, SECOND, FIRST),
            id="called although its route was used up",
        ),
        pytest.param(
            [ORDINARY, GREEN, Called(SECOND, 61, USED_UP)],
            Difference(2, Fault.CALL, FIRST, SECOND),
            id="called before one whom no barrier stops",
        ),
        pytest.param(
            [Moved(THIRD, BOUND)],
            Difference(0, Fault.NOT_WAITING, None, THIRD),
            id="moved from nowhere",
        ),
        pytest.param(
            [ORDINARY, GREEN, Called(SECOND, 120), Called(SECOND, 120)],
            Difference(3, Fault.CALL, FIRST, SECOND),
            id="called twice",
        ),
        pytest.param(
            [Called(THIRD, 9)],
            Difference(0, Fault.NOT_WAITING, None, THIRD),
            id="called from nowhere",
        ),
        pytest.param(
            [Left(THIRD, 9)], Difference(0, Fault.NOT_WAITING, None, THIRD), id="left from nowhere"
        ),
        pytest.param(
            [ORDINARY, Returned(FIRST)],
            Difference(1, Fault.NOT_CALLED, None, FIRST),
            id="came back without a call",
        ),
        pytest.param(
            [ORDINARY, replace(ORDINARY, clock=9)],
            Difference(1, Fault.WAITS_ALREADY, None, FIRST),
            id="entered twice",
        ),
        pytest.param(
            [ORDINARY, Left(FIRST, 100), replace(ORDINARY, clock=500, carried=101)],
            Difference(2, Fault.POINTS, 100, 101),
            id="came back with a point too many",
        ),
        pytest.param(
            [GREEN, LaneChanged(SECOND, Lane.ORDINARY, 1, 100, 81)],
            Difference(1, Fault.POINTS, 80, 81),
            id="changed lane with a point too many",
        ),
        pytest.param(
            [Brought(FIRST, 900), replace(ORDINARY, carried=901)],
            Difference(1, Fault.POINTS, 900, 901),
            id="came from another gate with a point too many",
        ),
        pytest.param(
            [ORDINARY, Left(FIRST, 100), Gone(FIRST, 101)],
            Difference(2, Fault.POINTS, 100, 101),
            id="went to another gate with a point too many",
        ),
        pytest.param(
            [ORDINARY, Gone(FIRST, 0)],
            Difference(1, Fault.WAITS_ALREADY, None, FIRST),
            id="went to another gate and waits here",
        ),
        pytest.param(
            [replace(GREEN, rate=3)], Difference(0, Fault.RATE, 2, 3), id="entered at another rate"
        ),
    ],
)
def test_what_broke_the_rule_shows_where(events: list[Event], difference: Difference) -> None:
    assert [difference] == replay(events, RATES)


def test_one_wrong_call_is_one_difference() -> None:
    events: list[Event] = [ORDINARY, GREEN, Called(SECOND, 100), Called(FIRST, 100)]
    assert [Difference(2, Fault.CALL, FIRST, SECOND)] == replay(events, RATES)


def test_a_call_that_read_an_older_clock_is_judged_by_the_clock_that_it_read() -> None:
    events: list[Event] = [
        ORDINARY,
        GREEN,
        Called(SECOND, 120),
        Returned(SECOND),
        Called(FIRST, 119),
    ]
    assert [] == replay(events, RATES)


def test_a_strict_lane_is_strict_from_the_beginning_too() -> None:
    events: list[Event] = [ORDINARY, GREEN, Called(SECOND, 60)]
    assert [] == replay(events, RATES, strict={Lane.GREEN})


def test_an_empty_list_calls_nobody() -> None:
    assert WaitingList(RATES).call(9) is None


@pytest.mark.parametrize(
    ("events", "entry"),
    [
        pytest.param([replace(GREEN, lane=Lane.RELIEF)], SECOND, id="who begins in it"),
        pytest.param([GREEN, LaneChanged(SECOND, Lane.RELIEF, 4, 70, 20)], SECOND, id="or goes"),
        pytest.param(
            [
                RatesChanged(WITH_RELIEF, 0),
                GroundConfirmed(SECOND, Lane.RELIEF),
                RELIEF,
                RatesChanged(RATES, 90),
            ],
            SECOND,
            id="or is left in it",
        ),
    ],
)
def test_nobody_waits_in_a_lane_that_the_edition_does_not_have(
    events: list[Event], entry: UUID
) -> None:
    found = replay(events, RATES)
    assert [(len(events) - 1, Fault.LANE, entry)] == [
        (one.position, one.fault, one.made) for one in found
    ]


@pytest.mark.parametrize(
    "events",
    [
        pytest.param([RELIEF], id="who begins in it"),
        pytest.param([GroundConfirmed(SECOND, Lane.DEFENCE), RELIEF], id="for another lane"),
        pytest.param([GREEN, LaneChanged(SECOND, Lane.RELIEF, 4, 70, 20)], id="or goes to it"),
        pytest.param(
            [GroundConfirmed(SECOND, Lane.RELIEF), RELIEF, GroundGone(SECOND), Called(SECOND, 99)],
            id="or is called from it",
        ),
        pytest.param(
            [Brought(SECOND, 0, (), Lane.RELIEF), Gone(SECOND, 0), RELIEF], id="or left with it"
        ),
        pytest.param([GroundGone(SECOND)], id="and what nobody confirmed is not taken back"),
    ],
)
def test_nobody_has_a_lane_that_goods_do_not_give_without_a_confirmed_ground(
    events: list[Event],
) -> None:
    found = replay(events, WITH_RELIEF)
    assert [(len(events) - 1, Fault.GROUND)] == [(one.position, one.fault) for one in found]


def test_a_ground_comes_along_from_another_gate() -> None:
    assert [] == replay([Brought(SECOND, 0, (), Lane.RELIEF), RELIEF], WITH_RELIEF)


@dataclass
class Truck:
    """An entry whose points are counted every second, not derived from a key."""

    id: UUID
    lane: Lane
    waits_from: datetime
    earned: int = 0
    is_called: bool = False
    causes: set[str] = field(default_factory=set)


class QueueDay(RuleBasedStateMachine):
    """A queue kept by counting seconds; whatever happens to it replays without a difference."""

    away = Bundle("away")

    def __init__(self) -> None:
        super().__init__()
        self.rates = dict(RATES)
        self.strict: frozenset[Lane] = frozenset()
        self.clock = 0
        self.made = 0
        self.trucks: dict[UUID, Truck] = {}
        self.events: list[Event] = []

    def waiting(self) -> list[Truck]:
        return [truck for truck in self.trucks.values() if not truck.is_called]

    def claim(self, truck: Truck) -> tuple[bool, int, int, datetime, UUID]:
        is_later = truck.lane not in self.strict
        return is_later, -truck.earned, -self.rates[truck.lane], truck.waits_from, truck.id

    def truck(self, entry: UUID) -> Truck:
        assume(entry in self.trucks)
        return self.trucks[entry]

    def confirm_ground(self, entry: UUID, lane: Lane) -> None:
        if lane not in BASIC_LANES:
            self.events.append(GroundConfirmed(entry, lane))

    @rule(seconds=st.integers(1, 9))
    def open_seconds_pass(self, seconds: int) -> None:
        self.clock += seconds
        for truck in self.trucks.values():
            truck.earned += self.rates[truck.lane] * seconds

    @rule(entry=entries, lane=lanes)
    def begins_to_wait(self, entry: UUID, lane: Lane) -> None:
        assume(entry not in self.trucks and lane in self.rates)
        assume(not any(isinstance(it, Left) and it.entry == entry for it in self.events))
        waits_from = MORNING + timedelta(seconds=self.clock)
        self.confirm_ground(entry, lane)
        self.trucks[entry] = Truck(entry, lane, waits_from)
        self.events.append(Entered(entry, lane, self.rates[lane], self.clock, waits_from))

    @rule(target=away, entry=entries)
    def gets_unready(self, entry: UUID) -> object:
        truck = self.trucks.pop(entry, None)
        if truck is None:
            return multiple()
        self.events.append(Left(entry, self.clock))
        return truck

    @rule(truck=away, lane=lanes)
    def is_ready_again(self, truck: Truck, lane: Lane) -> None:
        left = [it for it in self.events if isinstance(it, Left | Entered) and it.entry == truck.id]
        assume(isinstance(left[-1], Left) and truck.id not in self.trucks and lane in self.rates)
        self.confirm_ground(truck.id, lane)
        truck.lane, truck.is_called = lane, False
        self.trucks[truck.id] = truck
        self.events.append(
            Entered(
                *(truck.id, lane, self.rates[lane], self.clock, truck.waits_from),
                carried=truck.earned,
            )
        )

    @rule(entry=entries, lane=lanes)
    def changes_lane(self, entry: UUID, lane: Lane) -> None:
        truck = self.truck(entry)
        assume(lane in self.rates)
        self.confirm_ground(entry, lane)
        truck.lane = lane
        changed = LaneChanged(entry, lane, self.rates[lane], self.clock, truck.earned)
        self.events.append(changed)

    @rule(entry=entries, cause=causes)
    def is_held(self, entry: UUID, cause: str) -> None:
        self.truck(entry).causes.add(cause)
        self.events.append(Held(entry, cause))

    @rule(entry=entries, cause=causes)
    def hold_is_lifted(self, entry: UUID, cause: str) -> None:
        assume(cause in self.truck(entry).causes)
        self.truck(entry).causes.discard(cause)
        self.events.append(Lifted(entry, cause))

    @rule()
    def next_is_called(self) -> None:
        free = [truck for truck in self.waiting() if not truck.causes]
        assume(free)
        first = min(free, key=self.claim)
        first.is_called = True
        self.events.append(Called(first.id, self.clock))

    @rule(entry=entries, charges=st.sampled_from([0, 5]))
    def misses_or_is_withdrawn(self, entry: UUID, charges: int) -> None:
        truck = self.truck(entry)
        assume(truck.is_called)
        truck.is_called = False
        truck.earned -= charges
        self.events.append(Returned(entry, charges))

    @rule(entry=entries, budget_is_used_up=st.booleans())
    def is_called_out_of_turn(self, entry: UUID, *, budget_is_used_up: bool) -> None:
        truck = self.truck(entry)
        free = [it for it in self.waiting() if not it.causes]
        assume(truck in free and min(free, key=self.claim) is not truck)
        due, board = min(free, key=self.claim).id, "board-1" if budget_is_used_up else None
        self.made += 1
        number = self.made
        budget = number - 1 if budget_is_used_up else number
        override, officers = UUID(int=1000 + number), ("officer-1", "officer-2", board)
        self.events.append(
            Overridden(entry, override, due, "danger", "2026-05-04", number, budget, *officers)
        )
        self.events.append(Called(entry, self.clock, override=override))
        truck.is_called = True

    @rule(
        rates=st.fixed_dictionaries(
            {lane: st.integers(1, 4) for lane in sorted(BASIC_LANES)},
            optional={lane: st.integers(1, 4) for lane in Lane if lane not in BASIC_LANES},
        ),
        strict=st.sampled_from([frozenset(), frozenset({Lane.GREEN_SEASON})]),
    )
    def edition_begins(self, rates: dict[Lane, int], strict: frozenset[Lane]) -> None:
        for truck in self.trucks.values():
            if truck.lane not in rates:
                self.changes_lane(truck.id, Lane.GREEN)
        self.rates, self.strict = rates, strict
        self.events.append(RatesChanged(rates, self.clock, strict))

    @invariant()
    def replays_without_a_difference(self) -> None:
        assert [] == replay(self.events, RATES)

    @invariant()
    def place_is_the_position_among_all_who_wait(self) -> None:
        everybody = [
            Waiting(
                it.id, it.lane, key_at(self.rates[it.lane], self.clock, it.earned), it.waits_from
            )
            for it in self.waiting()
        ]
        order = [truck.id for truck in sorted(self.waiting(), key=self.claim)]
        for one in everybody:
            position = place(one, everybody, self.rates, self.clock, strict=self.strict)
            assert order.index(one.id) + 1 == position


TestQueueDay = QueueDay.TestCase
