"""What whoever holds a tracking link sees of the money: how it is paid, and the receipts."""

from collections.abc import Sequence

from app.domain.errors import OrderNotFoundError
from app.domain.vietqr import CollectionAccount
from app.models import Receipt
from app.repositories.unit_of_work import UnitOfWork
from app.services.declarations.entries import entry_of_link, opened_by
from app.services.money.asking import Asked, asked_for


async def asked_by_link(
    uow: UnitOfWork, token: str, code: str, account: CollectionAccount | None
) -> Asked:
    """Return how one order is paid of the entry that a tracking token opens.

    Raises:
        TrackingNotFoundError, OrderNotFoundError, OrderNotDueError, NoCollectionAccountError.
    """
    found = await opened_by(uow, token)
    order = next((one for one in found.orders if one.code == code), None)
    if order is None:
        raise OrderNotFoundError
    return asked_for(order, account)


async def receipts_by_link(uow: UnitOfWork, token: str) -> Sequence[Receipt]:
    """Return the receipts that count of the entry that a tracking token opens, oldest first.

    Raises:
        TrackingNotFoundError: the token is wrong or has been revoked.
    """
    return await uow.receipts.of_entry((await entry_of_link(uow, token)).id)
