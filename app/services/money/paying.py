"""Orders and their payment by whoever names the order: exactly what is due, or nothing."""

from collections.abc import Sequence
from uuid import UUID

from app.domain.authorisation import Action, decide
from app.domain.errors import (
    FieldError,
    OrderNotFoundError,
    RetryMismatchError,
)
from app.domain.money_in import Channel
from app.models import Order, Payment
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.applying import Applying, CameIn
from app.services.money.matching import ensure_due, owed_of
from app.services.money.payers import Payers

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Order", "Paying", "Payment"]


class Paying:
    """Orders, and money that comes in for one of them by its id."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def order(self, order_id: UUID) -> tuple[Order, Sequence[Payment]]:
        """Return an order and its payments.

        Raises:
            OrderNotFoundError: there is none that the principal may see.
        """
        order = await Payers(self._uow, self._act).reached(order_id, Action.ORDERS)
        return order, await self._uow.payments.of_order(order)

    async def pay(
        self, order_id: UUID, amount_vnd: int, source_reference: str
    ) -> tuple[Order, Payment]:
        """Record the payment of exactly what is due; the same source reference pays once.

        Raises:
            OrderNotFoundError, OrderNotDueError, AmountMismatchError, RetryMismatchError.
        """
        found = await self._uow.money.order(order_id)
        if found is None or not decide(self._act.principal, Action.PAY):
            raise OrderNotFoundError
        applying = Applying(self._uow, self._act)
        (order,) = await applying.hold([found])
        came = CameIn(
            amount_vnd=amount_vnd,
            source_reference=source_reference,
            channel=Channel.BANK,
            organisation_id=self._act.principal.organisation_id,
        )
        known = await self._uow.payments.by_source(came.organisation_id, [source_reference])
        if known:
            return order, _same(known[0], order, amount_vnd)
        ensure_due(owed_of(order), amount_vnd)
        return order, await applying.take(came, [order])


def _same(payment: Payment, order: Order, amount_vnd: int) -> Payment:
    is_its = order.id == payment.order_id or order.payment_id == payment.id
    if not is_its or payment.amount_vnd != amount_vnd:
        raise RetryMismatchError(errors=(FieldError("/source_reference", RetryMismatchError.code),))
    return payment
