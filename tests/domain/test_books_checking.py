"""The books are held against the rows: what is the same is not told, and what differs is named."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.books import (
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
from app.domain.books.checking import Difference, Moved, Rows, differences
from app.domain.money_in import Channel
from tests.domain.test_books import SPLIT

PAID = Rows(orders={"paid": 100}, payments={Channel.CASH: 100})


def moved(postings: Iterable[Posting]) -> list[Moved]:
    return [Moved(one.debit, one.credit, one.cause, one.amount_vnd) for one in postings]


def owed(amount_vnd: int = 100) -> Owed:
    return Owed(uuid4(), "tan-thanh", "infrastructure", "ordinary", "4t-to-10t", amount_vnd, SPLIT)


def a_paid_order() -> list[Moved]:
    order = owed()
    money = Received(uuid4(), "tan-thanh", Account.CASH, 100)
    return moved([*postings_of_orders([order]), *postings_of_payment(money, [order])])


def test_books_that_are_what_the_rows_are_differ_in_nothing() -> None:
    assert () == differences([], Rows())
    assert () == differences(a_paid_order(), PAID)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param(
            Rows(orders={"paid": 100, "due": 7}, payments=PAID.payments),
            [("receivable", 7, 0), ("assessed", 7, 0)],
            id="an order that is not posted",
        ),
        pytest.param(
            Rows(orders={"paid": 90}, payments=PAID.payments),
            [("applied", 90, 100), ("shared", 90, 100)],
            id="an order whose amount was changed",
        ),
        pytest.param(
            Rows(
                orders=PAID.orders,
                payments={Channel.CASH: 100, Channel.BANK: 5, Channel.SANDBOX: 1},
            ),
            [("bank", 6, 0)],
            id="payments that are not posted",
        ),
        pytest.param(
            Rows(orders=PAID.orders, payments=PAID.payments, under_review=9),
            [("unallocated", 9, 0)],
            id="money under review that nobody posted",
        ),
        pytest.param(
            Rows(orders=PAID.orders, payments=PAID.payments, due_back=3),
            [("set-back", 3, 0), ("refund-due", 3, 0)],
            id="money to be sent back that nobody posted",
        ),
        pytest.param(
            Rows(orders=PAID.orders, payments=PAID.payments, given_back=3, paid_back=3),
            [("given-back", 3, 0)],
            id="a refund that nobody posted",
        ),
        pytest.param(
            Rows(orders=PAID.orders, payments=PAID.payments, remitted=3),
            [("remitted", 3, 0)],
            id="a payment to the treasury that nobody posted",
        ),
        pytest.param(
            Rows(orders=PAID.orders, payments=PAID.payments, counted_more=-3),
            [("counted", -3, 0)],
            id="a till that was short, which nobody posted",
        ),
    ],
)
def test_a_difference_is_named_with_both_sides(
    rows: Rows, expected: list[tuple[str, int, int]]
) -> None:
    assert [Difference(*one) for one in expected] == list(differences(a_paid_order(), rows))


def test_what_is_missing_of_the_split_is_found() -> None:
    books = [one for one in a_paid_order() if one.credit is not Account.RETAINED]
    assert [
        Difference("assessed", 0, 10), Difference("shared", 100, 90),
    ] == list(differences(books, PAID))  # fmt: skip


@dataclass
class Gate:
    """A gate kept by hand: orders by state, payments by channel, and what is posted of both."""

    books: list[Posting] = field(default_factory=list)
    due: dict[UUID, Owed] = field(default_factory=dict)
    paid: dict[UUID, tuple[Owed, int]] = field(default_factory=dict)
    under_review: list[Received] = field(default_factory=list)
    payments: Counter[Channel] = field(default_factory=Counter)
    due_back: int = 0
    given_back: int = 0
    remitted: int = 0
    counted_more: int = 0

    def charge(self, amount: int) -> None:
        order = owed(amount)
        self.due[order.order_id] = order
        self.books += postings_of_orders([order])

    def supersede(self, by: int) -> None:
        self.books += postings_of_superseded([self._taken()])
        self.charge(by)

    def cancel(self) -> None:
        self.books += postings_of_cancelled([self._taken()])

    def pay(self, channel: Channel, more: int) -> None:
        """Pay an order; or with `more`, too much or too little, which is set aside."""
        amount = next(iter(self.due.values())).amount_vnd + more
        if amount < 1:
            return
        money = self._came(channel, amount)
        if more:
            self._set_aside(money)
            return
        order = self._taken()
        self.books += postings_of_payment(money, [order])
        self.paid[order.order_id] = (order, 0)

    def pay_twice(self, channel: Channel, amount: int) -> None:
        self._set_aside(self._came(channel, amount))

    def settle(self) -> None:
        """Let money under review pay what it is enough for, and send the rest back."""
        money = self.under_review.pop(0)
        fits = [one for one in self.due.values() if one.amount_vnd <= money.amount_vnd][:1]
        rest = money.amount_vnd - sum(one.amount_vnd for one in fits)
        for one in fits:
            del self.due[one.order_id]
            self.paid[one.order_id] = (one, 0)
        self.due_back += rest
        self.books += postings_of_settlement(money, fits, uuid4() if rest else None)

    def refund(self, percent: int) -> None:
        order, before = next(iter(self.paid.values()))
        part = min(order.amount_vnd * percent // 100 or 1, order.amount_vnd - before)
        if part < 1:
            return
        refund = uuid4()
        self.books += postings_of_refund(refund, order, part, before)
        self.books += postings_of_refund_paid(refund, order.gate, part)
        self.paid[order.order_id] = (order, before + part)
        self.given_back += part

    def count(self, more: int) -> None:
        self.books += postings_of_shift(uuid4(), "tan-thanh", 1_000, 1_000 + more)
        self.counted_more += more

    def remit(self, amounts: list[int]) -> None:
        due = dict(zip(("tan-thanh", "huu-nghi"), amounts, strict=True))
        self.books += postings_of_remittance(uuid4(), due)
        self.remitted += sum(amounts)

    def rows(self) -> Rows:
        return Rows(
            orders={
                "due": sum(one.amount_vnd for one in self.due.values()),
                "paid": sum(one.amount_vnd for one, _ in self.paid.values()),
            },
            payments=self.payments,
            under_review=sum(one.amount_vnd for one in self.under_review),
            due_back=self.due_back,
            given_back=self.given_back,
            paid_back=self.given_back,
            remitted=self.remitted,
            counted_more=self.counted_more,
        )

    def _taken(self) -> Owed:
        return self.due.pop(next(iter(self.due)))

    def _came(self, channel: Channel, amount: int) -> Received:
        self.payments[channel] += amount
        return Received(uuid4(), None, CHANNELS[channel], amount)

    def _set_aside(self, money: Received) -> None:
        self.books += postings_of_review(money)
        self.under_review.append(money)


amounts = st.integers(1, 5_000_000)
channels = st.sampled_from(Channel)
acts = st.lists(
    st.one_of(
        st.tuples(st.just("charge"), amounts),
        st.tuples(st.just("supersede"), amounts),
        st.tuples(st.just("cancel")),
        st.tuples(st.just("pay"), channels, st.just(0) | st.integers(-1_000, 1_000)),
        st.tuples(st.just("pay_twice"), channels, amounts),
        st.tuples(st.just("settle")),
        st.tuples(st.just("refund"), st.integers(1, 100)),
        st.tuples(st.just("count"), st.integers(-500, 500)),
        st.tuples(st.just("remit"), st.lists(st.integers(-99, 99), min_size=2, max_size=2)),
    ),
    max_size=40,
)
NEEDS = {"supersede": "due", "cancel": "due", "pay": "due", "settle": "under_review"}
NEEDS |= {"refund": "paid"}


@given(acts=acts)
def test_after_any_acts_the_books_are_the_sums_of_the_rows(acts: list[tuple[str, ...]]) -> None:
    gate = Gate()
    for name, *values in acts:
        if name not in NEEDS or getattr(gate, NEEDS[name]):
            getattr(gate, name)(*values)
        assert () == differences(moved(gate.books), gate.rows())
    revenue = sum(order.amount_vnd - back for order, back in gate.paid.values())
    stands = Counter[Account]()
    for one in gate.books:
        stands[one.debit] += one.amount_vnd
        stands[one.credit] -= one.amount_vnd
    assert revenue - gate.remitted == -stands[Account.RETAINED] - stands[Account.BUDGET]
    assert gate.due_back == -stands[Account.REFUND_DUE]
    assert 0 == stands.total()
