"""Corrections of receipts: the one that is open, and lists of them with who asked and decided."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.questions import CorrectionFilter
from app.domain.receipts.receipt import CorrectionState
from app.models import Principal, Receipt, ReceiptCorrection
from app.repositories.pages import page_of
from app.repositories.receipts import Shown, shown_receipts

ORDER = (ReceiptCorrection.asked_at, ReceiptCorrection.id)


class ShownCorrection(NamedTuple):
    """A correction, the receipt that it is about as it is now, and by whose word."""

    correction: ReceiptCorrection
    asked_by: str
    settled_by: str | None
    receipt: Shown


class CorrectionsRepository:
    """Questions about corrections of receipts."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within the transaction of `session`."""
        self._session = session

    async def open_of(self, receipt_id: UUID) -> ReceiptCorrection | None:
        """Return the correction of a receipt that was asked for and not settled."""
        statement = select(ReceiptCorrection).where(
            ReceiptCorrection.receipt_id == receipt_id,
            ReceiptCorrection.state == CorrectionState.ASKED.value,
        )
        return await self._session.scalar(statement)

    async def shown(self, correction_id: UUID) -> ShownCorrection:
        """Return a correction that is there, with its receipt."""
        statement = _shown().where(ReceiptCorrection.id == correction_id)
        return _of((await self._session.execute(statement)).one())

    async def page(
        self, where: CorrectionFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ShownCorrection]:
        """Return up to `limit` corrections after a cursor, newest first."""
        statement = _shown().where(*_narrowed(where))
        page = page_of(statement, ORDER, after, limit, newest_first=True)
        return [_of(row) for row in await self._session.execute(page)]


def _shown() -> Select[*tuple[Any, ...]]:
    asker, settler = aliased(Principal), aliased(Principal)
    return (
        shown_receipts()
        .add_columns(ReceiptCorrection, asker.name, settler.name)
        .join(ReceiptCorrection, ReceiptCorrection.receipt_id == Receipt.id)
        .join(asker, asker.id == ReceiptCorrection.asked_by)
        .outerjoin(settler, settler.id == ReceiptCorrection.settled_by)
    )


def _of(row: Sequence[Any]) -> ShownCorrection:
    *receipt, correction, asked_by, settled_by = row
    return ShownCorrection(correction, asked_by, settled_by, Shown(*receipt))


def _narrowed(where: CorrectionFilter) -> Iterator[ColumnElement[bool]]:
    if where.state is not None:
        yield ReceiptCorrection.state == where.state.value
    if where.gate is not None:
        yield Receipt.gate_code == where.gate
    if where.receipt is not None:
        yield Receipt.id == where.receipt
