"""Receipts: one for each order that is paid, in the transaction that applies the money.

The number is taken last. Whoever takes one holds the series until the transaction ends, so numbers
have no gap, and no lock is waited for behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from uuid import UUID

from app.domain.errors import ReceiptNotFoundError
from app.domain.payers import Payer, PayerCountry, payer_of
from app.domain.questions import ReceiptFilter
from app.domain.receipts.numbering import DispatchState, Told
from app.domain.receipts.receipt import (
    Account,
    CorrectionState,
    VoidCause,
    account_of,
    read_lookup,
    series_of,
)
from app.models import Receipt, ReceiptCorrection, Refund
from app.repositories.receipts import Basis, Shown
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Receipt", "Receipts", "Settled", "Shown", "receipt_by_lookup"]

Row = Mapping[str, Any]
KEPT: Final = (
    "gate_code", "entry_id", "declarant_id", "order_id", "payment_id", "charge_id", "amount_vnd",
    "lines", "elsewhere_vnd", "payer_name", "payer_tax_code", "collector_tax_code",
)  # fmt: skip
"""What one that takes the place of another says as it did."""


@dataclass(frozen=True, slots=True)
class Settled:
    """That a payment has paid an order in full."""

    order_id: UUID
    payment_id: UUID
    amount_vnd: int


@dataclass(frozen=True, slots=True)
class Voiding:
    """Why a receipt counts no more, and by whose word: one asked, another approved."""

    cause: VoidCause
    reason: str | None
    asked_by: UUID | None
    approved_by: UUID | None


async def receipt_by_lookup(uow: UnitOfWork, lookup: str) -> Shown:
    """Return the receipt of a lookup code, however it was typed.

    Raises:
        ReceiptNotFoundError: no receipt has that code.
    """
    found = await uow.receipts.by_lookup(read_lookup(lookup))
    if found is None:
        raise ReceiptNotFoundError
    return found


class Receipts:
    """Gives receipts, and shows them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def issue(self, settled: Sequence[Settled]) -> Sequence[Row]:
        """Give a receipt for each order that was paid and return their columns.

        Nothing is locked after this.
        """
        bases = await self._uow.receipts.bases([one.order_id for one in settled])
        return await self.number([self._row(one, bases[one.order_id]) for one in settled])

    async def number(self, rows: Iterable[Row]) -> Sequence[Row]:
        """Store receipts under the next numbers of their series and return their columns.

        Series are taken in the order of their gates, so that nobody waits for one another.
        """
        year, numbered = self._act.day.year, list[Row]()
        for gate, group in groupby(sorted(rows, key=_gate), key=_gate):
            of_gate = list(group)
            series = series_of(self._act.reference.gates[gate].call_prefix, year)
            first = await self._uow.receipts.take_numbers(gate, year, series, len(of_gate))
            numbered += [
                {"series": series, "number": number, **row}
                for number, row in enumerate(of_gate, start=first)
            ]
        dispatches = [self._dispatch(row["id"], row["order_id"], Told.ISSUED) for row in numbered]
        events = [self._issued(row) for row in numbered]
        await self._uow.receipts.insert(numbered, dispatches, events)
        return numbered

    async def give_back(self, refund: Refund) -> None:
        """Void the receipt of an order of which a refund was approved; give one for the rest.

        Whoever has asked that it be corrected may ask so of the new one.
        What was paid before receipts were given has none, and gets none.
        """
        assert refund.order_id is not None
        assert refund.entry_id is not None
        standing = (await self._uow.receipts.standing([refund.order_id])).get(refund.order_id)
        if standing is None:
            return
        await self._overtake(standing)
        by = Voiding(VoidCause.REFUNDED, refund.reason, refund.asked_by, refund.approved_by)
        rest, rows = standing.amount_vnd - refund.amount_vnd, list[Row]()
        if rest > 0:
            basis = (await self._uow.receipts.bases([refund.order_id]))[refund.order_id]
            charge = await self._uow.money.charge(refund.entry_id) or basis.charge
            account = account_of(charge.quote, basis.order.kind, rest, basis.entry.declared)
            rows.append({**self._again(standing), **_accounted(account), "amount_vnd": rest})
        await self._void(standing, by)
        await self.number(rows)

    async def correct(self, receipt: Receipt, correction: ReceiptCorrection) -> None:
        """Void a receipt by a correction that is approved, and give another in its place."""
        approved_by, reason = correction.settled_by, correction.reason
        by = Voiding(VoidCause.CORRECTED, reason, correction.asked_by, approved_by)
        payer = {
            "payer_name": correction.payer_name, "payer_tax_code": correction.payer_tax_code,
        }  # fmt: skip
        row = {**self._again(receipt), **payer}
        await self._void(receipt, by)
        await self.number([row])

    async def page(
        self, where: ReceiptFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Shown]:
        """Return up to `limit` receipts that the principal may see, newest first."""
        act = self._act
        return await self._uow.receipts.page(act.principal, where, after, limit, at=act.now)

    async def _overtake(self, receipt: Receipt) -> None:
        """End what was asked of a receipt that counts no more."""
        correction = await self._uow.corrections.open_of(receipt.id)
        if correction is None:
            return
        correction.state = CorrectionState.OVERTAKEN.value
        correction.settled_at, correction.settled_by = self._act.now, self._act.principal.id
        facts = {"receipt": str(receipt.id), "series": receipt.series, "number": receipt.number}
        event = self._act.event(
            "receipt.correction_overtaken", None, receipt.entry_id, None, **facts
        )
        await self._uow.flush()
        await self._uow.records.insert_events([event])

    async def _void(self, receipt: Receipt, by: Voiding) -> None:
        receipt.voided_at, receipt.void_cause = self._act.now, by.cause.value
        receipt.void_reason, receipt.voided_by = by.reason, by.asked_by
        receipt.void_approved_by = by.approved_by
        await self._uow.flush()
        told = self._act.event(
            "receipt.voided",
            None,
            receipt.entry_id,
            receipt=str(receipt.id),
            series=receipt.series,
            number=receipt.number,
            order=str(receipt.order_id),
            why=by.cause.value,
        )
        dispatch = self._dispatch(receipt.id, receipt.order_id, Told.VOIDED)
        await self._uow.receipts.insert([], [dispatch], [told])

    def _dispatch(self, receipt_id: UUID, order_id: UUID, told: Told) -> Row:
        """Return what a provider is to be told, from now on."""
        return {
            "receipt_id": receipt_id,
            "order_id": order_id,
            "told": told.value,
            "state": DispatchState.PENDING.value,
            "attempts": 0,
        }

    def _again(self, receipt: Receipt) -> Row:
        """Return the columns of a receipt that takes the place of another, for the same payer."""
        act, identity = self._act, self._act.tools.new_id()
        return {
            **{name: getattr(receipt, name) for name in KEPT},
            "id": identity,
            "lookup": act.tools.tokens.lookup(identity),
            "issued_at": act.now,
            "issued_by": act.principal.id,
            "replaces_id": receipt.id,
        }

    def _row(self, settled: Settled, basis: Basis) -> Row:
        act, identity = self._act, self._act.tools.new_id()
        order, entry = basis.order, basis.entry
        account = account_of(basis.charge.quote, order.kind, settled.amount_vnd, entry.declared)
        payer = payer_from(basis)
        return {
            "id": identity,
            "gate_code": entry.gate_code,
            "entry_id": entry.id,
            "declarant_id": entry.organisation_id,
            "order_id": order.id,
            "payment_id": settled.payment_id,
            "charge_id": basis.charge.id,
            "amount_vnd": settled.amount_vnd,
            **_accounted(account),
            "payer_name": payer.name,
            "payer_tax_code": payer.tax_code,
            "collector_tax_code": basis.collector_tax_code,
            "lookup": act.tools.tokens.lookup(identity),
            "issued_at": act.now,
            "issued_by": act.principal.id,
            "replaces_id": None,
        }

    def _issued(self, row: Row) -> Row:
        return self._act.event(
            "receipt.issued",
            None,
            row["entry_id"],
            receipt=str(row["id"]),
            series=row["series"],
            number=row["number"],
            order=str(row["order_id"]),
            amount_vnd=row["amount_vnd"],
            replaces=str(row["replaces_id"]) if row["replaces_id"] else None,
        )


def _accounted(account: Account) -> Row:
    lines = [line.document() for line in account.lines]
    return {"lines": lines, "elsewhere_vnd": account.elsewhere_vnd}


def _gate(row: Row) -> str:
    return str(row["gate_code"])


def payer_from(basis: Basis) -> Payer:
    """Return who pays an order, of what stands beside it."""
    declarant = Payer(basis.declarant_name, PayerCountry.VIETNAM, basis.declarant_tax_code)
    declared = basis.entry.declared.get("payer")
    return payer_of(basis.order.payer, declared, basis.entry.payer_tax_code, declarant)
