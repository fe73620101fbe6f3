from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.closures import (
    Candidate,
    Closure,
    ClosureKind,
    excluding,
    exclusion,
    is_excluded,
)
from app.domain.validity import Validity
from app.domain.vocabulary import Direction

FIRST, OPENED, NORMAL = date(2026, 2, 15), date(2026, 2, 19), date(2026, 2, 24)
CLOSED = Closure(ClosureKind.CLOSED, Validity(FIRST, OPENED))
PRE_REGISTERED = Closure(ClosureKind.PRE_REGISTERED_ONLY, Validity(OPENED, NORMAL))
TET = (CLOSED, PRE_REGISTERED)
SUSPENDED = Closure(
    ClosureKind.INTAKE_SUSPENDED,
    Validity(date(2022, 2, 16), date(2022, 2, 26)),
    Direction.EXPORT,
    "fresh-produce-export",
)
FRUIT = ("fresh-produce-export",)


def registered(day: date, direction: Direction = Direction.EXPORT) -> Candidate:
    return Candidate(direction, day)


@pytest.mark.parametrize(
    ("expected", "day"),
    [
        pytest.param((), date(2026, 2, 14), id="the last day before"),
        pytest.param((), date(2026, 2, 15), id="closed days stop the clock and exclude nobody"),
        pytest.param((), date(2026, 2, 18), id="the last closed day"),
        pytest.param((PRE_REGISTERED,), date(2026, 2, 19), id="the first day for pre-registered"),
        pytest.param((PRE_REGISTERED,), date(2026, 2, 23), id="the last day for pre-registered"),
        pytest.param((), date(2026, 2, 24), id="all again"),
    ],
)
def test_only_pre_registered_pass_after_the_closed_days(
    expected: tuple[Closure, ...], day: date
) -> None:
    assert expected == excluding(TET, day, Direction.EXPORT)


@pytest.mark.parametrize(
    ("expected", "registered_on"),
    [
        pytest.param(False, date(2026, 2, 14), id="the day before the closed days"),
        pytest.param(True, date(2026, 2, 15), id="on the first closed day"),
        pytest.param(True, date(2026, 2, 18), id="on the last closed day"),
    ],
)
def test_pre_registered_means_before_the_closed_days(expected: bool, registered_on: date) -> None:
    assert expected is is_excluded(PRE_REGISTERED, TET, registered(registered_on))


def test_without_closed_days_pre_registered_means_before_its_own_first_day() -> None:
    day_before = registered(date(2026, 2, 18))

    assert not is_excluded(PRE_REGISTERED, [PRE_REGISTERED], day_before)
    assert is_excluded(PRE_REGISTERED, [PRE_REGISTERED], registered(OPENED))


def test_closed_days_of_the_other_direction_do_not_count_as_the_break() -> None:
    one_way = Closure(ClosureKind.CLOSED, CLOSED.valid, Direction.IMPORT)
    rows = [one_way, PRE_REGISTERED]

    assert not is_excluded(PRE_REGISTERED, rows, registered(date(2026, 2, 18)))
    assert is_excluded(PRE_REGISTERED, rows, registered(date(2026, 2, 18), Direction.IMPORT))


def test_closed_days_in_two_rows_are_one_break() -> None:
    earlier = Closure(ClosureKind.CLOSED, Validity(date(2026, 2, 13), FIRST), reason="storm")
    rows = [PRE_REGISTERED, CLOSED, earlier]

    assert is_excluded(PRE_REGISTERED, rows, registered(date(2026, 2, 13)))
    assert not is_excluded(PRE_REGISTERED, rows, registered(date(2026, 2, 12)))


def test_of_closed_rows_that_end_together_the_longest_is_the_break() -> None:
    shorter = Closure(ClosureKind.CLOSED, Validity(date(2026, 2, 17), OPENED), reason="storm")

    for rows in ([CLOSED, shorter, PRE_REGISTERED], [shorter, CLOSED, PRE_REGISTERED]):
        assert is_excluded(PRE_REGISTERED, rows, registered(FIRST))


@pytest.mark.parametrize("kind", [ClosureKind.PRE_REGISTERED_ONLY, ClosureKind.INTAKE_SUSPENDED])
def test_a_closure_without_a_first_day_lets_nobody_through(kind: ClosureKind) -> None:
    closure = Closure(kind, Validity(None, NORMAL))

    assert is_excluded(closure, [closure], Candidate(Direction.EXPORT, date.min, date.min))


def test_a_break_without_a_first_day_lets_nobody_through() -> None:
    rows = [Closure(ClosureKind.CLOSED, Validity(None, OPENED)), PRE_REGISTERED]

    assert is_excluded(PRE_REGISTERED, rows, registered(date.min))


@pytest.mark.parametrize(
    ("expected", "waits_on"),
    [
        pytest.param(False, date(2022, 2, 15), id="began to wait the day before"),
        pytest.param(True, date(2022, 2, 16), id="began to wait on the first day"),
        pytest.param(True, None, id="does not wait yet"),
    ],
)
def test_suspended_intake_takes_no_new_vehicle(expected: bool, waits_on: date | None) -> None:
    candidate = Candidate(Direction.EXPORT, date(2022, 2, 1), waits_on, ("ordinary", *FRUIT))

    assert expected is is_excluded(SUSPENDED, [SUSPENDED], candidate)


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param(Candidate(Direction.EXPORT, NORMAL, None, ("ordinary",)), id="other goods"),
        pytest.param(Candidate(Direction.EXPORT, NORMAL), id="an empty vehicle"),
        pytest.param(Candidate(Direction.IMPORT, NORMAL, None, FRUIT), id="the other direction"),
    ],
)
def test_suspended_intake_concerns_its_cargo_and_direction(candidate: Candidate) -> None:
    assert not is_excluded(SUSPENDED, [SUSPENDED], candidate)


def test_a_gate_closed_to_one_cargo_excludes_that_cargo_only() -> None:
    closure = Closure(ClosureKind.CLOSED, Validity(FIRST), cargo="fresh-produce-export")
    fruit = Candidate(Direction.EXPORT, date(2026, 1, 1), date(2026, 1, 1), FRUIT)

    assert closure is exclusion([closure], FIRST, fruit)
    assert exclusion([closure], FIRST, registered(date(2026, 1, 1))) is None


@given(st.integers(-10, 15), st.integers(-10, 15))
def test_an_exclusion_is_one_that_is_in_force_and_excludes(day: int, registered_on: int) -> None:
    on = FIRST + timedelta(days=day)
    candidate = registered(FIRST + timedelta(days=registered_on))
    found = [
        closure
        for closure in excluding(TET, on, Direction.EXPORT)
        if is_excluded(closure, TET, candidate)
    ]

    assert (found[0] if found else None) is exclusion(TET, on, candidate)
