"""The queue rolled forward says what calling by the rule, one call after the other, would do."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import count, pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.expected_wait import Pace, Turn, pace_of
from app.domain.queue_order import Rates, Waiting, choose, key_at, place
from app.domain.queue_roll import Roll
from app.domain.vocabulary import Lane
from tests.domain.test_queue_order import anybody, crowds, full_crowds, rates_of_lanes, strict_lanes

DEFAULT: Rates = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}
NOW = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
EVER = datetime.max.replace(tzinfo=UTC)

clocks = st.integers(0, 40)
paces = st.builds(
    lambda gaps: pace_of([sum(gaps[:at]) for at in range(len(gaps))], sum(gaps)),
    st.lists(st.integers(0, 9), min_size=10, max_size=12).filter(any),
).filter(lambda found: found is not None)
comings = st.dictionaries(
    st.sampled_from(Lane), st.fractions(min_value=2, max_value=30, max_denominator=3)
)


@dataclass(frozen=True)
class Ahead:
    """What a queue's calls depend on beside those who wait."""

    rates: Rates
    clock: int
    pace: Pace
    coming: Mapping[Lane, Fraction]
    strict: Collection[Lane]

    def roll(self, crowd: Collection[Waiting]) -> Roll:
        return Roll(
            crowd, self.rates, self.clock, self.pace, coming=self.coming, strict=self.strict
        )  # fmt: skip

    def thinned(self) -> dict[Lane, Fraction]:
        """Return the gaps of comers when those of faster lanes get three of four calls at most."""
        slowest = min(self.rates.values())
        fast = [it for it in self.coming if self.rates[it] > slowest or it in self.strict]
        wanted = sum((1 / self.coming[lane] for lane in fast), Fraction())
        most = Fraction(3, 4) * Fraction(self.pace.calls, self.pace.open_seconds)
        by = max(Fraction(1), wanted / most)
        return {lane: it * by if lane in fast else it for lane, it in self.coming.items()}


aheads = st.builds(Ahead, rates_of_lanes, clocks, paces, comings, strict_lanes)


def called_one_by_one(everybody: Collection[Waiting], ahead: Ahead) -> dict[UUID, Turn]:
    """Call by `choose` at each call's reading, letting come who is expected, until all are gone."""
    rates, clock, pace, coming = ahead.rates, ahead.clock, ahead.pace, ahead.thinned()
    left, turns, later = list(everybody), dict[UUID, Turn](), 0
    number = dict.fromkeys(coming, 1)
    guests: set[UUID] = set()
    identities = (UUID(int=2**128 - 1 - one) for one in count())
    for calls in count(1):
        if not any(one.id not in guests for one in left):
            return turns
        reading = clock + calls * pace.open_seconds // pace.calls
        for lane, every in coming.items():
            while (comes := clock + int(number[lane] * every)) <= reading:
                guest = Waiting(next(identities), lane, key_at(rates[lane], comes), EVER)
                left.append(guest)
                guests.add(guest.id)
                number[lane] += 1
        choice = choose(left, rates, reading, strict=ahead.strict)
        if choice is None:
            continue
        left.remove(choice.first)
        if choice.first.id in guests:
            later += 1
        else:
            turns[choice.first.id] = Turn(calls, later)
    raise AssertionError


@given(crowds, aheads)
def test_everybodys_turn_is_that_of_calling_one_by_one(crowd: list[Waiting], ahead: Ahead) -> None:
    roll = ahead.roll(crowd)
    assert called_one_by_one(crowd, ahead) == {one.id: roll.turn(one) for one in crowd}


@given(crowds, anybody, aheads)
def test_who_is_not_in_the_roll_takes_the_turn_it_would_have_in_it(
    crowd: list[Waiting], one: Waiting, ahead: Ahead
) -> None:
    others = [it for it in crowd if it.id != one.id]
    assert ahead.roll([*others, one]).turn(one) == ahead.roll(others).turn(one)


@given(full_crowds, aheads)
def test_among_equal_rates_a_turn_is_the_place(crowd: list[Waiting], ahead: Ahead) -> None:
    even = replace(ahead, rates=dict.fromkeys(Lane, 2), coming={})
    roll = even.roll(crowd)
    for one in crowd:
        at = place(one, crowd, even.rates, even.clock, strict=even.strict)
        assert Turn(at) == roll.turn(one)


@given(full_crowds, aheads)
def test_nobody_is_told_an_earlier_turn_than_one_of_its_lane_before_it(
    crowd: list[Waiting], ahead: Ahead
) -> None:
    roll = ahead.roll(crowd)
    own = sorted(
        (one for one in crowd if one.lane is crowd[0].lane),
        key=lambda one: (one.key, one.waits_from, one.id),
    )
    for before, after in pairwise(roll.turn(one) for one in own):
        assert before.calls < after.calls
        assert before.later <= after.later
        told, behind = ahead.pace.interval(before), ahead.pace.interval(after)
        assert told.low <= behind.low
        assert told.likely <= behind.likely
        assert told.high <= behind.high


@given(crowds, aheads)
def test_who_joins_now_is_last_of_its_lane(crowd: list[Waiting], ahead: Ahead) -> None:
    there = [one for one in crowd if one.key <= key_at(ahead.rates[one.lane], ahead.clock)]
    roll = ahead.roll(there)
    for lane in Lane:
        turns = [roll.turn(one).calls for one in there if one.lane is lane]
        assert max(turns, default=0) < roll.joining(lane, LATER).calls


MINUTES = Pace(calls=10, open_seconds=600, batches=10, squares=0)


def ordinary(number: int, clock: int) -> Waiting:
    return Waiting(UUID(int=number), Lane.ORDINARY, key_at(1, clock), NOW + timedelta(0, clock))


@pytest.mark.parametrize(
    ("coming", "strict", "expected"),
    [
        pytest.param({}, (), Turn(10), id="nobody else comes"),
        pytest.param(
            {Lane.ORDINARY: Fraction(60)}, (), Turn(10), id="of its own lane nobody passes"
        ),
        pytest.param({Lane.GREEN: Fraction(600)}, (), Turn(10), id="fruit is not half as old yet"),
        pytest.param(
            {Lane.GREEN: Fraction(600)}, (Lane.GREEN,), Turn(11, 1), id="of a strict lane, all do"
        ),
        pytest.param(
            {Lane.GREEN: Fraction(1)}, (Lane.GREEN,), Turn(37, 27), id="three of four at most"
        ),
    ],
)
def test_later_comers_pass_as_the_rule_lets_them(
    coming: Mapping[Lane, Fraction], strict: Collection[Lane], expected: Turn
) -> None:
    """Ten wait, called one a minute; the last of them came two minutes ago."""
    waiting = [ordinary(number, 1000 + 12 * number) for number in range(1, 11)]
    roll = Roll(waiting, DEFAULT, 1240, MINUTES, coming=coming, strict=strict)
    assert expected == roll.turn(waiting[-1])
