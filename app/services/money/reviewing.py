"""Money that came in: listed, shown with what became of it, and settled where it paid nothing."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action, decide
from app.domain.errors import (
    FieldError,
    OrderNotDueError,
    PaymentNotFoundError,
    PaymentNotUnderReviewError,
    PaymentTooSmallError,
    UnknownCodeError,
)
from app.domain.money_in import Channel, Suggestion, codes_in, settlement_of, suggestions, total_of
from app.domain.questions import PaymentFilter
from app.models import Order, Payment, PaymentReview
from app.repositories.payments import Received
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.applying import Applying
from app.services.money.matching import Matched, Matching, owed_of
from app.services.money.posting import Books
from app.services.money.posting import received as received_money
from app.services.money.refunds import Refunds

# The edges show these and never ask for them: they import them from here.
__all__ = ["Came", "Received", "Reviewing"]

ORDERS = "/orders"


@dataclass(frozen=True, slots=True)
class Came:
    """Money with its text in clear, what it paid, and what may be done with it."""

    received: Received
    purpose: str | None
    paid: Sequence[Order]
    suggestions: Sequence[Suggestion]


class Reviewing:
    """Shows money that came in, and lets those decide who collect."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(
        self, where: PaymentFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Received]:
        """Return up to `limit` payments after a cursor; a bank sees its own."""
        principal = self._act.principal
        if not decide(principal, Action.MONEY):
            where = replace(where, organisation_id=principal.organisation_id)
        return await self._uow.payments.page(where, after, limit)

    async def get(self, payment_id: UUID) -> Came:
        """Return a payment, whosever it is.

        Raises:
            PaymentNotFoundError.
        """
        received = await self._uow.payments.get(payment_id)
        if received is None:
            raise PaymentNotFoundError
        payment, review, purpose = received.payment, received.review, self._text(received)
        paid = await self._uow.payments.paid_by(payment)
        waits = review is not None and review.settled_at is None
        ways = await self._ways(payment.amount_vnd, purpose) if waits else ()
        return Came(received, purpose, paid, ways)

    async def shown(self, matched: Matched, taken_by: str, purpose: str | None) -> Came:
        """Return money that has just come in as `get` would; what has paid is not asked for again.

        Its receipt holds up all others of its gate until the transaction ends.
        """
        if not matched.paid:
            return await self.get(matched.payment.id)
        received = Received(matched.payment, None, taken_by, None)
        return Came(received, purpose, _in_order(matched.paid), ())

    async def settle(self, payment_id: UUID, orders: Collection[UUID], reason: str) -> Came:
        """Let money under review pay orders, exactly what each asks for; the rest goes back.

        What it pays gets its receipts last, and nothing is asked for any more after that.

        Raises:
            PaymentNotFoundError, PaymentNotUnderReviewError, OrderNotDueError.
            UnknownCodeError: there is no such order.
            PaymentTooSmallError: they ask for more than came in.
        """
        review = await self._open(payment_id)
        received = await self._uow.payments.get(payment_id)
        assert received is not None
        applying = Applying(self._uow, self._act.not_before(review.opened_at))
        due = await self._due(applying, orders)
        self._act = applying.act
        paid_vnd = total_of([owed_of(one) for one in due])
        refund_vnd = received.payment.amount_vnd - paid_vnd
        if refund_vnd < 0:
            error = FieldError(ORDERS, PaymentTooSmallError.code, paid_vnd)
            raise PaymentTooSmallError(errors=(error,), amount_vnd=received.payment.amount_vnd)
        review.settlement = settlement_of(paid_vnd, refund_vnd).value
        review.refund_vnd, review.reason = refund_vnd, reason
        await self._tell(review)
        await self._post(review, received.payment, due, refund_vnd)
        if due:
            await applying.pay(payment_id, due)
        settled = received._replace(review=review, settled_by=self._act.principal.name)
        return Came(settled, self._text(received), _in_order(due), ())

    def _text(self, received: Received) -> str | None:
        """Return what the payer wrote, in clear."""
        kept = received.payment.purpose
        return self._act.tools.cipher.decrypt(kept) if kept else None

    async def _post(
        self, review: PaymentReview, payment: Payment, due: Sequence[Order], refund_vnd: int
    ) -> None:
        """Post what was decided; a refund of what was under review has the id of the review."""
        money = received_money(payment.id, payment.amount_vnd, Channel(payment.channel))
        if refund_vnd:
            await Refunds(self._uow, self._act).of_review(review, refund_vnd)
        refund_id = review.id if refund_vnd else None
        await Books(self._uow, self._act).settled(money, [one.id for one in due], refund_id)

    async def _ways(self, amount_vnd: int, purpose: str | None) -> Sequence[Suggestion]:
        """Return what may be done now: what its text names may have been priced anew meanwhile."""
        named = await Matching(self._uow, self._act).named(codes_in(purpose or ""))
        meant = [order.id for one in named for order in one.orders]
        due = await self._uow.payments.due_beside(meant) if meant else []
        return suggestions(amount_vnd, [owed_of(one) for one in due])

    async def _open(self, payment_id: UUID) -> PaymentReview:
        review = await self._uow.payments.locked_review(payment_id)
        if review is None:
            if await self._uow.payments.get(payment_id) is None:
                raise PaymentNotFoundError
            raise PaymentNotUnderReviewError
        if review.settled_at is not None:
            raise PaymentNotUnderReviewError
        return review

    async def _due(self, applying: Applying, order_ids: Collection[UUID]) -> Sequence[Order]:
        """Return the orders that are to be paid, held, each of them due."""
        wanted = list(dict.fromkeys(order_ids))
        found = {one.id: one for one in await self._uow.payments.orders_by_id(wanted)}
        pointers = {one: f"{ORDERS}/{number}" for number, one in enumerate(wanted)}
        for one, pointer in pointers.items():
            if one not in found:
                raise UnknownCodeError.at(pointer, str(one))
        held = await applying.hold(list(found.values())) if found else []
        for order in held:
            if order.state != "due":
                error = FieldError(pointers[order.id], OrderNotDueError.code)
                raise OrderNotDueError(errors=(error,), order=order.code, state=order.state)
        return held

    async def _tell(self, review: PaymentReview) -> None:
        review.settled_at, review.settled_by = self._act.now, self._act.principal.id
        await self._uow.flush()
        facts = {
            "payment": str(review.payment_id),
            "settlement": review.settlement,
            "refund_vnd": review.refund_vnd,
        }
        event = self._act.event("payment.settled", None, None, None, **facts)
        await self._uow.records.insert_events([event])


def _in_order(orders: Sequence[Order]) -> Sequence[Order]:
    """Return orders as they are always listed."""
    return sorted(orders, key=lambda one: (one.created_at, one.kind, one.id))
