"""Money that comes in with a text: what that names is paid, if it is due and exactly so much."""

from collections.abc import Sequence

from app.domain.money_in import Match, Owed, OwedState, codes_in, match
from app.models import Order, Payment
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.applying import Applying, CameIn, ensure_same


class Matching:
    """Takes money whatever it is for; none of it is lost, and none pays by a guess."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def receive(self, came: CameIn) -> tuple[Payment, bool]:
        """Store money with what became of it, and tell whether it was known already.

        Raises:
            RetryMismatchError: its reference came before with another amount.
            RetryCollisionError: it is being stored by somebody else.
        """
        known = await self._uow.payments.by_source(came.organisation_id, [came.source_reference])
        if known:
            ensure_same(known[0], came)
            return known[0], True
        return await self.match(came, await self.named(came.purpose or "")), False

    async def named(self, purpose: str) -> Sequence[Order]:
        """Return the orders whose codes a text has."""
        codes = codes_in(purpose)
        return await self._uow.payments.orders_named(codes) if codes else []

    async def match(self, came: CameIn, orders: Sequence[Order]) -> Payment:
        """Let money that is new pay what it names, or set it aside; see `match` of the rules."""
        applying = Applying(self._uow, self._act)
        if len(orders) == 1:
            orders = await applying.hold(orders)
        found: Match = match(came.amount_vnd, [owed_of(one) for one in orders])
        if found.review is None:
            return await applying.take(came, orders)
        order_id = found.owed.id if found.owed else None
        return await applying.set_aside(came, found.review, order_id)


def owed_of(order: Order) -> Owed:
    """Return an order as the rules of matching see it."""
    return Owed(order.id, order.code, order.amount_vnd, OwedState(order.state))
