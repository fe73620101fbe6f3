"""Refunds: due by themselves, asked for by one, approved by another, paid by reference.

Locks are taken in this order: the entry, the refund, its payment, the series of the receipt.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from app.domain.books import CENTRE
from app.domain.errors import (
    FieldError,
    OrderNotFoundError,
    RefundNotFoundError,
    RefundNotOpenedError,
    SecondOfficerNeededError,
)
from app.domain.questions import RefundFilter
from app.domain.receipts.refunds import (
    PaidOrder,
    Promised,
    RefundCause,
    RefundState,
    RefundStep,
    Unfit,
    kept,
    opened,
    returned,
    step,
)
from app.domain.vocabulary import State
from app.models import Entry, Order, PaymentReview, Refund
from app.repositories.refunds import ShownRefund
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.posting import Books
from app.services.money.receipts import Receipts

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Dossier", "Refund", "Refunds", "Repaid", "ShownRefund", "repaid"]

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """Why money goes back, what shows it, and into whose account."""

    reason: str
    documents: Sequence[str]
    payee_name: str
    payee_account: str
    payee_bank: str


@dataclass(frozen=True, slots=True)
class Repaid:
    """What a new price does: what is still ours by order kind, which refunds end, which begin."""

    kept: Mapping[str, int]
    cancelled: Sequence[UUID]
    due: Sequence[tuple[Order, int]]


def repaid(orders: Iterable[Order], refunds: Iterable[Refund], prices: Mapping[str, int]) -> Repaid:
    """Return what the new prices of an entry, by order kind, do to its orders and refunds."""
    paid = {one.id: one for one in orders if one.state == "paid"}
    of_order = defaultdict[UUID | None, list[Promised]](list)
    for one in refunds:
        of_order[one.order_id].append(Promised(one.id, one.amount_vnd, RefundState(one.state)))
    by_kind = defaultdict[str, list[PaidOrder]](list)
    for order in paid.values():
        by_kind[order.kind].append(PaidOrder(order.id, order.amount_vnd, of_order[order.id]))
    found = {kind: returned(prices.get(kind, 0), ones) for kind, ones in by_kind.items()}
    return Repaid(
        kept={kind: kept(ones) for kind, ones in by_kind.items()},
        cancelled=[one for each in found.values() for one in each.cancelled],
        due=[(paid[order], amount) for each in found.values() for order, amount in each.due],
    )


class Refunds:
    """Makes refunds due, and takes each on its way."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(
        self, where: RefundFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ShownRefund]:
        """Return up to `limit` refunds that the principal may see, newest first."""
        act = self._act
        return await self._uow.refunds.page(act.principal, where, after, limit, at=act.now)

    async def shown(self, refund_id: UUID) -> ShownRefund:
        """Return a refund, whosever it is.

        Raises:
            RefundNotFoundError.
        """
        found = await self._uow.refunds.shown(refund_id)
        if found is None:
            raise RefundNotFoundError
        return found

    async def follow(self, entry: Entry, charge_id: UUID, back: Repaid) -> Sequence[Row]:
        """Do what a new price does to refunds, under the entry's lock; return those now due."""
        if back.cancelled:
            await self._uow.refunds.cancel(back.cancelled, self._act.now)
        rows = [await self._of_order(entry, charge_id, *one) for one in back.due]
        await self._uow.refunds.insert(rows)
        return rows

    def events(self, entry: Entry, back: Repaid, due: Iterable[Row]) -> Sequence[Row]:
        """Return the events of what a new price did to refunds."""
        ended = [
            self._act.event("refund.cancelled", None, entry.id, refund=str(one))
            for one in back.cancelled
        ]
        return [*ended, *map(self._due, due)]

    async def of_review(self, review: PaymentReview, amount_vnd: int) -> None:
        """Make due what of money under review goes back; the refund has the id of the review."""
        row = self._row(RefundCause(review.kind), review.payment_id, amount_vnd, review.id)
        await self._uow.refunds.insert([{**row, "gate_code": CENTRE}])
        await self._uow.records.insert_events([self._due(row)])

    async def open(self, order_id: UUID, dossier: Dossier) -> ShownRefund:
        """Ask for what was paid for an order of an entry that ended without crossing.

        Raises:
            OrderNotFoundError.
            RefundNotOpenedError: it may not be opened so; the error names why.
        """
        found = await self._uow.money.order(order_id)
        if found is None:
            raise OrderNotFoundError
        entry = await self._uow.entries.locked(found.entry_id)
        self._act = self._act.not_before(entry.changed_at)
        (order,) = await self._uow.payments.locked_orders([order_id])
        refunds = await self._uow.refunds.of_orders([order_id])
        promised = [Promised(one.id, one.amount_vnd, RefundState(one.state)) for one in refunds]
        paid = PaidOrder(order.id, order.amount_vnd, promised) if order.state == "paid" else None
        amount = opened(State(entry.state), paid)
        if isinstance(amount, Unfit):
            raise RefundNotOpenedError(errors=(FieldError("/order", amount.value),))
        row = await self._of_order(entry, order.charge_id, order, amount, RefundCause.NOT_CROSSED)
        await self._uow.refunds.insert([row])
        await self._uow.records.insert_events([self._due(row)])
        return await self.ask(row["id"], dossier)

    async def ask(self, refund_id: UUID, dossier: Dossier) -> ShownRefund:
        """Ask for a refund that is due, with its dossier.

        Raises:
            RefundNotFoundError, RefundStepRefusedError.
        """
        one, cipher = await self._held(refund_id), self._act.tools.cipher
        _take(one, RefundStep.ASK)
        one.reason, one.documents = dossier.reason, list(dossier.documents)
        one.payee_name = cipher.encrypt(dossier.payee_name)
        one.payee_account = cipher.encrypt(dossier.payee_account)
        one.payee_bank = dossier.payee_bank
        one.asked_at, one.asked_by = self._act.now, self._act.principal.id
        one.refused_at = one.refused_by = one.refusal = None
        return await self._told("refund.asked", one)

    async def approve(self, refund_id: UUID) -> ShownRefund:
        """Promise what another asked for: it is no longer ours, and its receipt counts no more.

        Raises:
            RefundNotFoundError, RefundStepRefusedError.
            SecondOfficerNeededError: it was this one who asked.
        """
        one = await self._held(refund_id)
        orders = await self._uow.payments.locked_orders([one.order_id] if one.order_id else [])
        _take(one, RefundStep.APPROVE)
        self._ensure_another(one)
        one.approved_at, one.approved_by = self._act.now, self._act.principal.id
        shown = await self._told("refund.approved", one)
        for order in orders:
            before, order.refunded_vnd = order.refunded_vnd, order.refunded_vnd + one.amount_vnd
            books = Books(self._uow, self._act)
            await books.given_back(one.id, order.id, one.amount_vnd, before)
            await Receipts(self._uow, self._act).give_back(one)
        return shown

    async def refuse(self, refund_id: UUID, reason: str) -> ShownRefund:
        """Refuse what another asked for; it stays due, and may be asked for again.

        Raises:
            RefundNotFoundError, RefundStepRefusedError.
            SecondOfficerNeededError: it was this one who asked.
        """
        one = await self._held(refund_id)
        _take(one, RefundStep.REFUSE)
        self._ensure_another(one)
        one.refused_at, one.refused_by = self._act.now, self._act.principal.id
        one.refusal = reason
        return await self._told("refund.refused", one)

    async def pay(self, refund_id: UUID, reference: str) -> ShownRefund:
        """Record that an approved refund was paid, by the reference of that; once.

        Raises:
            RefundNotFoundError, RefundStepRefusedError.
            RefundReferenceTakenError: another refund was paid by that reference.
        """
        one = await self._held(refund_id)
        if one.paid_reference == reference:
            return await self.shown(refund_id)
        _take(one, RefundStep.PAY)
        one.paid_at, one.paid_by = self._act.now, self._act.principal.id
        one.paid_reference = reference
        shown = await self._told("refund.paid", one)
        await Books(self._uow, self._act).paid_back(one.id, one.gate_code, one.amount_vnd)
        return shown

    async def _held(self, refund_id: UUID) -> Refund:
        """Return a refund kept from other writers: its entry first, as those do who reprice it."""
        found = await self._uow.refunds.get(refund_id)
        if found is None:
            raise RefundNotFoundError
        if found.entry_id is not None:
            entry = await self._uow.entries.locked(found.entry_id)
            self._act = self._act.not_before(entry.changed_at)
        return await self._uow.refunds.locked(refund_id)

    def _ensure_another(self, one: Refund) -> None:
        if one.asked_by == self._act.principal.id:
            raise SecondOfficerNeededError

    async def _told(self, kind: str, one: Refund) -> ShownRefund:
        if one.entry_id is not None:
            await self._uow.entries.touch(one.entry_id, self._act.now)
        await self._uow.flush()
        facts = {"refund": str(one.id), "amount_vnd": one.amount_vnd, "cause": one.cause}
        event = self._act.event(kind, None, one.entry_id, None, **facts)
        await self._uow.records.insert_events([event])
        return await self.shown(one.id)

    async def _of_order(
        self,
        entry: Entry,
        charge_id: UUID,
        order: Order,
        amount_vnd: int,
        cause: RefundCause = RefundCause.REPRICED,
    ) -> Row:
        payment_id = order.payment_id or (await self._uow.payments.of_order(order))[-1].id
        return {
            **self._row(cause, payment_id, amount_vnd),
            "gate_code": order.gate_code or entry.gate_code,
            "order_id": order.id,
            "entry_id": entry.id,
            "charge_id": charge_id,
        }

    def _row(
        self, cause: RefundCause, payment_id: UUID, amount_vnd: int, refund_id: UUID | None = None
    ) -> Row:
        act, identity = self._act, refund_id or self._act.tools.new_id()
        return {
            "id": identity,
            "code": f"R{act.day:%Y%m%d}-{act.tools.reference_of(identity)[1:].replace('-', '')}",
            "cause": cause.value,
            "payment_id": payment_id,
            "amount_vnd": amount_vnd,
            "due_at": act.now,
            "state": RefundState.DUE.value,
        }

    def _due(self, row: Row) -> Row:
        facts = {
            "refund": str(row["id"]), "amount_vnd": row["amount_vnd"], "cause": row["cause"],
        }  # fmt: skip
        return self._act.event("refund.due", None, row.get("entry_id"), None, **facts)


def _take(one: Refund, taken: RefundStep) -> None:
    one.state = step(RefundState(one.state), taken).value
