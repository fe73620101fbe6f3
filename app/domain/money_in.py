"""Money that came in: what its text names, whether it pays that exactly, what may be done if not.

Money is never lost and never silently applied: it pays what its text names, of which it must be
the exact amount, or it waits for somebody who decides. The text is what banks make of the purpose
of a transfer (`domain.md` 6.2). Our decision, ADR 73.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Channel(StrEnum):
    """How money came in: a bank's notification or its file, a cashier's till, or the sandbox."""

    BANK = "bank"
    STATEMENT = "statement"
    CASH = "cash"
    CARD = "card"
    SANDBOX = "sandbox"


class PaymentState(StrEnum):
    """What became of money; `split` paid something, and the rest goes back."""

    APPLIED = "applied"
    UNDER_REVIEW = "under-review"
    REFUNDED = "refunded"
    SPLIT = "split"


class ReviewKind(StrEnum):
    """Why money pays nothing by itself."""

    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    DOUBLE = "double"
    UNKNOWN_CODE = "unknown-code"
    AMBIGUOUS = "ambiguous"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    BUNDLE_BROKEN = "bundle-broken"


class Settlement(StrEnum):
    """How a review ended: the money paid something, went back, or a part of it each."""

    APPLIED = "applied"
    REFUNDED = "refunded"
    SPLIT = "split"


class OwedState(StrEnum):
    """What something is that may be paid; a bundle is broken once one of its orders is not due."""

    DUE = "due"
    PAID = "paid"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Owed:
    """An order or a bundle as it stands: what it asks for, in whole dong."""

    id: UUID
    code: str
    amount_vnd: int
    state: OwedState
    is_bundle: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """What money pays; with `review`, why it does not."""

    owed: Owed | None
    review: ReviewKind | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What may be done with money under review: pay these, and send so much of it back."""

    pays: tuple[Owed, ...]
    refund_vnd: int


MOST_ORDERS: Final = 500
"""So many orders money may pay at once."""

# The legal day, and nine digits of Crockford's base 32: no I, L, O or U.
_CODE: Final = re.compile(
    r"(?=(20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))([0-9A-HJKMNP-TV-Z]{9}))"
)
_HEARD: Final = str.maketrans("OIL", "011")
_OF_STATE: Final = {
    OwedState.PAID: ReviewKind.DOUBLE,
    OwedState.SUPERSEDED: ReviewKind.SUPERSEDED,
    OwedState.CANCELLED: ReviewKind.CANCELLED,
    OwedState.BROKEN: ReviewKind.BUNDLE_BROKEN,
}


def bundle_state(orders: Sequence[tuple[OwedState, UUID | None]]) -> OwedState:
    """Return what a bundle is, of the state of each of its orders and the payment that paid it."""
    if all(state is OwedState.DUE for state, _ in orders):
        return OwedState.DUE
    payments = {payment for _, payment in orders}
    is_paid = all(state is OwedState.PAID for state, _ in orders) and len(payments) == 1
    return OwedState.PAID if is_paid else OwedState.BROKEN


def codes_in(text: str) -> tuple[str, ...]:
    """Return every code that a text may hold, as orders and bundles have it, each once.

    Banks write in capitals, leave out hyphens and marks, put spaces anywhere and words before and
    after; whoever types a code takes O for 0 and I for 1. What looks like a code and is none of
    ours is found to be nobody's.
    """
    folded = unicodedata.normalize("NFKD", text).upper()
    plain = "".join(sign for sign in folded if sign.isascii() and sign.isalnum())
    return tuple(dict.fromkeys(map("-".join, _CODE.findall(plain.translate(_HEARD)))))


def match(amount_vnd: int, named: Sequence[Owed]) -> Match:
    """Return what so much money pays, of what its text names; else why it needs a review."""
    if not named:
        return Match(None, ReviewKind.UNKNOWN_CODE)
    if len(named) > 1:
        return Match(None, ReviewKind.AMBIGUOUS)
    (owed,) = named
    if owed.state is not OwedState.DUE:
        return Match(owed, _OF_STATE[owed.state])
    if amount_vnd == owed.amount_vnd:
        return Match(owed, None)
    is_less = amount_vnd < owed.amount_vnd
    return Match(owed, ReviewKind.UNDERPAID if is_less else ReviewKind.OVERPAID)


def suggestions(amount_vnd: int, due: Sequence[Owed]) -> tuple[Suggestion, ...]:
    """Return what may be done with money, of which `due` is what it may have been meant for.

    All of that is paid where the money is enough, or else each that it is enough for; to send all
    of it back is always possible, and stands last.
    """
    together = (tuple(due),) if due else ()
    each = ((one,) for one in due) if len(due) > 1 else ()
    ways = (pays for pays in (*together, *each) if total_of(pays) <= amount_vnd)
    return (
        *(Suggestion(pays, amount_vnd - total_of(pays)) for pays in ways),
        Suggestion((), amount_vnd),
    )


def total_of(owed: Sequence[Owed]) -> int:
    """Return what several ask for together, in whole dong."""
    return sum(one.amount_vnd for one in owed)


def settlement_of(paid_vnd: int, refund_vnd: int) -> Settlement:
    """Return how a review ends of which so much pays something and so much goes back."""
    if not paid_vnd:
        return Settlement.REFUNDED
    return Settlement.SPLIT if refund_vnd else Settlement.APPLIED


def state_of(*, reviewed: bool, settlement: Settlement | None) -> PaymentState:
    """Return what became of money: what had no review, or one that ended so."""
    if settlement is not None:
        return PaymentState(settlement.value)
    return PaymentState.UNDER_REVIEW if reviewed else PaymentState.APPLIED
