"""Whatever is done with money, each dong stands in one account, and each part where it belongs."""

from collections import Counter
from collections.abc import Callable, Iterable
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books import (
    CENTRE,
    CHANNELS,
    Account,
    Owed,
    Posting,
    Received,
    postings_of_cancelled,
    postings_of_orders,
    postings_of_payment,
    postings_of_refund,
    postings_of_refund_paid,
    postings_of_remittance,
    postings_of_review,
    postings_of_settlement,
    postings_of_shift,
    postings_of_superseded,
)
from app.domain.charges import Split
from app.domain.vocabulary import Basis, Evidence

SPLIT = Split(1_000, Evidence(Basis.PUBLISHED, "a test"))
PAYMENT, REFUND, ROW = UUID(int=1), UUID(int=2), UUID(int=3)
IN = Received(PAYMENT, None, Account.BANK, 390_000)

GiveUp = Callable[[Iterable[Owed]], Iterable[Posting]]

amounts = st.integers(1, 50_000_000)
splits = st.builds(Split, st.integers(0, 10_000), st.just(SPLIT.evidence))


def owed(amount_vnd: int = 390_000, split: Split = SPLIT) -> Owed:
    return Owed(uuid4(), "tan-thanh", "infrastructure", "ordinary", "4t-to-10t", amount_vnd, split)


def balances(postings: Iterable[Posting]) -> dict[Account, int]:
    """Return what stands in each account that has anything: debits less credits."""
    found: Counter[Account] = Counter()
    for one in postings:
        found[one.debit] += one.amount_vnd
        found[one.credit] -= one.amount_vnd
    return {account: balance for account, balance in found.items() if balance}


def test_an_order_is_owed_and_assessed() -> None:
    made = list(postings_of_orders([owed()]))
    assert {Account.RECEIVABLE: 390_000, Account.ASSESSED: -390_000} == balances(made)


@pytest.mark.parametrize("give_up", [postings_of_superseded, postings_of_cancelled])
def test_what_is_given_up_is_owed_no_more(give_up: GiveUp) -> None:
    orders = [owed(), owed(90_000)]
    assert {} == balances([*postings_of_orders(orders), *give_up(orders)])


def test_a_payment_is_split_between_collector_and_budget() -> None:
    order = owed()
    posted = [*postings_of_orders([order]), *postings_of_payment(IN, [order])]
    assert {
        Account.BANK: 390_000,
        Account.RETAINED: -39_000,
        Account.BUDGET: -351_000,
    } == balances(posted)


def test_the_collectors_part_is_rounded_and_the_budget_has_the_rest() -> None:
    assert (2, 13) == SPLIT.parts(15)
    assert (1, 13) == SPLIT.parts(14)
    assert (0, 4) == SPLIT.parts(4)


def test_a_part_of_nothing_is_not_posted() -> None:
    order = owed(4)
    posted = postings_of_payment(Received(PAYMENT, None, Account.BANK, 4), [order])
    assert {Account.RECEIVABLE, Account.BUDGET} == {one.credit for one in posted}


def test_cash_is_in_the_books_of_its_till_and_revenue_in_those_of_the_entrys_gate() -> None:
    cash = Received(PAYMENT, "huu-nghi", Account.CASH, 390_000)
    gates = {one.debit: one.gate for one in postings_of_payment(cash, [owed()])}
    assert {Account.CASH: "huu-nghi", Account.ASSESSED: "tan-thanh"} == gates


def test_money_under_review_is_nobodys_and_in_the_centres_books() -> None:
    (posting,) = postings_of_review(IN)
    assert (Account.BANK, Account.UNALLOCATED, CENTRE) == (
        posting.debit, posting.credit, posting.gate,
    )  # fmt: skip


def test_what_was_overpaid_is_settled_by_paying_and_sending_back_the_rest() -> None:
    order = owed(300_000)
    posted = [
        *postings_of_orders([order]),
        *postings_of_review(IN),
        *postings_of_settlement(IN, [order], REFUND),
    ]
    assert {
        Account.BANK: 390_000,
        Account.RETAINED: -30_000,
        Account.BUDGET: -270_000,
        Account.REFUND_DUE: -90_000,
    } == balances(posted)
    posted += postings_of_refund_paid(REFUND, CENTRE, 90_000)
    assert Account.REFUND_DUE not in balances(posted)


def test_money_that_is_not_what_orders_ask_for_pays_none() -> None:
    with pytest.raises(ValueError, match="exactly"):
        list(postings_of_payment(IN, [owed(389_999)]))


@pytest.mark.parametrize(
    ("asked", "refund"),
    [
        pytest.param(390_001, None, id="orders that ask for more"),
        pytest.param(389_999, None, id="a rest without a refund"),
        pytest.param(390_000, REFUND, id="a refund of nothing"),
    ],
)
def test_a_review_is_settled_whole(asked: int, refund: UUID | None) -> None:
    with pytest.raises(ValueError, match="whole"):
        list(postings_of_settlement(IN, [owed(asked)], refund))


@pytest.mark.parametrize("amount", [-1, 0, 90_001])
def test_no_more_is_given_back_than_is_left(amount: int) -> None:
    with pytest.raises(ValueError, match="given back"):
        list(postings_of_refund(REFUND, owed(), amount, 300_000))


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        pytest.param(500_000, {}, id="nothing where it is right"),
        pytest.param(499_000, {Account.CASH: -1_000, Account.CASH_DIFFERENCE: 1_000}, id="short"),
        pytest.param(502_000, {Account.CASH: 2_000, Account.CASH_DIFFERENCE: -2_000}, id="over"),
    ],
)
def test_a_shift_posts_only_its_difference(counted: int, expected: dict[Account, int]) -> None:
    assert expected == balances(postings_of_shift(ROW, "tan-thanh", 500_000, counted))


def test_what_is_remitted_is_due_to_the_budget_no_more() -> None:
    due = {"tan-thanh": 351_500, "huu-nghi": -500, CENTRE: 0}
    posted = list(postings_of_remittance(ROW, due))
    assert {Account.BUDGET: 351_000, Account.BANK: -351_000} == balances(posted)
    assert ["tan-thanh", "huu-nghi"] == [one.gate for one in posted]


def test_every_channel_leads_to_an_account_that_holds_money() -> None:
    assert {Account.BANK, Account.CASH, Account.CARD} == set(CHANNELS.values())


@given(amount=amounts, split=splits, shares=st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_an_order_given_back_in_any_parts_leaves_nothing_with_anybody(
    amount: int, split: Split, shares: list[int]
) -> None:
    """Roundings never add up: after each part what is kept is split as a payment of so much."""
    order = owed(amount, split)
    money = Received(PAYMENT, None, Account.BANK, amount)
    posted = [*postings_of_orders([order]), *postings_of_payment(money, [order])]
    given_back = 0
    for share in [*shares, 10**9]:
        part = min(share * amount // 100, amount - given_back)
        if not part:
            continue
        posted += postings_of_refund(uuid4(), order, part, given_back)
        given_back += part
        kept = split.parts(amount - given_back)
        found = balances(posted)
        assert kept == (-found.get(Account.RETAINED, 0), -found.get(Account.BUDGET, 0))
    assert {Account.BANK: amount, Account.REFUND_DUE: -amount} == balances(posted)


@given(amount=amounts, split=splits)
def test_the_two_parts_are_all_of_it(amount: int, split: Split) -> None:
    retained, budget = split.parts(amount)
    assert amount == retained + budget
    assert min(retained, budget) >= 0
