"""Money that comes in with a text: what that names is paid, if it is due and exactly so much."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from app.domain.errors import (
    AmountMismatchError,
    BundleNotDueError,
    FieldError,
    OrderNotDueError,
)
from app.domain.money_in import Owed, OwedState, bundle_state, codes_in, match
from app.models import Order, Payment, PaymentBundle
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.applying import Applying, CameIn, ensure_same


@dataclass(frozen=True, slots=True)
class Named:
    """What a code names: an order, or a bundle with its orders."""

    orders: Sequence[Order]
    bundle: PaymentBundle | None = None

    def of(self, orders: Sequence[Order]) -> "Named":
        """Return the same of its orders as they are now."""
        return replace(self, orders=orders)

    @property
    def owed(self) -> Owed:
        """Return it as the rules of matching see it."""
        bundle = self.bundle
        if bundle is None:
            return owed_of(self.orders[0])
        state = bundle_state([(OwedState(one.state), one.payment_id) for one in self.orders])
        return Owed(bundle.id, bundle.code, bundle.amount_vnd, state, is_bundle=True)


@dataclass(frozen=True, slots=True)
class Matched:
    """Money that is stored, with the orders that it paid; none while it waits for a review.

    `known` tells that it came before: then nobody looked what it paid.
    """

    payment: Payment
    paid: Sequence[Order] = ()
    known: bool = False


class Matching:
    """Takes money whatever it is for; none of it is lost, and none pays by a guess."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def receive(self, came: CameIn) -> Matched:
        """Store money with what became of it, or find that it was known already.

        Raises:
            RetryMismatchError: its reference came before with another amount.
            RetryCollisionError: it is being stored by somebody else.
        """
        known = await self._uow.payments.by_source(came.organisation_id, [came.source_reference])
        if known:
            ensure_same(known[0], came)
            return Matched(known[0], known=True)
        return await self.match(came, await self.named(codes_in(came.purpose or "")))

    async def named(self, codes: Collection[str]) -> Sequence[Named]:
        """Return what some codes name."""
        if not codes:
            return ()
        orders = await self._uow.payments.orders_named(codes)
        bundles = await self._uow.payments.bundles_named(codes)
        of_bundles = (
            await self._uow.payments.orders_of_bundles([one.id for one in bundles])
            if bundles
            else {}
        )
        return [
            *(Named([one]) for one in orders),
            *(Named(of_bundles[one.id], one) for one in bundles),
        ]

    async def match(self, came: CameIn, named: Sequence[Named]) -> Matched:
        """Let money that is new pay what it names, or set it aside; see `match` of the rules."""
        applying = Applying(self._uow, self._act)
        if len(named) == 1:
            named = [named[0].of(await applying.hold(named[0].orders))]
        return await self.decide(applying, came, named)

    async def decide(self, applying: Applying, came: CameIn, named: Sequence[Named]) -> Matched:
        """Let money pay what it names, which is held where it is one thing, or set it aside."""
        found = match(came.amount_vnd, [one.owed for one in named])
        if found.review is None:
            orders = named[0].orders
            return Matched(await applying.take(came, orders, named[0].bundle), orders)
        return Matched(await applying.set_aside(came, found.review, found.owed))


def owed_of(order: Order) -> Owed:
    """Return an order as the rules of matching see it."""
    return Owed(order.id, order.code, order.amount_vnd, OwedState(order.state))


def ensure_due(owed: Owed, amount_vnd: int) -> None:
    """Refuse money that is handed over for what is not due, or is not exactly it.

    Raises:
        OrderNotDueError, BundleNotDueError, AmountMismatchError.
    """
    if owed.state is not OwedState.DUE:
        if owed.is_bundle:
            raise BundleNotDueError(bundle=owed.code)
        raise OrderNotDueError(order=owed.code, state=owed.state.value)
    if amount_vnd != owed.amount_vnd:
        error = FieldError("/amount/amount", AmountMismatchError.code, amount_vnd)
        raise AmountMismatchError(errors=(error,), due_vnd=owed.amount_vnd)
