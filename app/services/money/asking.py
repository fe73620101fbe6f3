"""What a payer is asked for by a QR code: one order or one bundle, exactly, while it is due."""

from dataclasses import dataclass
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.errors import BundleNotDueError, NoCollectionAccountError, OrderNotDueError
from app.domain.money_in import OwedState
from app.domain.vietqr import CollectionAccount, transfer
from app.models import Order
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.bundles import Bundles
from app.services.money.payers import Payers


@dataclass(frozen=True, slots=True)
class Asked:
    """A transfer that a payer is asked to make, and the text of its QR code."""

    account: CollectionAccount
    amount_vnd: int
    code: str
    payload: str


class Asking:
    """Asks for transfers into the account of who collects."""

    def __init__(self, uow: UnitOfWork, act: Act, account: CollectionAccount | None) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._account = account

    async def order(self, order_id: UUID) -> Asked:
        """Return how an order is paid.

        Raises:
            OrderNotFoundError, OrderNotDueError, NoCollectionAccountError.
        """
        order = await Payers(self._uow, self._act).reached(order_id, Action.ORDERS)
        return asked_for(order, self._account)

    async def bundle(self, bundle_id: UUID) -> Asked:
        """Return how a bundle is paid.

        Raises:
            BundleNotFoundError, BundleNotDueError, NoCollectionAccountError.
        """
        bundle = await Bundles(self._uow, self._act).get(bundle_id)
        if bundle.state is not OwedState.DUE:
            raise BundleNotDueError(bundle=bundle.row.code)
        return _asked(bundle.row.amount_vnd, bundle.row.code, self._account)


def asked_for(order: Order, account: CollectionAccount | None) -> Asked:
    """Return how an order is paid.

    Raises:
        OrderNotDueError, NoCollectionAccountError.
    """
    if order.state != OwedState.DUE:
        raise OrderNotDueError(order=order.code, state=order.state)
    return _asked(order.amount_vnd, order.code, account)


def _asked(amount_vnd: int, code: str, account: CollectionAccount | None) -> Asked:
    if account is None:
        raise NoCollectionAccountError
    return Asked(account, amount_vnd, code, transfer(account, amount_vnd, code))
