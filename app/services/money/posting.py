"""What happens to money is posted to the books, in the transaction in which it happens."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from app.domain.books import (
    CHANNELS,
    Owed,
    Posting,
    Received,
    postings_of_cancelled,
    postings_of_orders,
    postings_of_payment,
    postings_of_refund,
    postings_of_refund_paid,
    postings_of_review,
    postings_of_settlement,
    postings_of_superseded,
)
from app.domain.charges import Edition, Split
from app.domain.money_in import Channel
from app.models import Charge, Order
from app.repositories.books import OrderFacts
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

Row = Mapping[str, Any]


def posting_rows(act: Act, postings: Iterable[Posting], day: date | None = None) -> list[Row]:
    """Return postings as columns to store, of the legal day of an act or of one before it."""
    return [_row(act, one, day or act.day) for one in postings]


def rows_of_new_orders(
    act: Act, gate: str, edition: Edition, charge: Row, orders: Sequence[Row]
) -> list[Row]:
    """Return the postings of orders that are made with a charge, as columns to store."""
    quote, split = charge["quote"], edition.split
    group, vehicle = quote["goods_group"], quote["vehicle_class"]
    owed = (
        Owed(one["id"], gate, one["kind"], group, vehicle, one["amount_vnd"], split)
        for one in orders
    )
    return posting_rows(act, postings_of_orders(owed))


def rows_of_superseded(act: Act, gate: str, charge: Charge, orders: Iterable[Order]) -> list[Row]:
    """Return the postings of a superseded charge's orders that were due, as columns to store.

    Each is of the gate of its order; of the release before, that is its entry's `gate`.
    """
    return posting_rows(act, postings_of_superseded(_due(act, gate, charge, orders)))


def _due(act: Act, gate: str, charge: Charge, orders: Iterable[Order]) -> Iterator[Owed]:
    split = act.reference.tariffs.editions[charge.tariff_code].split
    group, vehicle = charge.quote["goods_group"], charge.quote["vehicle_class"]
    for one in orders:
        if one.charge_id == charge.id and one.state == "due":
            of = one.gate_code or gate
            yield Owed(one.id, of, one.kind, group, vehicle, one.amount_vnd, split)


class Books:
    """Posts what is done to orders and payments that are stored already."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def cancelled(self, order_ids: Sequence[UUID]) -> None:
        """Post that nothing is asked any more of orders that were due."""
        await self._post(postings_of_cancelled(await self._owed(order_ids)))

    async def paid(self, money: Received, order_ids: Sequence[UUID]) -> None:
        """Post money that pays orders as it came, exactly."""
        await self._post(postings_of_payment(money, await self._owed(order_ids)))

    async def set_aside(self, money: Received) -> None:
        """Post money that pays nothing by itself."""
        await self._post(postings_of_review(money))

    async def settled(
        self, money: Received, order_ids: Sequence[UUID], refund_id: UUID | None = None
    ) -> None:
        """Post what was decided about money that was set aside; a rest of it is due back."""
        owed = await self._owed(order_ids)
        await self._post(postings_of_settlement(money, owed, refund_id))

    async def given_back(
        self, refund_id: UUID, order_id: UUID, amount_vnd: int, before_vnd: int
    ) -> None:
        """Post an approved refund of an order, of which so much was given back before."""
        (owed,) = await self._owed([order_id])
        await self._post(postings_of_refund(refund_id, owed, amount_vnd, before_vnd))

    async def paid_back(self, refund_id: UUID, gate: str, amount_vnd: int) -> None:
        """Post that a refund was paid."""
        await self._post(postings_of_refund_paid(refund_id, gate, amount_vnd))

    async def _owed(self, order_ids: Sequence[UUID]) -> list[Owed]:
        if not order_ids:
            return []
        editions = self._act.reference.tariffs.editions
        found = await self._uow.books.facts(order_ids)
        return [owed_in_books(one, editions[one.tariff].split) for one in found]

    async def _post(self, postings: Iterable[Posting]) -> None:
        await self._uow.books.post(posting_rows(self._act, postings))


def owed_in_books(facts: OrderFacts, split: Split) -> Owed:
    """Return an order as the books see it."""
    return Owed(
        order_id=facts.order_id,
        gate=facts.gate,
        order_kind=facts.order_kind,
        goods_group=facts.goods_group,
        vehicle_class=facts.vehicle_class,
        amount_vnd=facts.amount_vnd,
        split=split,
    )


def received(
    payment_id: UUID, amount_vnd: int, channel: Channel, till: str | None = None
) -> Received:
    """Return money as the books see it; `till` is the gate of the cashier who took it, if any."""
    return Received(payment_id, till, CHANNELS[channel], amount_vnd)


def _row(act: Act, posting: Posting, day: date) -> Row:
    owed = posting.owed
    return {
        "gate_code": posting.gate,
        "book_day": day,
        "posted_at": act.now,
        "debit": posting.debit.value,
        "credit": posting.credit.value,
        "amount_vnd": posting.amount_vnd,
        "cause": posting.cause.value,
        "order_id": owed.order_id if owed else None,
        "order_kind": owed.order_kind if owed else None,
        "goods_group": owed.goods_group if owed else None,
        "vehicle_class": owed.vehicle_class if owed else None,
        "payment_id": posting.payment_id,
        "refund_id": posting.refund_id,
        "shift_id": posting.shift_id,
        "remittance_id": posting.remittance_id,
        "principal_id": act.principal.id,
    }
