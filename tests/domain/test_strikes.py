"""Strikes and the limit they make, on the days before and after each change; appeals."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import (
    AppealTooLateError,
    DomainError,
    OtherDeciderNeededError,
    StrikeAppealedError,
    StrikeDecidedError,
    StrikeNotAppealedError,
)
from app.domain.policy import CompanyLimit
from app.domain.principal import Principal
from app.domain.strikes import (
    Appealed,
    Decision,
    Limited,
    Struck,
    counting_on,
    end_of,
    ensure_appealable,
    ensure_decidable,
    is_appealable,
    last_day_of_appeal,
    limit_on,
    look_back,
    may_decide,
)
from app.domain.vocabulary import Role

FIRST = date(2026, 3, 11)
LIMIT = CompanyLimit(misses=4, within_days=30, most_waiting=2, for_days=14)
CALLER, OTHER = uuid4(), uuid4()


def day(number: int) -> date:
    """Return a day, the 11th of March being number one."""
    return FIRST + timedelta(days=number - 1)


def strikes(*numbers: int, limit: CompanyLimit = LIMIT) -> list[Struck]:
    return [Struck(day(number), limit) for number in numbers]


@pytest.mark.parametrize(
    ("struck", "on", "expected"),
    [
        pytest.param((), 1, None, id="no strike"),
        pytest.param((1, 1, 1), 1, None, id="three are no limit"),
        pytest.param((1, 1, 1, 1), 1, 15, id="four on one day"),
        pytest.param((1, 1, 1, 1), 14, 15, id="on the 14th day"),
        pytest.param((1, 1, 1, 1), 15, None, id="on the 15th day"),
        pytest.param((1, 2, 3, 30), 30, 44, id="the fourth on the 30th day"),
        pytest.param((1, 2, 3, 31), 31, None, id="the fourth on the 31st day"),
        pytest.param((1, 2, 3, 30), 43, 44, id="14th day after the fourth"),
        pytest.param((1, 2, 3, 30), 44, None, id="15th day after the fourth"),
        pytest.param((1, 2, 3, 4, 10), 17, 24, id="a fifth makes it longer"),
        pytest.param((1, 2, 3, 4, 30, 31), 32, 45, id="old ones fall out, enough remain"),
        pytest.param((1, 2, 3, 10), 9, None, id="what comes later does not count yet"),
    ],
)
def test_the_limit_of_a_company(struck: tuple[int, ...], on: int, expected: int | None) -> None:
    limit = limit_on(strikes(*struck), day(on))
    assert (day(expected) if expected else None) == (limit.until if limit else None)


def test_a_limit_says_how_many_may_wait_and_how_many_strikes_made_it() -> None:
    assert Limited(day(19), 2, 5) == limit_on(strikes(1, 2, 3, 4, 5), day(6))


def test_each_strike_counts_by_the_edition_of_its_day() -> None:
    """Under a milder edition a fourth strike limits nobody; under the stricter a second does."""
    mild, strict = CompanyLimit(9, 30, 5, 14), CompanyLimit(2, 30, 1, 3)
    before = strikes(1, 2, 3)
    assert limit_on([*before, *strikes(4, limit=mild)], day(4)) is None
    assert Limited(day(7), 1, 4) == limit_on([*before, *strikes(4, limit=strict)], day(4))


def test_of_two_limits_the_longer_holds_and_of_equal_ones_the_stricter() -> None:
    long, few = CompanyLimit(1, 30, 5, 20), CompanyLimit(1, 30, 1, 20)
    assert Limited(day(21), 1, 2) == limit_on([Struck(day(1), long), Struck(day(1), few)], day(1))
    short = CompanyLimit(1, 30, 0, 2)
    assert Limited(day(21), 5, 2) == limit_on([Struck(day(1), long), Struck(day(1), short)], day(1))


@given(st.lists(st.integers(1, 90), max_size=12), st.integers(1, 120))
def test_a_limit_is_there_when_some_fourteen_days_had_a_day_with_enough_before(
    numbers: list[int], on: int
) -> None:
    expected = any(
        sum(last - 30 < number <= last for number in numbers) >= 4 for last in {*numbers}
        if last <= on < last + 14
    )  # fmt: skip
    assert expected == (limit_on(strikes(*numbers), day(on)) is not None)


@given(st.lists(st.integers(1, 90), max_size=12), st.integers(1, 120))
def test_fewer_strikes_never_limit_longer_and_what_is_too_old_makes_no_difference(
    numbers: list[int], on: int
) -> None:
    whole = limit_on(strikes(*numbers), day(on))
    for left_out in range(len(numbers)):
        less = limit_on(strikes(*numbers[:left_out], *numbers[left_out + 1 :]), day(on))
        assert less is None or (whole is not None and less.until <= whole.until)
    since = day(on) - look_back([LIMIT])
    recent = [one for one in strikes(*numbers) if one.on >= since]
    assert whole == limit_on(recent, day(on))


def test_without_limits_nothing_is_looked_back_to() -> None:
    assert (timedelta(0), timedelta(days=44)) == (look_back([]), look_back([LIMIT]))


@pytest.mark.parametrize(
    ("on", "expected"),
    [(0, 0), (1, 2), (2, 3), (30, 3), (31, 1), (32, 0)],
    ids=str,
)
def test_a_strike_counts_from_its_day_to_its_thirtieth(on: int, expected: int) -> None:
    assert expected == counting_on(strikes(1, 1, 2), day(on))
    assert day(31) == end_of(day(1), LIMIT)


# --- appeals --------------------------------------------------------------------------------------


def case(*, appealed: bool = False, decision: Decision | None = None) -> Appealed:
    return Appealed(day(1), 14, CALLER, appealed, decision)


@pytest.mark.parametrize(
    ("on", "appealed", "error"),
    [
        pytest.param(1, False, None, id="on its day"),
        pytest.param(14, False, None, id="on the 14th day"),
        pytest.param(15, False, AppealTooLateError, id="on the 15th day"),
        pytest.param(1, True, StrikeAppealedError, id="a second time"),
    ],
)
def test_until_when_a_strike_is_appealed(
    on: int, error: type[DomainError] | None, *, appealed: bool
) -> None:
    assert (error is None) is is_appealable(case(appealed=appealed), day(on))
    if error is None:
        ensure_appealable(case(appealed=appealed), day(on))
        return
    with pytest.raises(error):
        ensure_appealable(case(appealed=appealed), day(on))


def test_the_last_day_is_named_where_it_is_too_late() -> None:
    with pytest.raises(AppealTooLateError) as refused:
        ensure_appealable(case(), day(15))
    assert day(14) == last_day_of_appeal(day(1), 14)
    assert {"day": "2026-03-24"} == refused.value.facts


@pytest.mark.parametrize(
    ("who", "what", "error"),
    [
        pytest.param(OTHER, case(appealed=True), None, id="another"),
        pytest.param(CALLER, case(appealed=True), OtherDeciderNeededError, id="who called"),
        pytest.param(OTHER, case(), StrikeNotAppealedError, id="before the appeal"),
        pytest.param(
            OTHER, case(appealed=True, decision=Decision.UPHELD), StrikeDecidedError, id="again"
        ),
    ],
)
def test_who_decides_and_once(who: object, what: Appealed, error: type[DomainError] | None) -> None:
    principal = Principal(CALLER if who == CALLER else OTHER, uuid4(), "x", Role.OFFICER)
    assert (error is None) is may_decide(what, principal)
    if error is None:
        ensure_decidable(what, principal)
        return
    with pytest.raises(error):
        ensure_decidable(what, principal)


@pytest.mark.parametrize("role", [Role.COMPANY, Role.AUDITOR])
def test_who_is_neither_officer_nor_of_the_board_decides_on_nothing(role: Role) -> None:
    assert not may_decide(case(appealed=True), Principal(OTHER, uuid4(), "x", role))
