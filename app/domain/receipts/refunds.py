"""Refunds: what goes back, when, and by whose word; no more of an order than came in for it.

A price that falls below what was paid makes refunds due, of the orders that were paid last first.
What was paid for a vehicle that never crossed is given back where somebody asks so, with a reason.
Nothing found says more of how this fee is given back: two persons, a dossier and a reference of the
payment are ours, as of every fee to the budget.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.domain.errors import RefundStepRefusedError
from app.domain.vocabulary import State


class RefundState(StrEnum):
    """How far a refund is; one that is `refused` may be asked for again, with a better dossier."""

    DUE = "due"
    ASKED = "asked"
    APPROVED = "approved"
    PAID = "paid"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RefundCause(StrEnum):
    """Why money goes back: the price fell, nobody crossed, or what came in fitted nothing."""

    REPRICED = "repriced"
    NOT_CROSSED = "not-crossed"
    UNDERPAID = "underpaid"
    OVERPAID = "overpaid"
    DOUBLE = "double"
    UNKNOWN_CODE = "unknown-code"
    AMBIGUOUS = "ambiguous"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    BUNDLE_BROKEN = "bundle-broken"


class Unfit(StrEnum):
    """Why a refund of an order may not be opened."""

    NOT_PAID = "order-not-paid"
    MAY_CROSS = "entry-not-ended-short"
    GOES_BACK = "nothing-left-to-give-back"


class RefundStep(StrEnum):
    """What somebody does with a refund."""

    ASK = "ask"
    APPROVE = "approve"
    REFUSE = "refuse"
    PAY = "pay"
    CANCEL = "cancel"


OPEN: Final = frozenset({RefundState.DUE, RefundState.ASKED, RefundState.REFUSED})
"""Nobody has promised it yet: it is cancelled where the price rises again."""
ENDED_SHORT: Final = frozenset(
    {State.CANCELLED, State.REVOKED, State.NO_SHOW, State.EXPIRED, State.TURNED_BACK}
)
"""Ends of an entry that did not cross."""
GONE: Final = frozenset({RefundState.APPROVED, RefundState.PAID})
"""What so much of came in is no longer ours."""

STEPS: Final[Mapping[RefundStep, tuple[frozenset[RefundState], RefundState]]] = MappingProxyType(
    {
        RefundStep.ASK: (
            frozenset({RefundState.DUE, RefundState.REFUSED}), RefundState.ASKED,
        ),
        RefundStep.APPROVE: (frozenset({RefundState.ASKED}), RefundState.APPROVED),
        RefundStep.REFUSE: (frozenset({RefundState.ASKED}), RefundState.REFUSED),
        RefundStep.PAY: (frozenset({RefundState.APPROVED}), RefundState.PAID),
        RefundStep.CANCEL: (OPEN, RefundState.CANCELLED),
    }
)  # fmt: skip
"""From where each step goes where."""


def step(state: RefundState, taken: RefundStep) -> RefundState:
    """Return the state after a step.

    Raises:
        RefundStepRefusedError: no such step from there.
    """
    before, after = STEPS[taken]
    if state not in before:
        raise RefundStepRefusedError(state=state.value, step=taken.value)
    return after


@dataclass(frozen=True, slots=True)
class Promised:
    """A refund of an order, in whole VND."""

    id: UUID
    amount_vnd: int
    state: RefundState


@dataclass(frozen=True, slots=True)
class PaidOrder:
    """What came in for an order, in whole VND, and its refunds."""

    id: UUID
    amount_vnd: int
    refunds: Sequence[Promised] = ()

    @property
    def kept_vnd(self) -> int:
        """What of it is still ours: all but the refunds that are approved or paid."""
        return self.amount_vnd - sum(one.amount_vnd for one in self.refunds if one.state in GONE)

    @property
    def open(self) -> Sequence[Promised]:
        """The refunds that nobody has approved yet."""
        return [one for one in self.refunds if one.state in OPEN]


@dataclass(frozen=True, slots=True)
class Returned:
    """What a new price does to refunds: which are cancelled, and of which orders how much is due.

    What is due already, and as much, stays as it is.
    """

    cancelled: Sequence[UUID]
    due: Sequence[tuple[UUID, int]]


def opened(state: State, paid: PaidOrder | None) -> int | Unfit:
    """Return how much of an order is given back if somebody opens that, or why they may not.

    `paid` is None where nothing came in for it. Nothing found says what becomes of the fee of a
    vehicle that paid and never crossed, so none is due by itself: two persons decide it case by
    case, with a reason. All of it goes back that is still ours and is not going back already.
    """
    if paid is None:
        return Unfit.NOT_PAID
    if state not in ENDED_SHORT:
        return Unfit.MAY_CROSS
    if paid.open or not paid.kept_vnd:
        return Unfit.GOES_BACK
    return paid.kept_vnd


def kept(paid: Iterable[PaidOrder]) -> int:
    """Return what is still ours of what came in for some orders."""
    return sum(one.kept_vnd for one in paid)


def returned(price_vnd: int, paid: Sequence[PaidOrder]) -> Returned:
    """Return what goes back of orders of one kind, oldest first, whose price is now so much."""
    left = max(0, kept(paid) - price_vnd)
    cancelled, due = list[UUID](), list[tuple[UUID, int]]()
    for order in reversed(paid):
        part = min(order.kept_vnd, left)
        left -= part
        if part and [part] == [one.amount_vnd for one in order.open]:
            continue
        cancelled += [one.id for one in order.open]
        if part:
            due.append((order.id, part))
    return Returned(cancelled, due)
