"""Fairness: the figures of a day as they come from a queue's events, and what is an inversion."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certificate import Told
from app.domain.fairness import Fairness, Pair, Slowdown, Waits, fairness
from app.domain.log.retelling import retold
from app.domain.replay import Fault, replay
from app.domain.vocabulary import Lane
from tests.domain.queue_story import LAST, NINE, RATES, STEPS, Story, told_by, who

DAY = (NINE, NINE + timedelta(hours=12))
ORDINARY, GREEN, SEASON = Lane.ORDINARY, Lane.GREEN, Lane.GREEN_SEASON
RELIEF, ANIMALS = Lane.RELIEF, Lane.LIVE_ANIMALS
Step = tuple[str, int, Lane, int]


def heads(*rows: tuple[int, Lane, int], extra: int = 0) -> list[dict[str, Any]]:
    return [
        {
            "entry": str(who(number)), "lane": lane.value, "rate": RATES[lane],
            "points": RATES[lane] * wait + extra, "open_wait": wait,
        }
        for number, lane, wait in rows
    ]  # fmt: skip


def call(
    story: Story, number: int, *rows: tuple[int, Lane, int], extra: int = 0, **data: Any
) -> None:
    """Call an entry, whom it was compared with as a call tells it."""
    story.call(who(number), data.pop("skips", ()))
    made = story.told[-1]
    story.told[-1] = replace(made, data={**made.data, "heads": heads(*rows, extra=extra), **data})


def test_a_call_tells_whom_it_passed_and_how_near_the_bound_that_was() -> None:
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, GREEN, 3)])
    story.clock = 7
    call(story, 1, (1, GREEN, 4), (0, ORDINARY, 7))
    found = fairness(story.told, *DAY)
    assert ({GREEN: 1}, {Pair(GREEN, ORDINARY): 1}, 0) == (
        found.calls, found.overtakes, found.inversions,
    )  # fmt: skip
    worst = {bound.pair: (bound.promised, bound.worst) for bound in found.bounds}
    assert {
        Pair(RELIEF, SEASON): (750, None),
        Pair(RELIEF, ANIMALS): (500, None),
        Pair(RELIEF, GREEN): (500, None),
        Pair(RELIEF, ORDINARY): (250, None),
        Pair(SEASON, ANIMALS): (666, None),
        Pair(SEASON, GREEN): (666, None),
        Pair(SEASON, ORDINARY): (333, None),
        Pair(ANIMALS, ORDINARY): (500, None),
        Pair(GREEN, ORDINARY): (500, 571),
    } == worst
    assert [Waits(GREEN, 1, 4, 4, 4)] == found.waits


def test_points_that_do_not_come_of_waiting_alone_say_nothing_of_the_bound() -> None:
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, GREEN, 3)])
    story.clock = 7
    call(story, 1, (1, GREEN, 4), (0, ORDINARY, 7), extra=5)
    found = fairness(story.told, *DAY)
    assert 1 == found.overtakes[Pair(GREEN, ORDINARY)]
    assert {None} == {bound.worst for bound in found.bounds}


def test_skips_are_counted_by_call_and_by_whose_word_they_are() -> None:
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, ORDINARY, 1), ("hold", 0, GREEN, 0)])
    skip = {
        "entry": str(who(0)), "lane": "ordinary", "points": 1, "reason": "held",
        "posted_by": "customs", "cause": None, "call_number": "N-0001",
    }  # fmt: skip
    call(story, 1, (1, ORDINARY, 0), skips=[skip, skip])
    found = fairness(story.told, *DAY)
    assert ({("held", "customs"): 1}, 0) == (found.skips, found.inversions)


def test_moves_excuses_and_overrides_are_counted_by_kind() -> None:
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, ORDINARY, 1), ("lane", 0, GREEN, 1)])
    told = {
        "override": "00000000-0000-0000-0000-000000000007", "due": str(who(0)),
        "reason": "medical-emergency", "week": "2026-03-09", "number": 1, "budget": 5,
        "proposed_by": "a", "confirmed_by": "b", "approved_by": None,
    }  # fmt: skip
    story.tell("override.made", who(1), **told)
    call(story, 1, (0, GREEN, 2), (1, ORDINARY, 1), override=told["override"])
    story.line.put_back(who(1))
    story.tell("call.excused", who(1), charges=0, faults=["authority-hold", "authority-hold"])
    found = fairness(story.told, *DAY)
    assert {(ORDINARY, GREEN): 1} == found.lane_changes
    assert {"authority-hold": 1} == found.excused
    assert ({"medical-emergency": 1}, 0, {}) == (
        found.overrides, found.inversions, found.overtakes,
    )  # fmt: skip
    assert {ORDINARY: 1} == found.calls


def test_what_was_recorded_on_other_days_counts_for_the_line_only() -> None:
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, ORDINARY, 1), ("call", 0, GREEN, 1)])
    assert counts_nothing(fairness(story.told, NINE + timedelta(hours=1), DAY[1]))
    assert counts_nothing(fairness(story.told, NINE - timedelta(days=1), NINE))


def counts_nothing(found: Fairness) -> bool:
    counts = (
        found.calls, found.overtakes, found.inversions, found.skips, found.lane_changes,
        found.excused, found.overrides, found.waits,
    )  # fmt: skip
    return not any(counts)


def test_a_call_without_its_own_head_counts_for_the_lane_that_it_waited_in() -> None:
    story = told_by([("start", 0, ORDINARY, 0)])
    call(story, 0)
    found = fairness(story.told, *DAY)
    assert ({ORDINARY: 1}, []) == (found.calls, found.waits)
    assert {} == fairness(story.told[-1:], *DAY).calls


def ten(waits: dict[Lane, list[int]], strict: tuple[Lane, ...] = ()) -> Fairness:
    story = told_by([], strict)
    number = 0
    for lane, every in waits.items():
        for wait in every:
            number += 1
            story.tell(
                "call.made", who(number), skips=[], heads=heads((number, lane, wait)), points=0,
                call_number="N-1", policy="p",
            )  # fmt: skip
    return fairness(story.told, *DAY)


@pytest.mark.parametrize(
    ("waits", "strict", "expected"),
    [
        ({ORDINARY: [10] * 9}, (), Slowdown(None, None)),
        ({ORDINARY: [12] * 5, GREEN: [6] * 5}, (), Slowdown(1333, 1333)),
        ({ORDINARY: [10] * 10}, (), Slowdown(1000, 1000)),
        ({GREEN: [10] * 10}, (), Slowdown(2000, None)),
        ({ORDINARY: [0] * 10}, (), Slowdown(1000, None)),
        ({SEASON: [10] * 10}, (SEASON,), Slowdown(None, None)),
    ],
)
def test_the_slow_down_is_predicted_of_the_calls_and_measured_of_the_waits(
    waits: dict[Lane, list[int]], strict: tuple[Lane, ...], expected: Slowdown
) -> None:
    assert expected == ten(waits, strict).slowdown


def test_waits_are_told_by_the_nearest_rank() -> None:
    found = ten({ORDINARY: list(range(1, 21))})
    assert [Waits(ORDINARY, 20, 10, 18, 20)] == found.waits


def test_a_lane_that_ended_in_the_day_has_its_waits_and_no_prediction() -> None:
    story = told_by([])
    for number in range(10):
        mine = heads((number, RELIEF, 10))
        story.tell("call.made", who(number), skips=[], heads=mine, points=0, policy="p")
    without = {lane.value: rate for lane, rate in RATES.items() if lane is not RELIEF}
    story.tell("rates.changed", None, policy="q", rates=without, strict=[])
    found = fairness(story.told, *DAY)
    assert [Waits(RELIEF, 10, 10, 10, 10)] == found.waits
    assert Slowdown(None, None) == found.slowdown


def test_a_call_past_a_barrier_is_no_inversion_and_a_new_edition_sorts_anew() -> None:
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, ORDINARY, 1)])
    moved = {"route": "1088", "inside": True}
    story.tell("waiting.moved", who(0), **moved)
    rates = {"green-season": 3, "green": 2, "ordinary": 2}
    story.tell("rates.changed", None, policy="q", rates=rates, strict=[])
    story.tell("entry.joined", who(5), carried=0, holds=[])
    barrier = {
        "entry": str(who(0)), "lane": "ordinary", "points": 1, "reason": "route-closed",
        "posted_by": "board", "cause": None, "call_number": "N-0001", "route": "1088",
    }  # fmt: skip
    call(story, 1, (1, ORDINARY, 0), skips=[barrier])
    assert 0 == fairness(story.told, *DAY).inversions
    story = told_by([("start", 0, ORDINARY, 0), ("start", 1, ORDINARY, 1)])
    call(story, 1, (1, ORDINARY, 0))
    assert 1 == fairness(story.told, *DAY).inversions


@given(STEPS, st.sampled_from([(), (SEASON,)]), st.integers(0, 13))
def test_inversions_are_the_calls_that_the_whole_replay_finds_wrong(
    steps: list[Step], strict: tuple[Lane, ...], forged: int
) -> None:
    story = told_by([*steps, *LAST], strict)
    if who(forged) in story.line and not story.line.is_called(who(forged)):
        story.call(who(forged))
    told: list[Told] = story.told
    events = [event for one in told for event in retold(one.kind, one.entry, one.data)]
    wrong = [one for one in replay(events, dict.fromkeys(Lane, 0)) if one.fault is Fault.CALL]
    found = fairness(told, *DAY)
    assert len(wrong) == found.inversions
    assert found.calls.total() == sum(one.kind == "call.made" for one in told)
