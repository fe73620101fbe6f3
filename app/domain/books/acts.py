"""What each act posts; pure, so that what the books say can be derived again from the rows.

A posting is one amount from one account to another, so that nothing can be out of balance.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.books.accounts import CENTRE, Account, Cause
from app.domain.charges.rates import Split


@dataclass(frozen=True, slots=True)
class Owed:
    """What the books need of an order: whose gate it is for, for what, and how it is split."""

    order_id: UUID
    gate: str
    order_kind: str
    goods_group: str
    vehicle_class: str
    amount_vnd: int
    split: Split


@dataclass(frozen=True, slots=True)
class Received:
    """Money that came in, and into which account.

    `till` is the gate whose cashier took it. What came to the bank is in the books of the gate of
    the order that it pays, and in the Centre's own where it pays none.
    """

    payment_id: UUID
    till: str | None
    account: Account
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class Posting:
    """An amount above nothing, from `credit` to `debit`, in the books of a gate.

    `owed` is the order that it is about, if it is about one; so are the payment, the refund, the
    shift and the remittance.
    """

    debit: Account
    credit: Account
    amount_vnd: int
    cause: Cause
    gate: str
    owed: Owed | None = None
    payment_id: UUID | None = None
    refund_id: UUID | None = None
    shift_id: UUID | None = None
    remittance_id: UUID | None = None


def postings_of_orders(orders: Iterable[Owed]) -> Iterator[Posting]:
    """Yield what new orders post: somebody owes what was assessed."""
    for owed in orders:
        yield Posting(
            Account.RECEIVABLE, Account.ASSESSED, owed.amount_vnd, Cause.ORDER_MADE, owed.gate, owed
        )


def postings_of_superseded(orders: Iterable[Owed]) -> Iterator[Posting]:
    """Yield what unpaid orders post when other ones take their place."""
    return _given_up(orders, Cause.ORDER_SUPERSEDED)


def postings_of_cancelled(orders: Iterable[Owed]) -> Iterator[Posting]:
    """Yield what unpaid orders post of which nothing is asked any more."""
    return _given_up(orders, Cause.ORDER_CANCELLED)


def _given_up(orders: Iterable[Owed], cause: Cause) -> Iterator[Posting]:
    for owed in orders:
        yield Posting(Account.ASSESSED, Account.RECEIVABLE, owed.amount_vnd, cause, owed.gate, owed)


def postings_of_payment(received: Received, orders: Sequence[Owed]) -> Iterator[Posting]:
    """Yield what a payment posts that pays orders: in by its channel, out to who gets which part.

    Raises:
        ValueError: it is not exactly what the orders ask for.
    """
    if received.amount_vnd != sum(owed.amount_vnd for owed in orders):
        message = "a payment pays exactly what its orders ask for, or is put under review"
        raise ValueError(message)
    for owed in orders:
        source, gate = received.account, received.till or owed.gate
        yield from _paid(received, owed, source, gate, Cause.PAYMENT_APPLIED)


def postings_of_review(received: Received) -> Iterator[Posting]:
    """Yield what a payment posts that fits nothing: it is in, and nobody's yet."""
    yield Posting(
        received.account, Account.UNALLOCATED, received.amount_vnd, Cause.PAYMENT_UNDER_REVIEW,
        received.till or CENTRE, payment_id=received.payment_id,
    )  # fmt: skip


def postings_of_settlement(
    received: Received, orders: Sequence[Owed], refund_id: UUID | None = None
) -> Iterator[Posting]:
    """Yield what a payment under review posts when it is settled: orders paid, the rest due back.

    Raises:
        ValueError: the orders ask for more than came in, or a rest has no refund.
    """
    rest = received.amount_vnd - sum(owed.amount_vnd for owed in orders)
    if rest < 0 or (rest > 0) is (refund_id is None):
        message = "a payment is settled whole: what pays no order is a refund's"
        raise ValueError(message)
    gate = received.till or CENTRE
    for owed in orders:
        yield from _paid(received, owed, Account.UNALLOCATED, gate, Cause.REVIEW_SETTLED)
    if rest:
        yield Posting(
            Account.UNALLOCATED, Account.REFUND_DUE, rest, Cause.REVIEW_SETTLED, gate,
            payment_id=received.payment_id, refund_id=refund_id,
        )  # fmt: skip


def _paid(
    received: Received, owed: Owed, source: Account, gate: str, cause: Cause
) -> Iterator[Posting]:
    """Yield an order's payment from an account of a gate, and what was assessed, split."""
    yield Posting(
        source, Account.RECEIVABLE, owed.amount_vnd, cause, gate, owed, received.payment_id
    )
    retained, budget = owed.split.parts(owed.amount_vnd)
    for account, amount in ((Account.RETAINED, retained), (Account.BUDGET, budget)):
        if amount:
            yield Posting(
                Account.ASSESSED, account, amount, cause, owed.gate, owed, received.payment_id
            )


def postings_of_refund(
    refund_id: UUID, owed: Owed, amount_vnd: int, refunded_vnd: int = 0
) -> Iterator[Posting]:
    """Yield what an approved refund of a paid order posts: each gives back of what it got.

    `refunded_vnd` is what of the order was given back before. The parts of what is kept are always
    those of a payment of so much, so that roundings never add up.

    Raises:
        ValueError: more would be given back than came in.
    """
    kept = owed.amount_vnd - refunded_vnd
    if not 0 < amount_vnd <= kept:
        message = "no more is given back of an order than came in for it"
        raise ValueError(message)
    before, after = owed.split.parts(kept), owed.split.parts(kept - amount_vnd)
    for account, had, has in zip((Account.RETAINED, Account.BUDGET), before, after, strict=True):
        if had > has:
            yield Posting(
                account, Account.REFUND_DUE, had - has, Cause.REFUND_APPROVED, owed.gate, owed,
                refund_id=refund_id,
            )  # fmt: skip


def postings_of_refund_paid(
    refund_id: UUID, gate: str, amount_vnd: int, account: Account = Account.BANK
) -> Iterator[Posting]:
    """Yield what a refund posts when it was paid."""
    yield Posting(
        Account.REFUND_DUE, account, amount_vnd, Cause.REFUND_PAID, gate, refund_id=refund_id
    )


def postings_of_shift(
    shift_id: UUID, gate: str, expected_vnd: int, counted_vnd: int
) -> Iterator[Posting]:
    """Yield what a closed shift posts: only how far the cash is from what it should be."""
    more = counted_vnd - expected_vnd
    if more:
        debit, credit = Account.CASH, Account.CASH_DIFFERENCE
        if more < 0:
            debit, credit = credit, debit
        yield Posting(debit, credit, abs(more), Cause.SHIFT_COUNTED, gate, shift_id=shift_id)


def postings_of_remittance(remittance_id: UUID, due: Mapping[str, int]) -> Iterator[Posting]:
    """Yield what is posted when the budget's part of each gate was paid to the state treasury.

    A gate that gave back more than came in is made up for by the others.
    """
    for gate, amount in due.items():
        if amount:
            debit, credit = Account.BUDGET, Account.BANK
            if amount < 0:
                debit, credit = credit, debit
            yield Posting(
                debit, credit, abs(amount), Cause.BUDGET_REMITTED, gate,
                remittance_id=remittance_id,
            )  # fmt: skip
