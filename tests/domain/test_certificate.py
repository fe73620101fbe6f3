"""Certificates: who came later and went before, and the one rule that let each of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.certificate import Certificate, Told, Why, certify
from app.domain.vocabulary import Lane
from tests.domain.queue_story import LAST, NINE, STEPS, Story, told_by, who

A, B = who(0), who(1)
OVERRIDE = "00000000-0000-0000-0000-000000000007"
ORDINARY, GREEN, SEASON = Lane.ORDINARY, Lane.GREEN, Lane.GREEN_SEASON

Step = tuple[str, int, Lane, int]


def certified(*steps: Step, entry: UUID = A, strict: tuple[Lane, ...] = ()) -> Certificate:
    return certify(entry, told_by(steps, strict).told)


def came_first(a: int = 0, lane: Lane = ORDINARY) -> Step:
    return ("start", a, lane, 0)


# --- each reason, once ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "steps"),
    [
        (Why.FASTER_LANE, [came_first(), ("start", 1, GREEN, 10), ("call", 0, GREEN, 10)]),
        (
            Why.NOT_IN_LINE,
            [came_first(), ("start", 1, ORDINARY, 1), ("stop", 0, GREEN, 1), ("call", 0, GREEN, 1)],
        ),
        (
            Why.CALLED_BEFORE,
            [
                came_first(), ("start", 1, ORDINARY, 1), ("call", 0, GREEN, 1),
                ("call", 0, GREEN, 1), ("excuse", 0, GREEN, 1),
            ],
        ),
        (
            Why.MISS_CHARGE,
            [
                came_first(), ("start", 1, ORDINARY, 1), ("call", 0, GREEN, 1),
                ("miss", 0, GREEN, 1), ("call", 0, GREEN, 1),
            ],
        ),
        (
            Why.TIME_NOT_COUNTED,
            [
                came_first(), ("start", 1, ORDINARY, 1), ("stop", 0, GREEN, 1),
                ("back", 0, GREEN, 3), ("call", 0, GREEN, 1),
            ],
        ),
        (
            Why.OTHER_RATE,
            [
                came_first(), ("start", 1, GREEN, 1), ("lane", 0, GREEN, 3), ("call", 0, GREEN, 0),
            ],
        ),
        (Why.POINTS_KEPT, [came_first(), ("carry", 1, ORDINARY, 1), ("call", 0, GREEN, 1)]),
        (
            Why.HELD,
            [
                came_first(), ("start", 1, ORDINARY, 1), ("hold", 0, GREEN, 1),
                ("call", 0, GREEN, 1),
            ],
        ),
    ],
)  # fmt: skip
def test_who_went_before_has_one_reason(why: Why, steps: list[Step]) -> None:
    found = certified(*steps)
    assert [(B, why)] == [(one.entry, one.why) for one in found.overtakes]
    assert 0 == found.inversions


def test_a_strict_lane_goes_first_whatever_it_has() -> None:
    steps = [came_first(), ("start", 1, SEASON, 3), ("call", 0, GREEN, 0)]
    found = certified(*steps, strict=(SEASON,))
    assert [Why.STRICT_LANE] == [one.why for one in found.overtakes]


def test_both_waits_and_both_points_are_told() -> None:
    found = certified(came_first(), ("start", 1, GREEN, 3), ("call", 0, GREEN, 3))
    went = found.overtakes[0]
    assert went.ours is not None
    assert (ORDINARY, 1, 6, 6) == (
        went.ours.lane, went.ours.rate, went.ours.points, went.ours.open_wait,
    )  # fmt: skip
    assert (GREEN, 2, 6, 3) == (
        went.theirs.lane, went.theirs.rate, went.theirs.points, went.theirs.open_wait,
    )  # fmt: skip
    assert went.theirs.rate * went.theirs.open_wait >= went.ours.rate * went.ours.open_wait
    assert {2: A, 3: B, 4: B} == found.marks
    assert ("N-0002", 3, 4) == (went.call_number, went.started.number, went.called.number)


def test_nobody_went_before_who_was_called_first_and_came() -> None:
    steps = [
        came_first(), ("start", 1, ORDINARY, 1), ("call", 0, GREEN, 1), ("call", 0, GREEN, 1),
        ("arrive", 0, GREEN, 1), ("start", 2, GREEN, 1), ("call", 0, GREEN, 1),
    ]  # fmt: skip
    assert () == certified(*steps).overtakes
    assert None is not certified(*steps).called


def test_who_missed_its_call_has_not_gone() -> None:
    steps = [
        came_first(), ("start", 1, GREEN, 3), ("call", 0, GREEN, 3), ("excuse", 1, GREEN, 1),
    ]  # fmt: skip
    assert () == certified(*steps).overtakes


def test_an_entry_that_never_waited_has_no_start() -> None:
    assert Certificate(A, None, None, ()) == certified(came_first(1), ("call", 0, GREEN, 1))


# --- what calls say -------------------------------------------------------------------------------


def two() -> Story:
    return told_by([came_first(), ("start", 1, ORDINARY, 1)])


def skip(reason: str, **changes: Any) -> dict[str, Any]:
    return {
        "entry": str(A), "lane": "ordinary", "points": 1, "reason": reason, "posted_by": "board",
        "cause": None, "call_number": "N-0001", "route": None, **changes,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("skips", "why", "because"),
    [
        ([], Why.INVERSION, None),
        ([skip("closed")], Why.CLOSED, "closed"),
        ([skip("yards-full")], Why.BARRED, "yards-full"),
        ([skip("route-closed", route="1088")], Why.INVERSION, None),
    ],
)
def test_a_call_against_the_rule_is_explained_by_its_skips_or_is_an_inversion(
    skips: list[dict[str, Any]], why: Why, because: str | None
) -> None:
    story = two()
    story.call(B, skips)
    found = certify(A, story.told)
    assert [(why, because)] == [(one.why, one.because) for one in found.overtakes]
    assert (why is Why.INVERSION) == bool(found.inversions)


def overridden(due: UUID) -> dict[str, Any]:
    return {
        "override": OVERRIDE, "due": str(due), "reason": "medical-emergency", "number": 1,
        "week": "2026-03-09", "budget": 5, "proposed_by": "a", "confirmed_by": "b",
        "approved_by": None,
    }  # fmt: skip


def test_an_override_is_told_as_one_and_a_call_that_only_says_so_is_none() -> None:
    story = two()
    story.call(B)
    *before, call = story.told
    made = replace(call, data={**call.data, "override": OVERRIDE})
    assert [Why.INVERSION] == [one.why for one in certify(A, [*before, made]).overtakes]
    told = replace(call, kind="override.made", data=overridden(A))
    assert [(Why.OVERRIDE, "medical-emergency")] == [
        (one.why, one.because) for one in certify(A, [*before, told, made]).overtakes
    ]


def test_a_wait_recorded_late_is_told_as_such_and_a_return_to_the_line_is_none() -> None:
    story = two()
    start = story.told[-1]
    earlier = (NINE - timedelta(seconds=60)).isoformat()
    late = Told(3, start.at, start.kind, B, {**start.data, "waits_from": earlier, "clock": 0})
    call = Told(
        4, start.at, "call.made", B,
        {"clock": 1, "skips": [], "call_number": "N-0002", "heads": [], "points": 1},
    )  # fmt: skip
    told = [*story.told[:-1], late, call]
    assert [Why.BEGAN_EARLIER] == [one.why for one in certify(A, told).overtakes]
    assert () == certify(A, told, before=[B]).overtakes


def test_a_route_that_is_barred_keeps_who_moved_to_it() -> None:
    story = two()
    moved = Told(4, story.now, "waiting.moved", A, {"clock": 1, "route": "1088", "inside": True})
    story.told.append(moved)
    story.call(B, [skip("route-closed", route="1088")])
    assert [Why.BARRED] == [one.why for one in certify(A, story.told).overtakes]


# --- properties -----------------------------------------------------------------------------------


def later_and_before(story: Story, entry: UUID) -> set[UUID]:
    """Say in the plainest way who came later and went before, of those who have not come back."""
    starts: dict[UUID, int] = {}
    calls: dict[UUID, int] = {}
    came: set[UUID] = set()
    for one in story.told:
        if one.entry is None or entry in came:
            continue
        if one.kind == "waiting.started":
            starts.setdefault(one.entry, one.number)
        elif one.kind == "call.made":
            calls[one.entry] = one.number
        elif one.kind in {"call.missed", "call.excused"}:
            del calls[one.entry]
        elif one.kind == "waiting.stopped" and one.data["why"] == "arrived":
            came.add(one.entry)
    own = calls.get(entry, len(story.told) + 1)
    return {
        other
        for other, number in calls.items()
        if entry in starts and starts[other] > starts[entry] and number < own
    }


@given(STEPS, st.sampled_from([(), (SEASON,)]))
def test_everybody_who_went_before_is_named_with_a_rule_and_nobody_else(
    steps: list[Step], strict: tuple[Lane, ...]
) -> None:
    story = told_by(steps, strict)
    for number in range(12):
        found = certify(who(number), story.told)
        assert later_and_before(story, who(number)) == {one.entry for one in found.overtakes}
        assert 0 == found.inversions
        for one in found.overtakes:
            if one.why is Why.FASTER_LANE and one.ours:
                assert one.theirs.rate > one.ours.rate
                assert one.theirs.rate * one.theirs.open_wait >= one.ours.rate * one.ours.open_wait


@given(STEPS, st.data())
def test_a_call_out_of_turn_is_an_inversion_to_whoever_it_passed(
    steps: list[Step], data: st.DataObject
) -> None:
    story = told_by([*steps, *LAST])
    choice = story.line.due(story.clock)
    assert choice is not None
    due = choice.first.id
    forged = data.draw(st.sampled_from([one.id for one in story.line.callable if one.id != due]))
    story.call(forged)
    starts = [one.entry for one in story.told if one.kind == "waiting.started"]
    passed = starts.index(due) < starts.index(forged)
    assert passed == certify(due, story.told).inversions
