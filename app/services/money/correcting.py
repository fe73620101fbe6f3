"""Corrections: a receipt that named the wrong payer is voided by two, and another replaces it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.errors import (
    CorrectionNotAskedError,
    CorrectionOpenError,
    ReceiptNotFoundError,
    ReceiptVoidedError,
    SecondOfficerNeededError,
)
from app.domain.payers import Payer
from app.domain.questions import CorrectionFilter
from app.domain.receipts.receipt import CorrectionState, VoidCause
from app.models import Receipt, ReceiptCorrection
from app.repositories.corrections import ShownCorrection
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.money.receipts import Receipts

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Corrections", "ShownCorrection"]


class Corrections:
    """Keeps who asks that a receipt be corrected, and has it done by another's word."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def page(
        self, where: CorrectionFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ShownCorrection]:
        """Return up to `limit` corrections after a cursor, newest first."""
        return await self._uow.corrections.page(where, after, limit)

    async def ask(self, receipt_id: UUID, payer: Payer, reason: str) -> ShownCorrection:
        """Ask that a receipt name another payer; nothing happens before another approves.

        Raises:
            ReceiptNotFoundError, ReceiptVoidedError.
            CorrectionOpenError: somebody has asked before.
        """
        receipt = await self._held(receipt_id)
        if receipt.voided_at is not None:
            raise ReceiptVoidedError
        if await self._uow.corrections.open_of(receipt_id) is not None:
            raise CorrectionOpenError
        correction = ReceiptCorrection(
            id=self._act.tools.new_id(),
            receipt_id=receipt.id,
            reason=reason,
            payer_name=payer.name,
            payer_tax_code=payer.tax_code,
            state=CorrectionState.ASKED.value,
            asked_at=self._act.now,
            asked_by=self._act.principal.id,
        )
        self._uow.add(correction)
        return await self._told("receipt.correction_asked", correction, receipt)

    async def approve(self, receipt_id: UUID) -> ShownCorrection:
        """Void the receipt, and give another that names the payer asked for.

        Raises:
            ReceiptNotFoundError, ReceiptVoidedError, CorrectionNotAskedError.
            SecondOfficerNeededError: it was this one who asked.
        """
        receipt = await self._held(receipt_id)
        if receipt.void_cause == VoidCause.REFUNDED.value:
            raise ReceiptVoidedError  # what was asked of it has ended with it
        correction = await self._settled(receipt_id, CorrectionState.APPROVED)
        await self._uow.flush()
        await Receipts(self._uow, self._act).correct(receipt, correction)
        return await self._uow.corrections.shown(correction.id)

    async def refuse(self, receipt_id: UUID) -> ShownCorrection:
        """Leave a receipt as it is, by the word of another than who asked.

        Raises:
            ReceiptNotFoundError, CorrectionNotAskedError, SecondOfficerNeededError.
        """
        receipt = await self._held(receipt_id)
        correction = await self._settled(receipt_id, CorrectionState.REFUSED)
        return await self._told("receipt.correction_refused", correction, receipt)

    async def _held(self, receipt_id: UUID) -> Receipt:
        """Return a receipt kept from other writers: its entry first, as those do who refund."""
        found = await self._uow.receipts.get(receipt_id)
        if found is None:
            raise ReceiptNotFoundError
        entry = await self._uow.entries.locked(found.entry_id)
        self._act = self._act.not_before(entry.changed_at)
        return await self._uow.receipts.locked(receipt_id)

    async def _settled(self, receipt_id: UUID, state: CorrectionState) -> ReceiptCorrection:
        correction = await self._uow.corrections.open_of(receipt_id)
        if correction is None:
            raise CorrectionNotAskedError
        if correction.asked_by == self._act.principal.id:
            raise SecondOfficerNeededError
        correction.state = state.value
        correction.settled_at, correction.settled_by = self._act.now, self._act.principal.id
        return correction

    async def _told(
        self, kind: str, correction: ReceiptCorrection, receipt: Receipt
    ) -> ShownCorrection:
        await self._uow.flush()
        facts = {"receipt": str(receipt.id), "series": receipt.series, "number": receipt.number}
        event = self._act.event(kind, None, receipt.entry_id, None, **facts)
        await self._uow.records.insert_events([event])
        return await self._uow.corrections.shown(correction.id)
