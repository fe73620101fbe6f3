"""The books: postings, and what they are made of."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Charge, Entry, Order, PostingRow
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows


class OrderFacts(NamedTuple):
    """What the books ask of an order; `gate` is where its entry is bound for now."""

    order_id: UUID
    gate: str
    order_kind: str
    goods_group: str
    vehicle_class: str
    amount_vnd: int
    tariff: str


class BooksRepository:
    """Questions about the books."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def post(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store postings from their columns; those of a closed day go to the next open one."""
        await insert_rows(self._wire, (PostingRow, rows))

    async def facts(self, order_ids: Sequence[UUID]) -> Sequence[OrderFacts]:
        """Return what the books ask of some orders, in the order of their ids."""
        statement = (
            select(
                Order.id,
                Entry.gate_code,
                Order.kind,
                Charge.quote["goods_group"].astext,
                Charge.quote["vehicle_class"].astext,
                Order.amount_vnd,
                Charge.tariff_code,
            )
            .join(Entry, Entry.id == Order.entry_id)
            .join(Charge, Charge.id == Order.charge_id)
            .where(Order.id.in_(order_ids))
            .order_by(Order.id)
        )
        return [OrderFacts(*row) for row in await self._session.execute(statement)]
