"""Receipts: numbered one by one, found by their codes, listed for who may see them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select, union, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.authorisation import Action, decide
from app.domain.principal import Principal
from app.domain.questions import ReceiptFilter
from app.domain.receipts.numbering import Told
from app.domain.receipts.receipt import ReceiptState
from app.domain.vocabulary import Party
from app.models import (
    Charge,
    Delegation,
    Entry,
    Event,
    Order,
    Organisation,
    Payment,
    Receipt,
    ReceiptDispatch,
    ReceiptSeries,
)
from app.models import Principal as PrincipalRow
from app.repositories.delegations import in_force
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import Rows, insert_rows

MOST_NAMED = 10
ORDER = (Receipt.issued_at, Receipt.id)


class Basis(NamedTuple):
    """What a receipt is made from: what was priced and declared, and by whom."""

    order: Order
    charge: Charge
    entry: Entry
    declarant_name: str | None
    declarant_tax_code: str | None
    collector_tax_code: str | None


class Shown(NamedTuple):
    """A receipt with what its paper names beside it, and who voided it."""

    receipt: Receipt
    order_code: str
    order_kind: str
    tariff_code: str
    reference: str
    paid_at: datetime
    replaces: Receipt | None
    replaced_by: Receipt | None
    voided_by: str | None
    void_approved_by: str | None
    dispatch: ReceiptDispatch | None


class ReceiptsRepository:
    """Questions about receipts."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def bases(self, order_ids: Collection[UUID]) -> Mapping[UUID, Basis]:
        """Return what receipts of orders are made from, by their orders."""
        collector = (
            select(Organisation.tax_code)
            .where(Organisation.kind == "collector", Organisation.tax_code.is_not(None))
            .order_by(Organisation.id)
            .limit(1)
        )
        statement = (
            select(
                Order, Charge, Entry, Organisation.name, Organisation.tax_code,
                collector.scalar_subquery(),
            )
            .join(Charge, Charge.id == Order.charge_id)
            .join(Entry, Entry.id == Order.entry_id)
            .outerjoin(Organisation, Organisation.id == Entry.organisation_id)
            .where(Order.id.in_(order_ids))
        )  # fmt: skip
        return {row[0].id: Basis(*row) for row in await self._session.execute(statement)}

    async def take_numbers(self, gate: str, year: int, code: str, count: int) -> int:
        """Return the first of the next `count` numbers of a series, which begins with its first.

        Nobody else numbers a receipt of it before this transaction ends: one that is rolled back
        gives its numbers back, so there is no gap. Ask for it last, several in order of gates.
        """
        last = await self._counted_up(gate, year, count)
        if last is None:
            # No one index arbitrates: of two that begin a series at once, both would be met.
            begun = insert(ReceiptSeries).values(
                gate_code=gate, year=year, code=code, last_number=0
            )
            await self._session.execute(begun.on_conflict_do_nothing())
            last = await self._counted_up(gate, year, count)
        assert last is not None
        return last - count + 1

    async def _counted_up(self, gate: str, year: int, count: int) -> int | None:
        """Return the last number of a series, now so many further; None where it has not begun."""
        statement = (
            update(ReceiptSeries)
            .where(ReceiptSeries.gate_code == gate, ReceiptSeries.year == year)
            .values(last_number=ReceiptSeries.last_number + count)
            .returning(ReceiptSeries.last_number)
            .execution_options(synchronize_session=False)
        )
        return await self._session.scalar(statement)

    async def insert(self, receipts: Rows, dispatches: Rows, events: Rows) -> None:
        """Store new receipts, what a provider is to be told of them, events, from their columns."""
        await insert_rows(
            self._wire, (Receipt, receipts), (ReceiptDispatch, dispatches), (Event, events)
        )

    async def standing(self, order_ids: Collection[UUID]) -> Mapping[UUID, Receipt]:
        """Return the receipts of orders that count, by their orders."""
        statement = select(Receipt).where(
            Receipt.order_id.in_(order_ids), Receipt.voided_at.is_(None)
        )
        return {one.order_id: one for one in await self._session.scalars(statement)}

    async def of_entry(self, entry_id: UUID) -> Sequence[Receipt]:
        """Return the receipts of an entry that count, oldest first."""
        statement = (
            select(Receipt)
            .where(Receipt.entry_id == entry_id, Receipt.voided_at.is_(None))
            .order_by(Receipt.issued_at, Receipt.id)
        )
        return (await self._session.scalars(statement)).all()

    async def get(self, receipt_id: UUID) -> Receipt | None:
        """Return a receipt; to change it, take the lock of its entry, then `locked`."""
        return await self._session.get(Receipt, receipt_id)

    async def locked(self, receipt_id: UUID) -> Receipt:
        """Return a receipt that is there, as it is now, kept from other writers."""
        return await self._session.get_one(
            Receipt, receipt_id, with_for_update=True, populate_existing=True
        )

    async def by_lookup(self, code: str) -> Shown | None:
        """Return the receipt of a lookup code."""
        row = (
            await self._session.execute(shown_receipts().where(Receipt.lookup == code))
        ).one_or_none()
        return Shown(*row) if row else None

    async def page(
        self,
        principal: Principal,
        where: ReceiptFilter,
        after: Sequence[Any] | None,
        limit: int,
        *,
        at: datetime,
    ) -> Sequence[Shown]:
        """Return up to `limit` receipts after a cursor that a principal may see, newest first.

        Who sees every order sees all; a company those of what it declared, paid, or was let pay.
        """
        statement = shown_receipts().where(*_narrowed(where))
        if not decide(principal, Action.ORDERS):
            own = _of_company(principal, where, after, limit, at)
            statement = statement.where(Receipt.id.in_(own))
        page = page_of(statement, ORDER, after, limit, newest_first=True)
        return [Shown(*row) for row in await self._session.execute(page)]

    async def gaps(self) -> Mapping[str, int]:
        """Return the series that have another count of receipts than numbers, and how many more."""
        counted = select(func.count()).where(Receipt.series == ReceiptSeries.code)
        missing = ReceiptSeries.last_number - counted.scalar_subquery()
        statement = select(ReceiptSeries.code, missing.label("missing")).where(missing != 0)
        return {row.code: row.missing for row in await self._session.execute(statement)}

    async def uncovered(self) -> Sequence[str]:
        """Return the codes of some orders whose receipt is not for what came in and stayed.

        It reads every receipt: an operator may wait for that, a request may not.
        """
        standing = and_(Receipt.order_id == Order.id, Receipt.voided_at.is_(None))
        statement = (
            select(Order.code)
            .outerjoin(Receipt, standing)
            .where(Order.id.in_(select(ReceiptDispatch.order_id)))
            .where(func.coalesce(Receipt.amount_vnd, 0) != Order.amount_vnd - Order.refunded_vnd)
            .order_by(Order.code)
            .limit(MOST_NAMED)
        )
        return (await self._session.scalars(statement)).all()


def shown_receipts() -> Select[*tuple[Any, ...]]:
    """Return the question for receipts with what their papers name beside them: see `Shown`."""
    replaced, replacing = aliased(Receipt), aliased(Receipt)
    voider, approver = aliased(PrincipalRow), aliased(PrincipalRow)
    return (
        select(
            Receipt, Order.code, Order.kind, Charge.tariff_code, Entry.reference, Payment.paid_at,
            replaced, replacing, voider.name, approver.name, ReceiptDispatch,
        )
        .join(Order, Order.id == Receipt.order_id)
        .join(Charge, Charge.id == Receipt.charge_id)
        .join(Entry, Entry.id == Receipt.entry_id)
        .join(Payment, Payment.id == Receipt.payment_id)
        .outerjoin(replaced, replaced.id == Receipt.replaces_id)
        .outerjoin(replacing, replacing.replaces_id == Receipt.id)
        .outerjoin(
            ReceiptDispatch,
            and_(
                ReceiptDispatch.receipt_id == Receipt.id,
                ReceiptDispatch.told == Told.ISSUED.value,
            ),
        )
        .outerjoin(voider, voider.id == Receipt.voided_by)
        .outerjoin(approver, approver.id == Receipt.void_approved_by)
    )  # fmt: skip


def _of_company(
    principal: Principal,
    where: ReceiptFilter,
    after: Sequence[Any] | None,
    limit: int,
    at: datetime,
) -> Select[UUID]:
    """Return the receipts of a company's page, found in the first so many of each range."""
    found = select(*ORDER).where(*_narrowed(where))
    let_pay = and_(
        Delegation.organisation_id == principal.organisation_id,
        Delegation.party == Party.PAYER.value,
        *in_force(at),
    )
    ranges = [
        found.where(Receipt.declarant_id == principal.organisation_id),
        found.join(Delegation, Delegation.entry_id == Receipt.entry_id).where(let_pay),
        found.join(Delegation, Delegation.grantor_id == Receipt.declarant_id).where(
            let_pay, Delegation.entry_id.is_(None)
        ),
    ]
    if principal.tax_code is not None:
        ranges.append(found.where(Receipt.payer_tax_code == principal.tax_code))
        named = found.join(Entry, Entry.id == Receipt.entry_id)
        ranges.append(named.where(Entry.payer_tax_code == principal.tax_code))
    pages = (page_of(one, ORDER, after, limit, newest_first=True) for one in ranges)
    every = union(*(select(*one.subquery().c) for one in pages)).subquery()
    return select(every.c.id)


def _narrowed(where: ReceiptFilter) -> Iterator[ColumnElement[bool]]:
    equal = {
        Receipt.order_id: where.order,
        Receipt.entry_id: where.entry,
        Receipt.gate_code: where.gate,
        Receipt.series: where.series,
        Receipt.number: where.number,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
    if where.state is not None:
        is_issued = where.state is ReceiptState.ISSUED
        yield Receipt.voided_at.is_(None) if is_issued else Receipt.voided_at.is_not(None)
    if where.issued_from is not None:
        yield Receipt.issued_at >= where.issued_from
    if where.issued_before is not None:
        yield Receipt.issued_at < where.issued_before
