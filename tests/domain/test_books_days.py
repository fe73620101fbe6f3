"""A book day is the turnover of each account, and what each cashier took."""

from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books import Account, Cause
from app.domain.books.days import DayTotals, Sum, Till, Turnover, totals_of
from app.domain.books.periods import Period
from app.domain.errors import EmptyValidityError, PeriodTooLongError

ONE, OTHER = UUID(int=1), UUID(int=2)
PAID, COUNTED = Cause.PAYMENT_APPLIED, Cause.SHIFT_COUNTED

sums = st.lists(
    st.builds(
        Sum,
        st.sampled_from(Account),
        st.sampled_from(Account),
        st.sampled_from(Cause),
        st.sampled_from([None, ONE, OTHER]),
        st.integers(1, 1_000),
        st.integers(1, 10**12),
    ).filter(lambda one: one.debit is not one.credit)
)


def test_a_day_has_the_turnover_of_its_accounts_in_their_order() -> None:
    found = totals_of(
        [
            Sum(Account.BANK, Account.RECEIVABLE, PAID, None, 2, 690_000),
            Sum(Account.RECEIVABLE, Account.ASSESSED, Cause.ORDER_MADE, None, 3, 990_000),
        ]
    )
    assert 5 == found.postings
    assert [
        Turnover(Account.RECEIVABLE, 990_000, 690_000),
        Turnover(Account.ASSESSED, 0, 990_000),
        Turnover(Account.BANK, 690_000, 0),
    ] == list(found.accounts)
    assert [] == list(found.tills)


def test_cash_and_cards_stand_with_who_took_them_and_how_far_counting_differed() -> None:
    found = totals_of(
        [
            Sum(Account.CASH, Account.RECEIVABLE, PAID, ONE, 2, 690_000),
            Sum(Account.CARD, Account.RECEIVABLE, PAID, ONE, 1, 300_000),
            Sum(Account.CASH, Account.UNALLOCATED, Cause.PAYMENT_UNDER_REVIEW, OTHER, 1, 5_000),
            Sum(Account.CASH_DIFFERENCE, Account.CASH, COUNTED, ONE, 1, 1_000),
            Sum(Account.CASH, Account.CASH_DIFFERENCE, COUNTED, OTHER, 1, 500),
            Sum(Account.ASSESSED, Account.BUDGET, PAID, ONE, 3, 890_000),
        ]
    )
    assert [
        Till(ONE, Account.CARD, 300_000, 0),
        Till(ONE, Account.CASH, 690_000, -1_000),
        Till(OTHER, Account.CASH, 5_000, 500),
    ] == list(found.tills)


@given(sums=sums)
def test_any_day_is_balanced_and_kept_as_it_is(sums: list[Sum]) -> None:
    found = totals_of(sums)
    assert sum(one.debit_vnd for one in found.accounts) == sum(
        one.credit_vnd for one in found.accounts
    )
    assert found == DayTotals.parse(found.document())


@pytest.mark.parametrize(
    ("first", "end", "error"),
    [
        (date(2026, 3, 2), date(2026, 3, 2), EmptyValidityError),
        (date(2026, 3, 2), date(2026, 3, 1), EmptyValidityError),
        (date(2024, 1, 1), date(2025, 1, 2), PeriodTooLongError),
    ],
)
def test_a_period_has_days_and_no_more_than_a_year(
    first: date, end: date, error: type[Exception]
) -> None:
    with pytest.raises(error):
        Period(first, end)


def test_a_leap_year_is_one_period() -> None:
    assert (date(2024, 1, 1), date(2025, 1, 1)) == Period(date(2024, 1, 1), date(2025, 1, 1)).days
    assert Period.of_day(date(2024, 2, 29)) == Period(date(2024, 2, 29), date(2024, 3, 1))
