"""A stay: when a vehicle came and left by the gate's days, and in which stock it was."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.gates import ZONE
from app.domain.stays import (
    Cargo,
    EntryFacts,
    Outcome,
    Seen,
    Wait,
    cargo_of,
    goods_groups_in,
    is_over,
    stay_of,
    stock_day,
)
from app.domain.vocabulary import Direction, Lane, State

NOON = datetime(2026, 3, 11, 5, 0, tzinfo=UTC)
DAY = date(2026, 3, 11)
HOUR = timedelta(hours=1)
MOMENTS = st.integers(0, 31 * 86_400).map(
    lambda second: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=second)
)


def facts(**changes: Any) -> EntryFacts:
    usual = {
        "direction": Direction.EXPORT,
        "lane": Lane.ORDINARY,
        "state": State.QUEUED,
        "goods_groups": ["ordinary"],
        "declared_at": NOON - HOUR,
        "presence_at": NOON,
        "ended_at": None,
        "seen": (),
        "wait": None,
    }
    return EntryFacts(**{**usual, **changes})


@pytest.mark.parametrize(
    ("direction", "groups", "cargo"),
    [
        (Direction.EXPORT, ["fresh-produce-export"], Cargo.FRUIT),
        (Direction.EXPORT, ["ordinary", "fresh-produce-export"], Cargo.FRUIT),
        (Direction.EXPORT, ["ordinary"], Cargo.OTHER),
        (Direction.EXPORT, [], Cargo.OTHER),
        (Direction.IMPORT, ["self-driven-import"], Cargo.NEW_VEHICLES),
        (Direction.IMPORT, ["self-driven-import", "ordinary"], Cargo.GOODS),
        (Direction.IMPORT, [], Cargo.GOODS),
    ],
)
def test_a_vehicle_belongs_to_one_column(
    direction: Direction, groups: list[str], cargo: Cargo
) -> None:
    assert cargo is cargo_of(direction, groups)


def test_the_groups_of_all_lines_are_found() -> None:
    one = {"lines": [{"goods_group": "ordinary"}, {"goods_group": "ore-export"}]}
    assert ["ordinary", "ore-export"] == goods_groups_in({"consignments": [one, {}]})
    assert [] == goods_groups_in({})


@pytest.mark.parametrize(
    ("at", "day"),
    [
        ("2026-03-11T19:59:59+07:00", "2026-03-11"),
        ("2026-03-11T20:00:00+07:00", "2026-03-11"),
        ("2026-03-11T20:00:01+07:00", "2026-03-12"),
        ("2026-03-11T23:59:59+07:00", "2026-03-12"),
        ("2026-03-12T00:00:00+07:00", "2026-03-12"),
        ("2026-03-11T17:00:00Z", "2026-03-12"),
    ],
)
def test_stock_is_counted_at_20_00_by_the_clock_of_the_gate(at: str, day: str) -> None:
    assert date.fromisoformat(day) == stock_day(datetime.fromisoformat(at), ZONE)


def test_who_never_came_has_no_stay() -> None:
    assert stay_of(facts(presence_at=None), ZONE) is None
    gone = facts(presence_at=None, state=State.CANCELLED, ended_at=NOON)
    assert stay_of(gone, ZONE) is None


def test_who_is_still_here_has_not_left() -> None:
    stay = stay_of(facts(), ZONE)
    assert stay is not None
    assert (None, None, DAY, None) == (stay.outcome, stay.left_on, stay.stock_from, stay.stock_to)
    assert DAY == stay.declared_from


def test_it_left_when_somebody_saw_it_and_not_when_that_was_written_down() -> None:
    late = NOON + 20 * HOUR
    seen = Seen("exit", NOON + 2 * HOUR, late)
    stay = stay_of(facts(state=State.CROSSED, ended_at=late, seen=[seen]), ZONE)
    assert stay is not None
    assert (Outcome.PASSED, DAY, 14) == (stay.outcome, stay.left_on, stay.left_hour)


def test_who_turned_round_left_then_however_it_ended_at_the_other_gate() -> None:
    stay = stay_of(
        facts(state=State.CROSSED, diverted_at=NOON + HOUR, ended_at=NOON + 9 * HOUR), ZONE
    )
    assert stay is not None
    assert (Outcome.TURNED_ROUND, DAY, 13) == (stay.outcome, stay.left_on, stay.left_hour)


def test_the_last_refusal_before_the_end_is_the_one_that_ended_it() -> None:
    end = NOON + 5 * HOUR
    seen = [
        Seen("refusal", NOON + HOUR, NOON + HOUR),
        Seen("refusal", end, end),
        Seen("refusal", NOON, end + HOUR),
    ]
    stay = stay_of(facts(state=State.TURNED_BACK, ended_at=end, seen=seen), ZONE)
    assert stay is not None
    assert (Outcome.TURNED_BACK, 17) == (stay.outcome, stay.left_hour)


def test_an_end_that_nobody_saw_counts_from_when_it_was_written_down() -> None:
    stay = stay_of(facts(state=State.CANCELLED, ended_at=NOON + HOUR), ZONE)
    assert stay is not None
    assert (Outcome.ENDED, 13) == (stay.outcome, stay.left_hour)


def test_who_passed_without_having_been_seen_before_came_when_it_left() -> None:
    stay = stay_of(facts(presence_at=None, state=State.CROSSED, ended_at=NOON), ZONE)
    assert stay is not None
    assert (DAY, DAY) == (stay.stock_from, stay.stock_to)


@pytest.mark.parametrize(
    ("declared_at", "declared_from"),
    [
        pytest.param(None, None, id="by nobody"),
        pytest.param(NOON + 30 * HOUR, DAY + timedelta(days=1), id="the day after"),
        pytest.param(NOON + 60 * HOUR, None, id="after it had left"),
    ],
)
def test_stock_is_unregistered_until_somebody_declares_it(
    declared_at: datetime | None, declared_from: date | None
) -> None:
    left = {"state": State.CROSSED, "ended_at": NOON + 40 * HOUR}
    stay = stay_of(facts(declared_at=declared_at, **left), ZONE)
    assert stay is not None
    assert declared_from == stay.declared_from


def test_waiting_is_over_when_no_missed_call_can_put_a_vehicle_back() -> None:
    assert {State.REGISTERED, State.QUEUED, State.CALLED} == {
        state for state in State if not is_over(state)
    }


def test_a_wait_counts_where_it_was_over() -> None:
    stay = stay_of(facts(wait=Wait(600, NOON + HOUR)), ZONE)
    assert stay is not None
    assert (600, DAY, 13) == (stay.waited, stay.waited_on, stay.waited_hour)


@given(came=MOMENTS, left=MOMENTS, declared=st.none() | MOMENTS)
def test_stock_has_whoever_was_there_at_20_00(
    came: datetime, left: datetime, declared: datetime | None
) -> None:
    ended = facts(presence_at=came, declared_at=declared, state=State.CROSSED, ended_at=left)
    stay = stay_of(ended, ZONE)
    assert stay is not None
    assert stay.stock_to is not None
    assert stay.stock_from <= stay.stock_to
    for number in range(33):
        day = date(2025, 12, 31) + timedelta(days=number)
        evening = datetime(day.year, day.month, day.day, 13, 0, tzinfo=UTC)
        assert (came <= evening < left) == (stay.stock_from <= day < stay.stock_to)
