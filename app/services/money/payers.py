"""Who pays an order: named for it until it is paid, else whom the entry declares, or its declarant.

The last one who names somebody wins; there is no version to ask for.
"""

from uuid import UUID

from app.domain.authorisation import Action, Relation, decide, relations_to
from app.domain.errors import OrderNotDueError, OrderNotFoundError
from app.domain.payers import Payer
from app.models import Order
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import relations_with
from app.services.money.applying import Applying
from app.services.money.receipts import payer_from


class Payers:
    """Finds orders for whoever may do something with them, and says who pays."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def reached(self, order_id: UUID, action: Action) -> Order:
        """Return an order with which the principal may do something.

        By what it is to the entry, or because it is named as who pays this order.

        Raises:
            OrderNotFoundError: none of that id, or the principal may not do that with it.
        """
        principal, order = self._act.principal, await self._uow.money.order(order_id)
        if order is None:
            raise OrderNotFoundError
        of_entry = await relations_with(self._uow, self._act, order.entry_id)
        if not decide(principal, action, of_entry | of_payer(self._act, order)):
            raise OrderNotFoundError
        return order

    async def of(self, order: Order) -> Payer:
        """Return who pays an order."""
        return payer_from((await self._uow.receipts.bases([order.id]))[order.id])

    async def name(self, order_id: UUID, payer: Payer) -> Order:
        """Name who pays an order that is due.

        Raises:
            OrderNotFoundError, OrderNotDueError.
        """
        applying = Applying(self._uow, self._act)
        (order,) = await applying.hold([await self.reached(order_id, Action.PAYER)])
        # Whoever was let name one when they asked may be let no more, now that it is held.
        self._act = applying.act
        await self.reached(order_id, Action.PAYER)
        if order.state != "due":
            raise OrderNotDueError(order=order.code, state=order.state)
        order.payer, order.payer_tax_code = payer.document(), payer.tax_code
        await self._uow.payments.touch([order.entry_id], self._act.now)
        await self._uow.flush()
        event = self._act.event("order.payer_named", None, order.entry_id, order=str(order.id))
        await self._uow.records.insert_events([event])
        return order


def of_payer(act: Act, order: Order) -> frozenset[Relation]:
    """Return what a principal is to an order by being named as who pays it."""
    return relations_to(act.principal, None, order.payer_tax_code)
