"""Overrides: two officers, a reason, a number; past the week's budget the board; nothing less."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.overrides import (
    Overridden,
    is_reason,
    needs_board,
    parse_override_reasons,
    week_of,
)
from app.domain.queue_order import Rates
from app.domain.replay import (
    Called,
    Entered,
    Event,
    Fault,
    Held,
    RatesChanged,
    Returned,
    replay,
)
from app.domain.sub_queues import Barrier, BarrierKind, SubQueue
from app.domain.vocabulary import Lane
from tests.domain.reference import reference

REASONS = parse_override_reasons(reference("override-reasons")["rows"])
MORNING = datetime(2026, 5, 4, 7, tzinfo=UTC)
RATES: Rates = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}
NONE_YET: Rates = dict.fromkeys(Lane, 0)
FIRST, SECOND, THIRD, ORDER = (UUID(int=number) for number in (1, 2, 3, 9))
TOLD = Overridden(
    SECOND, ORDER, FIRST, "danger", "2026-05-04", 1, 5, "officer-1", "officer-2", None
)
RULES = RatesChanged(RATES, 0, overrides=5)
LINE: list[Event] = [
    RULES,
    *(
        Entered(UUID(int=n), Lane.ORDINARY, 1, 60 * n, MORNING + timedelta(minutes=n))
        for n in (1, 2, 3)
    ),
]
CALL = Called(SECOND, 300, override=ORDER)
ROAD = "1088-2-1089"
CLOSED = (Barrier(BarrierKind.ROUTE_CLOSED, ROAD, "board"),)


def faults(*events: Event) -> list[Fault]:
    return [one.fault for one in replay([*LINE, *events], NONE_YET)]


@pytest.mark.parametrize(
    ("on", "monday"),
    [
        pytest.param(date(2026, 5, 4), date(2026, 5, 4), id="its first day"),
        pytest.param(date(2026, 5, 10), date(2026, 5, 4), id="its last day"),
        pytest.param(date(2026, 5, 11), date(2026, 5, 11), id="the day after"),
        pytest.param(date(2027, 1, 1), date(2026, 12, 28), id="over the new year"),
    ],
)
def test_a_week_begins_on_monday(on: date, monday: date) -> None:
    assert monday == week_of(on)


@given(st.dates())
def test_a_day_is_one_of_the_seven_of_its_week(on: date) -> None:
    assert week_of(on) <= on < week_of(on) + timedelta(days=7)
    assert 0 == week_of(on).weekday()


def test_the_board_is_asked_past_the_budget_only() -> None:
    assert [False, True] == [needs_board(number, 5) for number in (5, 6)]
    assert needs_board(1, 0)


def test_a_reason_is_one_of_its_days() -> None:
    assert is_reason("danger", date(2022, 2, 21), REASONS)
    assert not is_reason("danger", date(2022, 2, 20), REASONS)
    assert not is_reason("a-friend", date(2026, 5, 4), REASONS)


def test_what_is_told_of_an_override_is_read_as_it_was_told() -> None:
    for told in (TOLD, replace(TOLD, due=None, approved_by="board-1")):
        assert told == Overridden.parse(SECOND, told.document())


def test_a_complete_override_is_no_fault_and_the_rule_goes_on_after_it() -> None:
    assert [] == faults(TOLD, CALL, Called(FIRST, 300), Called(THIRD, 300))


def test_who_was_called_out_of_turn_and_missed_it_waits_on_by_the_rule() -> None:
    assert [] == faults(TOLD, CALL, Returned(SECOND, 3600), Called(FIRST, 300), Called(THIRD, 300))


@pytest.mark.parametrize(
    "told",
    [
        pytest.param(None, id="none was told"),
        pytest.param(replace(TOLD, confirmed_by=None), id="one officer alone"),
        pytest.param(replace(TOLD, confirmed_by="officer-1"), id="one officer twice"),
        pytest.param(replace(TOLD, proposed_by=""), id="nobody proposed"),
        pytest.param(replace(TOLD, reason=""), id="no reason"),
        pytest.param(replace(TOLD, entry=THIRD), id="about another vehicle"),
        pytest.param(replace(TOLD, override=THIRD), id="another override"),
        pytest.param(replace(TOLD, due=THIRD), id="against another than whose turn it was"),
        pytest.param(replace(TOLD, number=2), id="one is hidden before it"),
        pytest.param(replace(TOLD, number=6, budget=9), id="past the budget that the queue knows"),
    ],
)
def test_an_override_that_lacks_something_is_a_fault(told: Overridden | None) -> None:
    assert [Fault.OVERRIDE] == faults(*([told] if told else []), CALL)


def test_an_override_serves_one_call() -> None:
    again = Called(SECOND, 400, override=ORDER)
    assert [Fault.OVERRIDE] == faults(TOLD, CALL, Returned(SECOND), again)


def test_an_override_calls_nobody_who_is_held() -> None:
    assert [Fault.OVERRIDE] == faults(Held(SECOND, "h"), TOLD, CALL)


def test_an_override_calls_nobody_whom_a_barrier_stops() -> None:
    bound = Entered(
        UUID(int=4), Lane.ORDINARY, 1, 240, MORNING + timedelta(minutes=4), sub_queue=SubQueue(ROAD)
    )
    told = replace(TOLD, entry=bound.entry)
    call = Called(bound.entry, 300, CLOSED, ORDER)
    assert [Fault.OVERRIDE] == faults(bound, told, call)
    assert [] == faults(bound, told, replace(call, barriers=()))


def past_the_budget(rules: RatesChanged, budget: int, board: str | None) -> list[Fault]:
    """Return what is wrong with the second override of a week."""
    second = UUID(int=10)
    two = replace(TOLD, entry=THIRD, override=second, number=2, budget=budget, approved_by=board)
    events = [rules, *LINE[1:], TOLD, CALL, two, Called(THIRD, 300, override=second)]
    return [one.fault for one in replay(events, NONE_YET)]


def test_past_the_budget_the_board_stands_behind_it_too() -> None:
    one = RatesChanged(RATES, 0, overrides=1)
    assert [] == past_the_budget(one, 1, "board-1")
    assert [Fault.OVERRIDE] == past_the_budget(one, 1, None)
    assert [Fault.OVERRIDE] == past_the_budget(one, 1, "officer-2")


def test_the_budget_is_the_edition_s_and_only_where_that_was_not_told_the_override_s() -> None:
    assert [Fault.OVERRIDE] == past_the_budget(RatesChanged(RATES, 0, overrides=1), 2, None)
    untold = RatesChanged(RATES, 0)
    assert [] == past_the_budget(untold, 2, None)
    assert [Fault.OVERRIDE] == past_the_budget(untold, 1, None)


def test_another_week_has_a_budget_of_its_own() -> None:
    second = UUID(int=10)
    next_week = replace(TOLD, entry=THIRD, override=second, week="2026-05-11", number=1)
    events: list[Event] = [TOLD, CALL, next_week, Called(THIRD, 300, override=second)]
    assert [] == faults(*events)
