"""What a day came to: inversions by the published rule, refusals, fees, ranks."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.demo.tally import Answers, Wait, at_rank, inversions, story_of, waits_of
from app.domain.queue_order import Waiting, choose, heads, key_at
from app.domain.vocabulary import Lane

SIX = datetime(2024, 8, 22, 6, 0, tzinfo=UTC)
RATES = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}


def wait(number: int, lane: Lane, came: int, called: int, **more: Any) -> Wait:
    """Return the wait of somebody in a queue that is open from six on; minutes after six."""
    return Wait(
        number=str(number), lane=lane, rate=RATES[lane], began=max(came, 0) * 60,
        waits_from=SIX + timedelta(minutes=came), called_at=SIX + timedelta(minutes=called), **more,
    )  # fmt: skip


ORDINARY, GREEN = Lane.ORDINARY, Lane.GREEN


@pytest.mark.parametrize(
    ("first", "other", "expected"),
    [
        pytest.param((ORDINARY, 10), (ORDINARY, 5), 1, id="one of its lane came earlier"),
        pytest.param((ORDINARY, 5), (ORDINARY, 10), 0, id="one of its lane came later"),
        pytest.param((ORDINARY, 10), (GREEN, 10), 1, id="one of a faster lane waited as long"),
        pytest.param((ORDINARY, 10), (GREEN, 11), 0, id="one of a faster lane waited less"),
        pytest.param((GREEN, 10), (ORDINARY, 0), 0, id="one of a slower lane waited longer"),
        pytest.param((ORDINARY, -9), (GREEN, -1), 1, id="both came at night, when nobody ages"),
        pytest.param((ORDINARY, -9), (ORDINARY, -1), 0, id="at night the earlier goes first, too"),
        pytest.param((ORDINARY, 10), (GREEN, 21), 0, id="the other came after the call"),
    ],
)
def test_an_inversion_is_what_the_policy_says(
    first: tuple[Lane, int], other: tuple[Lane, int], expected: int
) -> None:
    calls = [wait(1, *first, called=20), wait(2, *other, called=30)]
    assert expected == inversions(calls).total()


def test_whom_a_call_names_as_passed_over_is_no_inversion() -> None:
    calls = [
        wait(1, ORDINARY, 10, called=20, skipped=frozenset({"2"})),
        wait(2, ORDINARY, 5, called=30),
    ]
    assert 0 == inversions(calls).total()


came = st.lists(
    st.tuples(st.sampled_from(sorted(RATES)), st.integers(-60, 300)),
    unique_by=lambda one: one[1],
    max_size=30,
)


def called_by_the_rule(everybody: list[tuple[Lane, int]], every: int) -> list[Wait]:
    """Return the waits when one is called every so many minutes, by the product's own rule."""
    line = [
        Waiting(
            UUID(int=index), lane, key_at(RATES[lane], max(minute, 0) * 60),
            SIX + timedelta(minutes=minute),
        )
        for index, (lane, minute) in enumerate(everybody)
    ]  # fmt: skip
    waits: list[Wait] = []
    minute = 0
    while line:
        at = SIX + timedelta(minutes=minute)
        here = [one for one in line if one.waits_from <= at]
        choice = choose(heads(here), RATES, minute * 60)
        if choice is not None:
            line.remove(choice.first)
            lane, before = everybody[choice.first.id.int]
            waits.append(wait(choice.first.id.int, lane, before, minute))
        minute += every
    return waits


@given(everybody=came, every=st.integers(1, 30))
def test_calls_by_the_rule_have_no_inversion(everybody: list[tuple[Lane, int]], every: int) -> None:
    assert 0 == inversions(called_by_the_rule(everybody, every)).total()


@given(number=st.integers(2, 30), data=st.data())
def test_two_of_a_lane_who_wait_and_change_places_are_found(
    number: int, data: st.DataObject
) -> None:
    waits = called_by_the_rule([(ORDINARY, -minute) for minute in range(number)], 5)
    place = data.draw(st.integers(0, number - 2))
    waits[place], waits[place + 1] = waits[place + 1], waits[place]
    assert 1 == inversions(waits).total()


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(1, 1.0), (50, 2.0), (51, 3.0), (99, 4.0), (100, 4.0)],
)
def test_a_rank_is_the_nearest(percent: int, expected: float) -> None:
    assert expected == at_rank([4.0, 1.0, 3.0, 2.0], percent)


def call(entry: str, minute: int, lane: str = "green") -> dict[str, Any]:
    """Return a call as the API tells it, of an entry that waits since six."""
    at = SIX + timedelta(minutes=minute)
    head = {"lane": lane, "rate": 2, "waits_from": SIX.isoformat()}
    return {
        "entry": entry, "call_number": entry.upper(), "lane": lane, "called_at": at.isoformat(),
        "open_clock": 9000 + minute * 60, "open_wait_seconds": minute * 60,
        "compared": [head], "skips": [],
    }  # fmt: skip


def test_second_waits_and_changes_of_lane_are_left_out() -> None:
    movements = [
        {"entry": name, "lane": lane} for name, lane in (("a", "green"), ("b", "ordinary"))
    ]
    waits = waits_of([call("a", 10), call("b", 20), call("a", 90)], movements)
    assert [("A", SIX + timedelta(minutes=10), 9000)] == [
        (one.number, one.called_at, one.began) for one in waits
    ]


def test_fees_are_what_was_paid_and_refusals_those_of_fruit() -> None:
    def entry(group: str, *refused: str) -> dict[str, Any]:
        orders = [("infrastructure", "paid"), ("transfer", "paid"), ("infrastructure", "due")]
        return {
            "gate": "tan-thanh", "direction": "export", "lane": "green", "state": "crossed",
            "charge": {"tariff": "tariff-2019-01"},
            "orders": [
                {"kind": kind, "state": state, "amount": {"amount": 100}} for kind, state in orders
            ],
            "verdict": {"refused": [{"rule": rule, "message": rule.lower()} for rule in refused]},
            "declared": {"consignments": [{"lines": [{"goods_group": group}]}]},
        }  # fmt: skip

    answers = Answers(
        entries=[entry("fresh-produce-export", "GL-06", "GL-07"), entry("ordinary", "GL-03")],
        waits={"lines": []},
        daily={"lines": []},
    )
    story = story_of(answers)
    (lane,) = story.lanes
    assert (2, 2, {"infrastructure": 200, "transfer": 200}) == (
        lane.entries, lane.through, lane.fees,
    )  # fmt: skip
    assert [("GL-06", 1), ("GL-07", 1)] == [
        (one.rule, sum(one.times.values())) for one in story.refused
    ]
