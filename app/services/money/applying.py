"""Money pays orders: exactly what is due, whole, whatever way it came in.

Everybody takes locks in this order: the review of a payment, entries in the order of their ids, the
orders in that of theirs, and whatever numbers receipts last.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.errors import FieldError, RetryMismatchError
from app.domain.money_in import Channel, Owed, ReviewKind
from app.models import Order, Payment, PaymentBundle
from app.repositories.rows import as_stored
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.posting import Books, received
from app.services.money.receipts import Receipts, Settled


@dataclass(frozen=True, slots=True, kw_only=True)
class CameIn:
    """Money as whoever took it tells of it, under a reference of its own; in whole dong.

    `organisation_id` is whose reference it is; `paid_at` is when it was paid there. `till` is the
    gate of the shift into whose till it was put.
    """

    amount_vnd: int
    source_reference: str
    channel: Channel
    organisation_id: UUID
    message_id: str | None = None
    purpose: str | None = None
    paid_at: datetime | None = None
    shift_id: UUID | None = None
    till: str | None = None


class Applying:
    """Stores money with what becomes of it."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    @property
    def act(self) -> Act:
        """The act, dated no earlier than what others did to the entries that are held."""
        return self._act

    async def hold(self, orders: Collection[Order]) -> Sequence[Order]:
        """Return orders as they are now, kept from others, their entries first as all do.

        What follows is dated by `act`: who asks for changes since an instant would miss it else.
        """
        entries = await self._uow.entries.all_locked({one.entry_id for one in orders})
        self._act = self._act.not_before(*(one.changed_at for one in entries))
        return await self._uow.payments.locked_orders([one.id for one in orders])

    async def take(
        self, came: CameIn, orders: Sequence[Order], bundle: PaymentBundle | None = None
    ) -> Payment:
        """Store money that pays an order or all of a bundle: held, due, and of just that amount."""
        payment = self._payment(came)
        if bundle is None:
            payment["order_id"] = orders[0].id
        else:
            payment["bundle_id"] = bundle.id
        await self._uow.payments.insert(payment, None, [])
        money = received(payment["id"], came.amount_vnd, came.channel, came.till)
        await Books(self._uow, self._act).paid(money, [one.id for one in orders])
        await self.pay(payment["id"], orders)
        return as_stored(Payment, payment)

    async def set_aside(self, came: CameIn, kind: ReviewKind, owed: Owed | None = None) -> Payment:
        """Store money that pays nothing by itself until somebody decides; it names `owed`."""
        act, payment = self._act, self._payment(came)
        review = {
            "id": act.tools.new_id(),
            "payment_id": payment["id"],
            "kind": kind.value,
            "order_id": owed.id if owed and not owed.is_bundle else None,
            "bundle_id": owed.id if owed and owed.is_bundle else None,
            "opened_at": act.now,
        }
        told = act.event(
            "payment.set_aside", None, None, payment=str(payment["id"]), review=kind.value,
            amount_vnd=came.amount_vnd,
        )  # fmt: skip
        await self._uow.payments.insert(payment, review, [told])
        money = received(payment["id"], came.amount_vnd, came.channel, came.till)
        await Books(self._uow, act).set_aside(money)
        return as_stored(Payment, payment)

    async def pay(self, payment_id: UUID, orders: Iterable[Order]) -> None:
        """Let money that is stored and posted pay orders: the one place where any order is paid.

        What follows from it belongs here, in the same transaction and in this order: events,
        receipts.
        """
        act, paid = self._act, list(orders)
        for order in paid:
            order.state, order.paid_at, order.payment_id = "paid", act.now, payment_id
        await self._uow.payments.touch({one.entry_id for one in paid}, act.now)
        await self._uow.flush()
        await self._uow.records.insert_events(
            [
                act.event(
                    "order.paid", None, one.entry_id, order=str(one.id), order_kind=one.kind,
                    amount_vnd=one.amount_vnd,
                )
                for one in paid
            ]
        )  # fmt: skip
        settled = [Settled(one.id, payment_id, one.amount_vnd) for one in paid]
        await Receipts(self._uow, act).issue(settled)

    def _payment(self, came: CameIn) -> dict[str, Any]:
        act = self._act
        return {
            "id": act.tools.new_id(),
            "order_id": None,
            "bundle_id": None,
            "shift_id": came.shift_id,
            "amount_vnd": came.amount_vnd,
            "channel": came.channel.value,
            "purpose": act.tools.cipher.encrypt(came.purpose) if came.purpose else None,
            "source_reference": came.source_reference,
            "message_id": came.message_id,
            "paid_at": came.paid_at or act.now,
            "received_at": act.now,
            "principal_id": act.principal.id,
            "organisation_id": came.organisation_id,
        }


def ensure_same(known: Payment, came: CameIn) -> None:
    """Refuse money under a reference that came before with another amount.

    Raises:
        RetryMismatchError.
    """
    if known.amount_vnd != came.amount_vnd:
        raise RetryMismatchError(errors=(FieldError("/source_reference", RetryMismatchError.code),))
