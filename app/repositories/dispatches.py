"""What providers of electronic receipts are to be told: taken in order, written down."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.receipts.numbering import DispatchState
from app.models import Charge, Entry, Order, Payment, Receipt, ReceiptDispatch

# A constant of the statements, so that the partial index can be used.
PENDING = literal(DispatchState.PENDING.value, literal_execute=True)
DONE = literal(DispatchState.DONE.value, literal_execute=True)


class Dispatched(NamedTuple):
    """What is to be told, of which receipt, with what its document names."""

    dispatch: ReceiptDispatch
    receipt: Receipt
    order: Order
    tariff_code: str
    reference: str
    paid_at: datetime


class DispatchesRepository:
    """Questions about what providers are told."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def take(self, machine: datetime, lease: timedelta, limit: int) -> Sequence[Dispatched]:
        """Return up to `limit` due ones that nobody else takes for a while.

        The first of each order: what follows waits until that is done. Whoever is sent at this
        moment is passed over.
        """
        numbers = (await self._session.scalars(_due(machine, limit))).all()
        if not numbers:
            return ()
        statement = WITH_RECEIPT.where(ReceiptDispatch.number.in_(numbers))
        taken = [Dispatched(*row) for row in await self._session.execute(statement)]
        for one in taken:
            one.dispatch.leased_until = machine + lease
        return taken

    async def held(self, numbers: Collection[int]) -> Sequence[tuple[ReceiptDispatch, Receipt]]:
        """Return what is still pending, with its receipts, kept from other writers."""
        statement = (
            select(ReceiptDispatch, Receipt)
            .join(Receipt, Receipt.id == ReceiptDispatch.receipt_id)
            .where(ReceiptDispatch.number.in_(numbers), ReceiptDispatch.state == PENDING)
            .order_by(ReceiptDispatch.number)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return [(row[0], row[1]) for row in await self._session.execute(statement)]

    async def refused(self, receipt_id: UUID) -> Sequence[ReceiptDispatch]:
        """Return what a provider refused of a receipt, kept from other writers."""
        statement = (
            select(ReceiptDispatch)
            .where(
                ReceiptDispatch.receipt_id == receipt_id,
                ReceiptDispatch.state == DispatchState.REFUSED.value,
            )
            .with_for_update()
        )
        return (await self._session.scalars(statement)).all()

    async def counted(self) -> Mapping[str, int]:
        """Return how much is not told yet, by its state."""
        statement = (
            select(ReceiptDispatch.state, func.count().label("many"))
            .where(ReceiptDispatch.state != DONE)
            .group_by(ReceiptDispatch.state)
        )
        return {row.state: row.many for row in await self._session.execute(statement)}


def _due(machine: datetime, limit: int) -> Select[int]:
    """Return the numbers of the first of each order, where it is due and nobody is sending it."""
    earlier = aliased(ReceiptDispatch)
    overtaken = exists().where(
        earlier.order_id == ReceiptDispatch.order_id,
        earlier.state != DONE,
        earlier.number < ReceiptDispatch.number,
    )
    free = or_(ReceiptDispatch.leased_until.is_(None), ReceiptDispatch.leased_until <= machine)
    is_due = or_(ReceiptDispatch.due_at.is_(None), ReceiptDispatch.due_at <= machine)
    return (
        select(ReceiptDispatch.number)
        .where(ReceiptDispatch.state == PENDING, is_due, free, ~overtaken)
        .order_by(ReceiptDispatch.due_at.asc().nulls_first(), ReceiptDispatch.number)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )


WITH_RECEIPT = (
    select(ReceiptDispatch, Receipt, Order, Charge.tariff_code, Entry.reference, Payment.paid_at)
    .join(Receipt, Receipt.id == ReceiptDispatch.receipt_id)
    .join(Order, Order.id == Receipt.order_id)
    .join(Charge, Charge.id == Receipt.charge_id)
    .join(Entry, Entry.id == Receipt.entry_id)
    .join(Payment, Payment.id == Receipt.payment_id)
    .order_by(ReceiptDispatch.number)
    .execution_options(populate_existing=True)
)
