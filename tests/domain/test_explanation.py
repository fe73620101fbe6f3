"""Explanations: which reasons are given for a lane, a place, a call, and where each stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.domain.explanation import (
    CallCase,
    Earned,
    GroundCase,
    LaneCase,
    PastCall,
    PlaceCase,
    Reason,
    Rival,
    Source,
    SourceKind,
    Stop,
    call_reasons,
    lane_reasons,
    place_reasons,
    source_of_skip,
)
from app.domain.lane_grounds import Confirmation, parse_lane_grounds
from app.domain.log.retelling import HELD
from app.domain.misses import CallOutcome
from app.domain.policy import PolicyEdition, parse_policy
from app.domain.vocabulary import Basis, Lane, QueueMode, State
from tests.domain.reference import LANE_ROWS, reference

EDITION = parse_policy(reference("queue-policy"))
STRICT = replace(
    EDITION,
    lanes=tuple(replace(one, strict=one.lane is Lane.GREEN_SEASON) for one in EDITION.lanes),
)
NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
SEASON = next(
    one for product in LANE_ROWS.produce.products.values() for one in product.seasons
)  # fmt: skip


def verdict(**changes: Any) -> dict[str, Any]:
    return {
        "on": "2026-03-11", "provisional": False, "conditional": False, "season": None,
        "considered": ["GL-01", "GL-02", "GL-06"], "refused": [], **changes,
    }  # fmt: skip


def told(reasons: Any) -> list[tuple[str, str]]:
    return [(one.code, one.rule) for one in reasons]


def call(**changes: Any) -> PastCall:
    given: dict[str, Any] = {
        "at": NINE, "policy": EDITION, "lane": Lane.GREEN, "points": 7200, "call_number": "TT-0001",
        "window_ends_at": NINE + timedelta(minutes=30), "outcome": None, "charge": 0,
        "heads": (), "skips": (), **changes,
    }  # fmt: skip
    return PastCall(**given)


# --- the lane -------------------------------------------------------------------------------------


def test_every_refusal_is_a_reason_and_rules_that_are_met_are_left_out() -> None:
    case = LaneCase(Lane.ORDINARY, verdict(refused=["GL-02", "GL-06"]), EDITION)
    lane, second, sixth = lane_reasons(case)
    assert ("lane", "lanes/ordinary", {"lane": "ordinary", "rate": 1}) == (
        lane.code, lane.rule, lane.facts,
    )  # fmt: skip
    assert [("rule-refused", "GL-02"), ("rule-refused", "GL-06")] == told([second, sixth])
    assert (SourceKind.POLICY, "queue-policy-2022-02") == (lane.source.kind, lane.source.id)
    assert SourceKind.GREEN_LANE_RULE is second.source.kind
    assert second.source.evidence is not None
    assert Basis.PUBLISHED is second.source.evidence.basis


WITH_RELIEF = replace(EDITION, lanes=(*EDITION.lanes, replace(EDITION.lanes[0], lane=Lane.RELIEF)))
GROUND = next(
    one for one in parse_lane_grounds(reference("lane-grounds")["rows"])
    if one.lane is Lane.RELIEF
)  # fmt: skip
SAID = Confirmation(GROUND.code, Lane.RELIEF, "customs", "Q-1", ())


@pytest.mark.parametrize(
    ("edition", "said", "suspended", "code", "by"),
    [
        pytest.param(EDITION, SAID, False, "ground-without-lane", "customs", id="no such lane"),
        pytest.param(WITH_RELIEF, None, False, "ground-unconfirmed", None, id="nobody's word"),
        pytest.param(WITH_RELIEF, SAID, True, "ground-suspended", "customs", id="contradicted"),
        pytest.param(WITH_RELIEF, SAID, False, "ground-confirmed", "customs", id="it counts"),
    ],
)
def test_a_declared_ground_says_what_it_gives_by_whose_word(
    edition: PolicyEdition, said: Confirmation | None, suspended: bool, code: str, by: str | None
) -> None:
    ground = GroundCase(GROUND, said, suspended)
    reasons = list(lane_reasons(LaneCase(Lane.ORDINARY, verdict(), edition, ground=ground)))
    assert (code, "disaster-relief", {"ground": "disaster-relief", "by": by}) == (
        reasons[1].code, reasons[1].rule, reasons[1].facts,
    )  # fmt: skip
    assert (SourceKind.LANE_GROUND, by) == (reasons[1].source.kind, reasons[1].source.by)


def test_a_lane_that_ended_with_its_edition_is_told_without_a_rate() -> None:
    lane, *_ = lane_reasons(LaneCase(Lane.RELIEF, verdict(), EDITION))
    assert ("lane-ended", {"lane": "relief"}) == (lane.code, lane.facts)


def test_a_lane_that_was_won_tells_every_rule_that_is_met_and_its_condition() -> None:
    case = LaneCase(Lane.GREEN, verdict(conditional=True, provisional=True), EDITION)
    assert [
        ("lane", "lanes/green"),
        ("rule-met", "GL-01"),
        ("rule-met", "GL-02"),
        ("rule-met", "GL-06"),
        ("rule-conditional", "GL-06"),
        ("judged-again", "positions"),
    ] == told(lane_reasons(case))


@pytest.mark.parametrize(
    ("lane", "provisional", "code"),
    [
        (Lane.GREEN_SEASON, False, "season-taken"),
        (Lane.GREEN, False, "season-without"),
        (Lane.GREEN_SEASON, True, "season-awaited"),
    ],
)
def test_a_season_tells_whether_there_was_a_place(lane: Lane, provisional: bool, code: str) -> None:
    found = verdict(provisional=provisional, season=SEASON.code)
    reasons = list(lane_reasons(LaneCase(lane, found, STRICT, SEASON)))
    assert (code, SEASON.code) in told(reasons)
    assert (lane is Lane.GREEN_SEASON) == ("lane-strict" in {one.code for one in reasons})


def test_a_day_without_rules_had_no_green_lane() -> None:
    case = LaneCase(Lane.ORDINARY, verdict(considered=[], on="2021-01-01"), EDITION)
    assert [("lane", "lanes/ordinary"), ("no-green-lane", "green-lane")] == told(lane_reasons(case))


# --- the place ------------------------------------------------------------------------------------


def place(**changes: Any) -> PlaceCase:
    given: dict[str, Any] = {
        "state": State.QUEUED, "lane": Lane.ORDINARY, "mode": QueueMode.CALLED,
        "edition": EDITION, "in_position": True, **changes,
    }  # fmt: skip
    return PlaceCase(**given)


def test_points_add_up_from_the_wait_what_was_kept_and_what_was_charged() -> None:
    earned = Earned(4, {Lane.GREEN: 1, Lane.ORDINARY: 2, Lane.GREEN_SEASON: 0}, 3700, 7000)
    missed = call(outcome=CallOutcome.MISSED, charge=3600)
    reasons = list(place_reasons(place(earned=earned, calls=[missed, call()])))
    assert ["points", "charged", "points-kept", "place", "ahead", "ahead"] == [
        one.code for one in reasons
    ]
    by_code = {one.code: one.facts for one in reasons}
    assert 3700 == by_code["points"]["points"]
    assert {"points": 300} == by_code["points-kept"]
    assert {"charge": 3600, "at": NINE.isoformat()} == by_code["charged"]
    assert {"lane": "ordinary", "count": 2, "rate": 1} == by_code["ahead"]
    assert 7000 * 1 + 300 - 3600 == 3700


def test_a_wait_that_explains_all_points_needs_no_more_words() -> None:
    earned = Earned(2, {Lane.GREEN_SEASON: 1}, 60, 60)
    codes = [one.code for one in place_reasons(place(edition=STRICT, earned=earned))]
    assert ["points", "place", "ahead-strict"] == codes


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (place(state=State.ARRIVED, arrival_place=3), [("arrival-order", "queues")]),
        (place(state=State.IN_GATE), [("past-queue", "positions")]),
        (place(state=State.NO_SHOW), [("ended", "positions")]),
        (place(state=State.REGISTERED, mode=None), [("no-queue", "queues")]),
        (
            place(state=State.REGISTERED, mode=QueueMode.ARRIVAL_ORDER, in_position=False),
            [("not-arrived", "queues")],
        ),
        (place(state=State.REGISTERED, in_position=False), [("not-in-position", "positions")]),
        (
            place(
                state=State.REGISTERED, deferred_until=NINE, limited=(NINE, 2),
                findings=[
                    {"rule": "gate-odd", "severity": "blocking", "pointer": "/gate", "value": 1},
                    {"rule": "odd", "severity": "warning", "pointer": "/odd", "value": None},
                ],
            ),
            [("finding", "gate-odd"), ("deferred", "deferral"), ("company-limited", "no_show")],
        ),
    ],
)  # fmt: skip
def test_who_has_no_place_by_points_is_told_why(
    case: PlaceCase, expected: list[tuple[str, str]]
) -> None:
    assert expected == told(place_reasons(case))


# --- the call -------------------------------------------------------------------------------------

EARNED = Earned(1, {}, 60, 60)


def test_a_call_tells_its_points_whom_it_was_compared_with_and_who_was_passed_over() -> None:
    heads = [
        {"lane": "green", "points": 7200, "open_wait": 3600},
        {"lane": "ordinary", "points": 7100, "open_wait": 7100},
    ]
    skip = {
        "call_number": "TT-0002", "lane": "green", "points": 7300, "reason": HELD,
        "posted_by": "customs", "cause": None,
    }  # fmt: skip
    reasons = list(
        call_reasons(CallCase(State.CALLED, EDITION, calls=[call(heads=heads, skips=[skip])]))
    )
    assert [
        ("chosen", "order"),
        ("chosen-over", "order"),
        ("passed-over", "held"),
        ("call-open", "call"),
    ] == told(reasons)
    assert {"lane": "ordinary", "points": 7100, "seconds": 7100, "own": 7200} == reasons[1].facts
    assert ("held", "customs") == (reasons[2].facts["why"], reasons[2].source.by)


def test_a_call_out_of_turn_is_not_said_to_follow_the_rule() -> None:
    head = {"lane": "ordinary", "points": 9000, "open_wait": 9000}
    case = CallCase(State.CALLED, EDITION, calls=[call(heads=[head], overridden=True)])
    expected = [("overridden", "manual_override"), ("call-open", "call")]
    assert expected == told(call_reasons(case))


def test_a_missed_call_follows_the_rule_of_misses() -> None:
    missed = call(outcome=CallOutcome.MISSED, charge=3600)
    reasons = list(call_reasons(CallCase(State.QUEUED, EDITION, EARNED, calls=[missed])))
    assert [("chosen", "order"), ("call-missed", "no_show"), ("next", "order")] == told(reasons)


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        (CallCase(State.REGISTERED, EDITION), ["not-to-be-called"]),
        (CallCase(State.QUEUED, EDITION, EARNED), ["next"]),
        (CallCase(State.QUEUED, EDITION, replace(EARNED, place=2)), []),
        (
            CallCase(
                State.QUEUED, EDITION, EARNED,
                [Stop(HELD, Source(SourceKind.HOLD, "1", "customs"))],
            ),
            ["stopped"],
        ),
        (
            CallCase(
                State.QUEUED, EDITION, replace(EARNED, place=2),
                rival=Rival("TT-0001", Lane.GREEN, 90),
            ),
            ["others-first"],
        ),
    ],
)  # fmt: skip
def test_who_is_not_called_yet_is_told_by_whom_or_by_what(
    case: CallCase, expected: list[str]
) -> None:
    assert expected == [one.code for one in call_reasons(case)]


@pytest.mark.parametrize(
    ("skip", "source"),
    [
        ({"reason": HELD}, Source(SourceKind.HOLD, None, "x")),
        ({"reason": "yards-full"}, Source(SourceKind.YARD, None, "x")),
        ({"reason": "route-closed", "notice": "7"}, Source(SourceKind.NOTICE, "7", "x")),
        ({"reason": "closed", "cause": "tet"}, Source(SourceKind.CALENDAR, "tet", "x")),
        ({"reason": "route-used-up", "route": "r"}, Source(SourceKind.CALENDAR, "r", "x")),
    ],
)
def test_a_skip_names_whose_word_it_is(skip: dict[str, Any], source: Source) -> None:
    assert source == source_of_skip({"posted_by": "x", "cause": None, **skip})


def test_every_reason_says_where_its_rule_stands() -> None:
    reasons: list[Reason] = [
        *lane_reasons(LaneCase(Lane.GREEN, verdict(), EDITION)),
        *place_reasons(place(earned=EARNED)),
        *call_reasons(CallCase(State.QUEUED, EDITION, EARNED)),
    ]
    assert all(one.source.evidence and one.source.evidence.source for one in reasons)
