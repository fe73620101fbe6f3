"""The queue rule: order, promises to the public, keys, places, predictions."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import SharesOverCapacityError
from app.domain.queue_order import (
    Rates,
    Waiting,
    ahead_of,
    bounds,
    change_lane,
    change_rates,
    charge,
    choose,
    heads,
    in_order,
    key_at,
    miss_charge,
    place,
    points,
    precedence,
    slowdown_thousandths,
)
from app.domain.vocabulary import Lane
from app.domain.waiting_list import WaitingList

MORNING = datetime(2026, 5, 4, 7, tzinfo=UTC)
DEFAULT: Rates = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}

lanes = st.sampled_from(Lane)
seconds = st.integers(0, 6)
clocks = st.integers(0, 40)
rates_of_lanes = st.fixed_dictionaries({lane: st.integers(1, 6) for lane in Lane})
strict_lanes = st.sets(lanes, max_size=2)
instants = seconds.map(lambda after: MORNING + timedelta(seconds=after))
# Small numbers, so that ties are common; any key, so that charges and carried points are in it.
anybody = st.builds(Waiting, st.uuids(), lanes, st.integers(-30, 30), instants)
crowds = st.lists(anybody, max_size=12, unique_by=lambda one: one.id)
full_crowds = crowds.filter(bool)


@dataclass(frozen=True)
class Morning:
    """A queue without override, charge or lane change, and how long each has waited."""

    rates: Rates
    clock: int
    waits: dict[UUID, int]
    everybody: Sequence[Waiting]


@st.composite
def mornings(draw: st.DrawFn) -> Morning:
    rates = draw(rates_of_lanes)
    arrivals = st.tuples(st.uuids(), lanes, seconds, st.booleans())
    instant, clock, entered, everybody = MORNING, 0, {}, []
    for entry, lane, gap, is_open in draw(
        st.lists(arrivals, max_size=10, unique_by=lambda it: it[0])
    ):
        instant += timedelta(seconds=gap)
        clock += gap if is_open else 0
        entered[entry] = clock
        everybody.append(Waiting(entry, lane, key_at(rates[lane], clock), instant))
    now = clock + draw(clocks)
    return Morning(rates, now, {it: now - then for it, then in entered.items()}, everybody)


def pairs(morning: Morning) -> list[tuple[Waiting, Waiting]]:
    order = in_order(morning.everybody, morning.rates, morning.clock)
    return [(first, later) for at, first in enumerate(order) for later in order[at + 1 :]]


def one(lane: Lane = Lane.ORDINARY, key: int = 0, number: int = 1, after: int = 0) -> Waiting:
    return Waiting(UUID(int=number), lane, key, MORNING + timedelta(seconds=after))


@given(mornings())
def test_nobody_is_called_before_one_of_the_own_lane_that_began_to_wait_earlier(
    morning: Morning,
) -> None:
    for first, later in pairs(morning):
        assert first.lane is not later.lane or first.waits_from <= later.waits_from


@given(mornings())
def test_nobody_is_called_before_one_of_a_faster_lane_that_waited_as_long(
    morning: Morning,
) -> None:
    rates, waits = morning.rates, morning.waits
    for first, later in pairs(morning):
        is_faster = rates[later.lane] > rates[first.lane]
        assert not (is_faster and waits[later.id] >= waits[first.id])


@given(mornings())
def test_who_passes_has_waited_its_published_part_of_the_wait_of_the_other(
    morning: Morning,
) -> None:
    rates, waits = morning.rates, morning.waits
    for first, later in pairs(morning):
        assert rates[first.lane] * waits[first.id] >= rates[later.lane] * waits[later.id]


def test_at_two_to_one_who_waited_half_as_long_passes_and_a_second_less_does_not() -> None:
    stood = one(Lane.ORDINARY, key_at(1, 0), 1)
    for entered, first in ((500, 2), (501, 1)):
        fruit = one(Lane.GREEN, key_at(2, entered), 2, entered)
        choice = choose([stood, fruit], DEFAULT, 1000)
        assert choice is not None
        assert first == choice.first.id.int


@given(crowds, rates_of_lanes, strict_lanes, clocks)
def test_a_strict_lane_goes_before_all_others(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    order = [one.lane in strict for one in in_order(crowd, rates, clock, strict=strict)]
    assert sorted(order, reverse=True) == order


@given(crowds, rates_of_lanes, strict_lanes, clocks)
def test_a_strict_lane_changes_nothing_among_the_others(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    rest = [one for one in crowd if one.lane not in strict]
    order = in_order(crowd, rates, clock, strict=strict)
    assert in_order(rest, rates, clock) == [one for one in order if one.lane not in strict]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        pytest.param(one(key=-1, number=9, after=9), one(), id="more points"),
        pytest.param(
            one(Lane.GREEN, 100, number=9, after=9), one(), id="the faster lane at equal points"
        ),
        pytest.param(one(number=9), one(after=1), id="the earlier wait in one lane"),
        pytest.param(one(number=1), one(number=2), id="the lower id at last"),
    ],
)
def test_first_goes(better: Waiting, worse: Waiting) -> None:
    choice = choose([worse, better], DEFAULT, 100)
    assert choice is not None
    assert better == choice.first


def test_nobody_is_chosen_where_nobody_waits() -> None:
    assert choose([], DEFAULT, 100) is None


@given(full_crowds, rates_of_lanes, strict_lanes, clocks)
def test_comparing_heads_is_comparing_everybody(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    of_heads = choose(heads(crowd), rates, clock, strict=strict)
    of_everybody = choose(crowd, rates, clock, strict=strict)
    assert of_heads is not None
    assert of_everybody is not None
    assert of_everybody.first == of_heads.first
    assert of_everybody.earned == of_heads.earned


@given(full_crowds, rates_of_lanes, clocks)
def test_a_choice_tells_the_most_points_of_each_lane_and_its_own(
    crowd: list[Waiting], rates: Rates, clock: int
) -> None:
    choice = choose(crowd, rates, clock)
    assert choice is not None
    assert max(points(one, rates, clock) for one in crowd) == choice.points
    assert {one.lane for one in crowd} == set(choice.earned)
    for one in crowd:
        assert points(one, rates, clock) <= choice.earned[one.lane]


@given(crowds, rates_of_lanes, strict_lanes, clocks)
def test_calling_one_by_one_at_one_reading_is_the_whole_order(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    left, called = list(crowd), []
    while (choice := choose(heads(left), rates, clock, strict=strict)) is not None:
        called.append(choice.first)
        left.remove(choice.first)
    assert in_order(crowd, rates, clock, strict=strict) == called


@given(crowds, rates_of_lanes, strict_lanes, clocks)
def test_no_two_entries_have_the_same_precedence(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    assert len(crowd) == len({precedence(one, rates, clock, strict=strict) for one in crowd})


@given(full_crowds, rates_of_lanes, clocks, clocks)
def test_the_order_inside_a_lane_never_changes_by_waiting(
    crowd: list[Waiting], rates: Rates, clock: int, later: int
) -> None:
    lane = crowd[0].lane
    own = [one for one in crowd if one.lane is lane]
    assert in_order(own, rates, clock) == in_order(own, rates, clock + later)


@given(full_crowds, rates_of_lanes, strict_lanes, clocks)
def test_a_place_is_the_sorted_position(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    order = in_order(crowd, rates, clock, strict=strict)
    places = [place(one, crowd, rates, clock, strict=strict) for one in order]
    assert list(range(1, len(crowd) + 1)) == places


@given(full_crowds, rates_of_lanes, strict_lanes, clocks)
def test_index_ranges_hold_exactly_who_is_called_before(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    for one in crowd:
        ranges = bounds(one, rates, clock, strict=strict)
        counted = [it for it in crowd if it.lane in ranges and ranges[it.lane].covers(it)]
        ahead = ahead_of(one, crowd, rates, clock, strict=strict)
        assert {it.id for it in ahead} == {it.id for it in counted}
        assert place(one, crowd, rates, clock, strict=strict) == len(counted) + 1


@given(full_crowds, rates_of_lanes, strict_lanes, clocks)
def test_a_place_is_the_same_whether_or_not_the_entry_stands_among_the_others(
    crowd: list[Waiting], rates: Rates, strict: set[Lane], clock: int
) -> None:
    first, *others = crowd
    among = place(first, crowd, rates, clock, strict=strict)
    assert among == place(first, others, rates, clock, strict=strict)


@given(clocks, clocks, st.integers(1, 6), st.integers(-99, 99), st.integers(0, 99))
def test_points_are_what_was_carried_plus_rate_times_open_seconds_less_charges(
    entered: int, waited: int, rate: int, carried: int, charges: int
) -> None:
    key = key_at(rate, entered, carried, charges)
    earned = points(one(key=key), {Lane.ORDINARY: rate}, entered + waited)
    assert carried + rate * waited - charges == earned


@given(anybody, lanes, rates_of_lanes, clocks, clocks)
def test_a_lane_change_keeps_the_points_and_the_new_rate_counts_from_then_on(
    waiting: Waiting, lane: Lane, rates: Rates, clock: int, later: int
) -> None:
    moved = change_lane(waiting, lane, rates, clock)
    earned = points(waiting, rates, clock)
    assert earned + rates[lane] * later == points(moved, rates, clock + later)
    assert (waiting.id, lane, waiting.waits_from) == (moved.id, moved.lane, moved.waits_from)


@given(anybody, rates_of_lanes, rates_of_lanes, clocks, clocks)
def test_an_edition_change_keeps_the_points_and_the_new_rate_counts_from_then_on(
    waiting: Waiting, before: Rates, after: Rates, clock: int, later: int
) -> None:
    moved = change_rates(waiting, before, after, clock)
    earned = points(waiting, before, clock)
    assert earned + after[waiting.lane] * later == points(moved, after, clock + later)
    assert (waiting.id, waiting.lane) == (moved.id, moved.lane)


@given(crowds, rates_of_lanes, rates_of_lanes, clocks)
def test_an_edition_change_by_itself_changes_no_order_of_points(
    crowd: list[Waiting], before: Rates, after: Rates, clock: int
) -> None:
    moved = [change_rates(one, before, after, clock) for one in crowd]
    assert [points(one, before, clock) for one in crowd] == [
        points(one, after, clock) for one in moved
    ]


@given(anybody, rates_of_lanes, clocks, clocks, clocks)
def test_who_is_unready_stands_still_and_goes_on_from_there(
    waiting: Waiting, rates: Rates, clock: int, away: int, later: int
) -> None:
    rate, frozen = rates[waiting.lane], points(waiting, rates, clock)
    back = one(waiting.lane, key_at(rate, clock + away, frozen))
    assert frozen + rate * later == points(back, rates, clock + away + later)


@given(anybody, rates_of_lanes, clocks, st.integers(0, 99))
def test_a_charge_costs_the_same_at_every_reading(
    waiting: Waiting, rates: Rates, clock: int, amount: int
) -> None:
    earned = points(charge(waiting, amount), rates, clock)
    assert points(waiting, rates, clock) - amount == earned


@pytest.mark.parametrize(("rate", "amount"), [(1, 3600), (2, 7200), (3, 10800)])
def test_a_missed_call_costs_the_same_hour_of_waiting_in_every_lane(rate: int, amount: int) -> None:
    assert amount == miss_charge(60, rate)
    waiting = one(key=key_at(rate, 0))
    rates = {Lane.ORDINARY: rate}
    assert points(waiting, rates, 0) == points(charge(waiting, amount), rates, 3600)


@dataclass
class Counted:
    """What every open second of waiting adds up to, counted one by one."""

    waiting: Waiting
    rates: Rates
    earned: int = 0
    clock: int = 0

    def wait(self, seconds: int) -> None:
        self.clock += seconds
        self.earned += sum(self.rates[self.waiting.lane] for _ in range(seconds))

    def move(self, lane: Lane) -> None:
        self.waiting = change_lane(self.waiting, lane, self.rates, self.clock)

    def publish(self, rates: Rates) -> None:
        self.waiting = change_rates(self.waiting, self.rates, rates, self.clock)
        self.rates = rates

    def stand_still(self, seconds: int) -> None:
        frozen = points(self.waiting, self.rates, self.clock)
        self.clock += seconds
        lane = self.waiting.lane
        self.waiting = one(lane, key_at(self.rates[lane], self.clock, frozen))

    def pay(self, amount: int) -> None:
        self.waiting = charge(self.waiting, amount)
        self.earned -= amount


def act(name: str, argument: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[str, object]]:
    return st.tuples(st.just(name), argument)


acts = st.one_of(
    act("wait", seconds),
    act("move", lanes),
    act("publish", rates_of_lanes),
    act("stand_still", seconds),
    act("pay", seconds),
)


@given(st.lists(acts, max_size=20), lanes, rates_of_lanes)
def test_a_key_tells_what_counting_every_second_would(
    history: list[tuple[str, object]], lane: Lane, rates: Rates
) -> None:
    counted = Counted(one(lane), rates)
    for name, argument in history:
        perform: Callable[[object], None] = getattr(counted, name)
        perform(argument)
        assert counted.earned == points(counted.waiting, counted.rates, counted.clock)


def tagged_wait(rates: Rates, shares: dict[Lane, int], ahead: int) -> int:
    """Return how many calls the last of `ahead` ordinary entries waits while others stream in."""
    queue, slot = WaitingList(rates), 100
    for number in range(ahead):
        queue.enter(one(number=number))
    for calls in range(10 * ahead):
        clock = calls * slot
        for lane, share in shares.items():
            if calls * share // 100 > (calls - 1) * share // 100:
                key = key_at(rates[lane], clock)
                queue.enter(Waiting(UUID(int=ahead + 9 * calls + rates[lane]), lane, key, MORNING))
        choice = queue.call(clock)
        assert choice is not None
        queue.leave(choice.first.id, clock)
        if choice.first.id.int == ahead - 1:
            return calls + 1
    pytest.fail("never called")


@pytest.mark.parametrize(
    "shares",
    [
        pytest.param({}, id="nobody to pass"),
        pytest.param({Lane.GREEN: 30}, id="one lane passes"),
        pytest.param({Lane.GREEN_SEASON: 10, Lane.GREEN: 25}, id="an ordinary day"),
        pytest.param({Lane.GREEN_SEASON: 20, Lane.GREEN: 35}, id="the season"),
    ],
)
def test_the_slowest_lane_waits_as_much_longer_as_the_equation_says(
    shares: dict[Lane, int],
) -> None:
    ahead = 200
    predicted = slowdown_thousandths(DEFAULT, shares)
    assert predicted == pytest.approx(tagged_wait(DEFAULT, shares, ahead) * 1000 / ahead, rel=0.02)


@pytest.mark.parametrize(
    ("shares", "thousandths"),
    [
        pytest.param({}, 1000, id="no other lane, no slow-down"),
        pytest.param({Lane.ORDINARY: 100}, 1000, id="the slowest lane does not pass itself"),
        pytest.param({Lane.GREEN_SEASON: 10, Lane.GREEN: 25}, 1237, id="1237.11 rounds down"),
        pytest.param({Lane.GREEN: 30}, 1176, id="1176.47 rounds down"),
        pytest.param({Lane.GREEN_SEASON: 20, Lane.GREEN: 35}, 1446, id="1445.78 rounds up"),
    ],
)
def test_the_slow_down_is_computed_exactly(shares: dict[Lane, int], thousandths: int) -> None:
    assert thousandths == slowdown_thousandths(DEFAULT, shares)


def test_a_half_thousandth_rounds_up() -> None:
    # 1 / (1 - 1/100 x 100/2001) = 1.0005
    rates = {Lane.GREEN: 2001, Lane.ORDINARY: 1901}
    assert 1001 == slowdown_thousandths(rates, {Lane.GREEN: 1})


def test_a_strict_lane_slows_the_others_as_if_it_passed_always() -> None:
    shares = {Lane.GREEN_SEASON: 20, Lane.GREEN: 30}
    # One over what is left: 65 % of the capacity.
    assert 1538 == slowdown_thousandths(DEFAULT, shares, strict={Lane.GREEN_SEASON})


@given(st.fixed_dictionaries({lane: st.integers(0, 14) for lane in Lane}), rates_of_lanes)
def test_a_faster_lane_never_makes_the_slowest_wait_less(
    shares: dict[Lane, int], rates: dict[Lane, int]
) -> None:
    fastest = max(rates, key=rates.__getitem__)
    faster = {**rates, fastest: rates[fastest] + 1}
    slowest_stays = min(rates.values()) == min(faster.values())
    assert not slowest_stays or (
        slowdown_thousandths(rates, shares) <= slowdown_thousandths(faster, shares)
    )


@pytest.mark.parametrize(
    ("shares", "strict"),
    [
        pytest.param({Lane.GREEN: 101}, set(), id="more than the capacity"),
        pytest.param({Lane.GREEN: 60, Lane.ORDINARY: 60}, set(), id="more together"),
        pytest.param({Lane.GREEN: -1}, set(), id="less than nothing"),
        pytest.param({Lane.GREEN: 100}, {Lane.GREEN}, id="nothing left to the slowest"),
    ],
)
def test_shares_that_cannot_be_are_refused(shares: dict[Lane, int], strict: set[Lane]) -> None:
    with pytest.raises(SharesOverCapacityError) as refusal:
        slowdown_thousandths(DEFAULT, shares, strict=strict)
    assert {"percent": sum(shares.values())} == refusal.value.facts
