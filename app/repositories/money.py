"""Charges and orders."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, union, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.questions import OrderFilter
from app.models import Charge, Entry, Order, PostingRow
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows

# Those of one charge are made at once, and ids of one millisecond are in no order.
IN_ORDER = (Order.created_at, Order.kind, Order.id)
OF_ONE_PLATE = 5
"""So many signs name a plate; fewer may be a number by which a gate called."""


class FoundOrder(NamedTuple):
    """An order, and the entry that it is of."""

    order: Order
    entry: Entry


class MoneyRepository:
    """Questions about what is owed."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def insert(
        self,
        charge: Mapping[str, Any],
        orders: Sequence[Mapping[str, Any]],
        postings: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Store a charge, its orders and what is posted of both from their columns."""
        await insert_rows(self._wire, (Charge, [charge]), (Order, orders), (PostingRow, postings))

    async def charges(self, entry_id: UUID) -> Sequence[Charge]:
        """Return all charges of an entry, oldest first; the current one, if any, is the last."""
        statement = (
            select(Charge)
            .where(Charge.entry_id == entry_id)
            .order_by(Charge.superseded_at.asc().nulls_last(), Charge.created_at, Charge.id)
        )
        return (await self._session.scalars(statement)).all()

    async def charge(self, entry_id: UUID) -> Charge | None:
        """Return the charge of an entry that is not superseded."""
        statement = select(Charge).where(
            Charge.entry_id == entry_id, Charge.superseded_at.is_(None)
        )
        return await self._session.scalar(statement)

    async def orders(self, entry_id: UUID, *, locked: bool = False) -> Sequence[Order]:
        """Return all orders of an entry, oldest first, kept from payers when `locked`."""
        statement = select(Order).where(Order.entry_id == entry_id).order_by(*IN_ORDER)
        if locked:
            statement = statement.with_for_update(key_share=True).execution_options(
                populate_existing=True
            )
        return (await self._session.scalars(statement)).all()

    async def charges_of(self, entry_ids: Sequence[UUID]) -> Sequence[Charge]:
        """Return the current charges of several entries."""
        statement = select(Charge).where(
            Charge.entry_id.in_(entry_ids), Charge.superseded_at.is_(None)
        )
        return (await self._session.scalars(statement)).all()

    async def orders_of(self, entry_ids: Sequence[UUID]) -> Sequence[Order]:
        """Return the orders of several entries, oldest first."""
        statement = select(Order).where(Order.entry_id.in_(entry_ids)).order_by(*IN_ORDER)
        return (await self._session.scalars(statement)).all()

    async def supersede(self, charge_id: UUID, at: datetime) -> None:
        """Close a charge and its unpaid orders; only that they are current is overwritten."""
        await self._session.execute(
            update(Charge).where(Charge.id == charge_id).values(superseded_at=at)
        )
        await self._session.execute(
            update(Order)
            .where(Order.charge_id == charge_id, Order.state == "due")
            .values(state="superseded")
        )

    async def cancel_due(self, entry_id: UUID) -> Sequence[UUID]:
        """Ask no more for what an entry that did not cross still owed; return which orders."""
        statement = (
            update(Order)
            .where(Order.entry_id == entry_id, Order.state == "due")
            .values(state="cancelled")
            .returning(Order.id)
        )
        return (await self._session.scalars(statement)).all()

    async def page(
        self, where: OrderFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[FoundOrder]:
        """Return up to `limit` orders after a cursor of what somebody names, newest first."""
        statement = (
            select(Order, Entry)
            .join(Entry, Entry.id == Order.entry_id)
            .where(Order.id.in_(_named(where)))
        )
        if where.due is not None:
            statement = statement.where((Order.state == "due").is_(where.due))
        page = page_of(statement, (Order.created_at, Order.id), after, limit, newest_first=True)
        return [FoundOrder(*row) for row in await self._session.execute(page)]

    async def order(self, order_id: UUID, *, locked: bool = False) -> Order | None:
        """Return an order, kept from other writers when `locked`."""
        statement = select(Order).where(Order.id == order_id)
        if locked:
            statement = statement.with_for_update().execution_options(populate_existing=True)
        return await self._session.scalar(statement)


def _named(where: OrderFilter) -> Select[UUID]:
    """Return the ids of the orders of what somebody names: each way has an index of its own."""
    of_entry = select(Order.id).join(Entry, Entry.id == Order.entry_id)
    is_part = len(where.plate) >= OF_ONE_PLATE
    has_part = Entry.tractor_plate.contains(where.plate, autoescape=True)
    ways = [
        select(Order.id).where(Order.code.in_(where.codes)),
        of_entry.where(Entry.reference == where.reference),
        of_entry.where(has_part if is_part else Entry.tractor_plate == where.plate),
    ]
    if where.call is not None:
        gate, number = where.call
        is_called = (Entry.gate_code == gate, Entry.call_number == number)
        ways.append(of_entry.where(*is_called, Entry.ended_at.is_(None)))
    return select(union(*ways).subquery().c.id)
