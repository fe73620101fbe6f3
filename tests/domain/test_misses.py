"""Misses: what counts on the second, what costs nothing and why, what a charge takes off."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.deadlines import reminder_at
from app.domain.deferrals import defer
from app.domain.errors import DeferralNotOfferedError, DeferralUsedUpError, StepRefusedError
from app.domain.misses import (
    CallOutcome,
    Fault,
    FaultKind,
    Miss,
    Traffic,
    Trouble,
    Window,
    closed_parts,
    faults,
    judge_miss,
    noticed_parts,
    overrun,
)
from app.domain.notices import Notice, NoticeKind
from app.domain.open_clock import OpenClock, OpenHours
from app.domain.policy import CompanyLimit, parse_policy
from app.domain.queue_order import Waiting, points
from app.domain.validity import Validity
from app.domain.vocabulary import Lane, State
from app.domain.waiting_list import WaitingList

REFERENCE = Path(__file__).parents[2] / "app" / "reference" / "queue-policy.json"
EDITION = parse_policy(json.loads(REFERENCE.read_text(encoding="utf-8")))
NINE = datetime(2026, 3, 11, 9, 0, tzinfo=UTC)
WINDOW = Window(NINE, NINE + timedelta(minutes=30))
HOLD = FaultKind.AUTHORITY_HOLD
instants = st.integers(-3600, 3600).map(lambda seconds: NINE + timedelta(seconds=seconds))


def notice(
    kind: NoticeKind, starts_at: datetime, ends_at: datetime | None = None, **more: Any
) -> Notice:
    stated = {"posted_by": "officer", **more}
    return Notice(UUID(int=1), kind, "tan-thanh", starts_at, ends_at, **stated)


def never(_: Notice) -> bool:
    raise AssertionError


def at(minutes: int, seconds: int = 0) -> datetime:
    return NINE + timedelta(minutes=minutes, seconds=seconds)


@pytest.mark.parametrize(
    ("start", "end", "overlap"),
    [
        pytest.param(at(-5), at(0), None, id="over as the window begins"),
        pytest.param(at(-5), at(0, 1), (at(0), at(0, 1)), id="a second of it"),
        pytest.param(at(10), at(12), (at(10), at(12)), id="inside"),
        pytest.param(at(29, 59), at(40), (at(29, 59), at(30)), id="the last second"),
        pytest.param(at(30), at(40), None, id="begins as the window ends"),
        pytest.param(at(-5), None, (at(0), at(30)), id="goes on"),
        pytest.param(at(30), None, None, id="goes on from the end"),
        pytest.param(at(10), at(10), None, id="no second"),
    ],
)
def test_a_trouble_excuses_by_a_second(
    start: datetime, end: datetime | None, overlap: tuple[datetime, datetime] | None
) -> None:
    found = faults(WINDOW, [Trouble(HOLD, start, end, "customs")], EDITION.uncounted)
    assert found == ((Fault(HOLD, *overlap, "customs"),) if overlap else ())


def test_an_edition_says_what_is_not_counted() -> None:
    assert set(FaultKind) == EDITION.uncounted
    assert () == faults(WINDOW, [Trouble(HOLD, at(0), None)], {FaultKind.GATE_CLOSED})


def test_the_hours_of_a_gate_are_troubles_where_it_is_closed() -> None:
    hours = OpenHours(Validity(date(2020, 1, 1)), time(9, 10), time(9, 20))
    clock = OpenClock(UTC, [hours])
    closed = [(one.starts_at, one.ends_at) for one in closed_parts(WINDOW, clock)]
    assert [(at(0), at(10)), (at(20), at(30))] == closed


def test_a_gate_that_never_opens_is_closed_all_the_time() -> None:
    closed = list(closed_parts(WINDOW, OpenClock(UTC, [])))
    assert [Trouble(FaultKind.GATE_CLOSED, at(0), at(30))] == closed


def test_a_pause_is_a_trouble_until_it_is_lifted() -> None:
    pauses = [
        notice(NoticeKind.PAUSE, at(5), at(6)),
        notice(NoticeKind.PAUSE, at(20), posted_by="board"),
    ]
    kind = FaultKind.GATE_PAUSED
    assert (
        Fault(kind, at(5), at(6), "officer"),
        Fault(kind, at(20), at(30), "board"),
    ) == faults(WINDOW, noticed_parts(pauses, never), EDITION.uncounted)


@pytest.mark.parametrize(
    ("kind", "about", "fault"),
    [
        pytest.param(NoticeKind.CLOSURE, True, FaultKind.GATE_CLOSED, id="closed"),
        pytest.param(NoticeKind.PAUSE, True, FaultKind.GATE_PAUSED, id="paused"),
        pytest.param(NoticeKind.CLOSURE, False, None, id="closed to others"),
        pytest.param(NoticeKind.CAPACITY, True, None, id="a limit"),
        pytest.param(NoticeKind.ADVICE, True, None, id="an advice"),
    ],
)
def test_a_notice_about_some_is_a_trouble_of_an_entry_that_it_is_about(
    kind: NoticeKind, about: bool, fault: FaultKind | None
) -> None:
    told = notice(kind, at(5), at(6), goods_group="fresh-produce-export")
    troubles = noticed_parts([told], lambda _: about)
    assert ([fault] if fault else []) == [one.kind for one in troubles]


def test_a_closure_of_everybody_is_told_by_the_clock_alone() -> None:
    assert [] == list(noticed_parts([notice(NoticeKind.CLOSURE, at(5))], never))


@pytest.mark.parametrize(
    ("standing", "admitted", "overrun_"),
    [(0, 0, False), (0, 1, False), (1, 0, True), (5, 0, True), (1, 1, False), (5, 1, False)],
)
def test_a_gate_is_overrun_while_vehicles_stand_and_none_is_let_in(
    standing: int, admitted: int, *, overrun_: bool
) -> None:
    assert overrun_ is bool(list(overrun(WINDOW, Traffic(standing, admitted))))


@pytest.mark.parametrize(
    ("before", "rate", "due"),
    [
        (0, 1, Miss(CallOutcome.MISSED, 1, 3600)),
        (0, 3, Miss(CallOutcome.MISSED, 1, 10_800)),
        (1, 1, Miss(CallOutcome.NO_SHOW, 2, ending=State.NO_SHOW)),
        (7, 1, Miss(CallOutcome.NO_SHOW, 8, ending=State.NO_SHOW)),
    ],
)
def test_a_miss_brings_what_the_edition_says(before: int, rate: int, due: Miss) -> None:
    assert due == judge_miss(EDITION, (), before, rate)


@given(before=st.integers(0, 9), rate=st.integers(1, 9), start=instants, end=instants)
def test_a_miss_is_charged_or_has_a_fault_and_never_both(
    before: int, rate: int, start: datetime, end: datetime
) -> None:
    found = faults(WINDOW, [Trouble(HOLD, start, end)], EDITION.uncounted)
    miss = judge_miss(EDITION, found, before, rate)
    assert all(WINDOW.starts_at <= one.starts_at < one.ends_at <= WINDOW.ends_at for one in found)
    if found:
        assert (CallOutcome.EXCUSED, None, 0, None) == (
            miss.outcome, miss.number, miss.charge, miss.ending,
        )  # fmt: skip
    else:
        assert before + 1 == miss.number
        assert (miss.charge > 0) is (miss.ending is None)


lanes = st.sampled_from(sorted(EDITION.rates))


@given(
    lane=lanes, key=st.integers(-(10**9), 10**9), clock=st.integers(0, 10**8), excused=st.booleans()
)
def test_a_miss_takes_off_exactly_its_charge_at_any_reading(
    lane: Lane, key: int, clock: int, *, excused: bool
) -> None:
    one = Waiting(UUID(int=1), lane, key, NINE)
    line = WaitingList(EDITION.rates)
    line.enter(one)
    line.take(one.id)
    found = faults(WINDOW, [Trouble(HOLD, at(0))] if excused else [], EDITION.uncounted)
    miss = judge_miss(EDITION, found, 0, EDITION.rates[lane])
    line.put_back(one.id, miss.charge)
    expected = 0 if excused else 3600 * EDITION.rates[lane]
    assert expected == points(one, EDITION.rates, clock) - line.points(one.id, clock)


# --- reminders, deferrals, limits ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "expected"), [(10, at(20)), (29, at(1)), (30, None), (40, None)]
)
def test_a_reminder_comes_inside_the_window_or_not_at_all(
    minutes: int, expected: datetime | None
) -> None:
    assert expected == reminder_at(WINDOW.starts_at, WINDOW.ends_at, minutes)


def test_a_waiting_entry_may_put_itself_off_once() -> None:
    offered = EDITION.deferral
    assert (State.REGISTERED, at(240)) == defer(State.QUEUED, offered, 0, 240, NINE)
    with pytest.raises(DeferralUsedUpError):
        defer(State.QUEUED, offered, 1, 240, NINE)


@pytest.mark.parametrize("minutes", [0, 239, 241, 100_000])
def test_an_entry_is_put_off_for_what_is_offered_only(minutes: int) -> None:
    with pytest.raises(DeferralNotOfferedError) as refusal:
        defer(State.QUEUED, EDITION.deferral, 0, minutes, NINE)
    assert ["/minutes"] == [error.pointer for error in refusal.value.errors]


@pytest.mark.parametrize("state", sorted(set(State) - {State.QUEUED}))
def test_who_does_not_wait_or_is_called_is_not_put_off(state: State) -> None:
    with pytest.raises(StepRefusedError):
        defer(state, EDITION.deferral, 0, 240, NINE)


def test_an_edition_says_what_many_misses_bring_to_a_company() -> None:
    assert CompanyLimit(4, 30, 2, 14) == EDITION.company_limit
    assert EDITION.cancelling_counts
    document = json.loads(REFERENCE.read_text(encoding="utf-8"))
    del document["no_show"]["company_limit"]
    assert replace(EDITION, company_limit=None) == parse_policy(document)
