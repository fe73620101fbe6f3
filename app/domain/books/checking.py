"""Whether the books say what the rows say: each account against what it is the sum of."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from app.domain.books.accounts import CHANNELS, Account, Cause
from app.domain.money_in import Channel

CAME_IN: Final = frozenset({Cause.PAYMENT_APPLIED, Cause.PAYMENT_UNDER_REVIEW})
PAID: Final = frozenset({Cause.PAYMENT_APPLIED, Cause.REVIEW_SETTLED})
SETTLED: Final = frozenset({Cause.REVIEW_SETTLED})
GIVEN_BACK: Final = frozenset({Cause.REFUND_APPROVED})
GOES_BACK: Final = (Account.REFUND_DUE,)
SHARED: Final = (Account.RETAINED, Account.BUDGET)


@dataclass(frozen=True, slots=True)
class Moved:
    """What moved between two accounts because of one kind of act, in VND."""

    debit: Account
    credit: Account
    cause: Cause
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class Rows:
    """What the rows beside the books come to, in VND.

    `orders` by their state, `payments` by channel, `under_review` of the payments that nobody has
    decided about, `due_back` of what was decided to be sent back of payments, `given_back` of
    approved refunds of orders, `paid_back` of all refunds that were paid, `remitted` of what was
    paid to the treasury, `counted_more` of how far tills held more than they should, or less.
    """

    orders: Mapping[str, int] = field(default_factory=dict)
    payments: Mapping[Channel, int] = field(default_factory=dict)
    under_review: int = 0
    due_back: int = 0
    given_back: int = 0
    paid_back: int = 0
    remitted: int = 0
    counted_more: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the books differ: what the rows come to, and what the books say, in VND."""

    check: str
    rows_vnd: int
    books_vnd: int


def differences(moved: Sequence[Moved], rows: Rows) -> tuple[Difference, ...]:
    """Return every account, or part of one, that is not the sum of what it should be."""
    stands = _balances(moved)
    due, paid = rows.orders.get("due", 0), rows.orders.get("paid", 0)
    came_in = Counter[Account]()
    for channel, amount in rows.payments.items():
        came_in[CHANNELS[channel]] += amount
    found = {
        "receivable": (due, stands[Account.RECEIVABLE]),
        "assessed": (due, -stands[Account.ASSESSED]),
        "applied": (paid, _sum(moved, PAID, (Account.RECEIVABLE,))),
        "shared": (paid, _sum(moved, PAID, SHARED)),
        "unallocated": (rows.under_review, -stands[Account.UNALLOCATED]),
        "set-back": (rows.due_back, _sum(moved, SETTLED, GOES_BACK)),
        "given-back": (rows.given_back, _sum(moved, GIVEN_BACK, GOES_BACK)),
        "refund-due": (
            rows.due_back + rows.given_back - rows.paid_back,
            -stands[Account.REFUND_DUE],
        ),
        "remitted": (rows.remitted, _net(moved, Cause.BUDGET_REMITTED, Account.BUDGET)),
        "counted": (rows.counted_more, _net(moved, Cause.SHIFT_COUNTED, Account.CASH)),
        **{
            account.value: (came_in[account], _came_into(moved, account))
            for account in dict.fromkeys(CHANNELS.values())
        },
    }
    return tuple(Difference(check, *pair) for check, pair in found.items() if len(set(pair)) > 1)


def _balances(moved: Iterable[Moved]) -> Counter[Account]:
    """Return what stands in each account: debits less credits."""
    found = Counter[Account]()
    for one in moved:
        found[one.debit] += one.amount_vnd
        found[one.credit] -= one.amount_vnd
    return found


def _sum(moved: Iterable[Moved], causes: frozenset[Cause], credit: Sequence[Account]) -> int:
    return sum(one.amount_vnd for one in moved if one.cause in causes and one.credit in credit)


def _came_into(moved: Iterable[Moved], account: Account) -> int:
    return sum(one.amount_vnd for one in moved if one.cause in CAME_IN and one.debit is account)


def _net(moved: Iterable[Moved], cause: Cause, account: Account) -> int:
    """Return what went into an account because of a cause, less what went out of it."""
    found = [one for one in moved if one.cause is cause]
    return sum(one.amount_vnd if one.debit is account else -one.amount_vnd for one in found)
