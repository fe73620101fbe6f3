"""Refunds: those of an entry, how far each is, and who may see them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.authorisation import Action, decide
from app.domain.principal import Principal
from app.domain.questions import RefundFilter
from app.domain.receipts.refunds import RefundState
from app.domain.vocabulary import Party
from app.models import Delegation, Entry, Order, Payment, Refund
from app.models import Principal as PrincipalRow
from app.repositories.delegations import in_force
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import Rows, insert_rows

ORDER = (Refund.due_at, Refund.id)


class ShownRefund(NamedTuple):
    """A refund with what a reader asks: of what, and by whose word."""

    refund: Refund
    order_code: str | None
    reference: str | None
    source_reference: str
    asked_by: str | None
    approved_by: str | None
    refused_by: str | None
    paid_by: str | None


class RefundsRepository:
    """Questions about refunds."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def of_orders(self, order_ids: Collection[UUID]) -> Sequence[Refund]:
        """Return the refunds of orders that were not cancelled, as they are now.

        Ask under the lock of their entry: nobody changes a refund of an order without it.
        """
        statement = select(Refund).where(
            Refund.order_id.in_(order_ids), Refund.state != RefundState.CANCELLED.value
        )
        fresh = statement.execution_options(populate_existing=True)
        return (await self._session.scalars(fresh)).all()

    async def insert(self, rows: Rows) -> None:
        """Store new refunds from their columns."""
        await insert_rows(self._wire, (Refund, rows))

    async def cancel(self, refund_ids: Collection[UUID], at: datetime) -> None:
        """End refunds that nobody has approved."""
        await self._session.execute(
            update(Refund)
            .where(Refund.id.in_(refund_ids))
            .values(state=RefundState.CANCELLED.value, cancelled_at=at)
        )

    async def get(self, refund_id: UUID) -> Refund | None:
        """Return a refund; to change it, take the lock of its entry, then `locked`."""
        return await self._session.get(Refund, refund_id)

    async def locked(self, refund_id: UUID) -> Refund:
        """Return a refund that is there, as it is now, kept from other writers."""
        return await self._session.get_one(
            Refund, refund_id, with_for_update=True, populate_existing=True
        )

    async def shown(self, refund_id: UUID) -> ShownRefund | None:
        """Return a refund with what a reader asks."""
        row = (await self._session.execute(_shown().where(Refund.id == refund_id))).one_or_none()
        return ShownRefund(*row) if row else None

    async def page(
        self,
        principal: Principal,
        where: RefundFilter,
        after: Sequence[Any] | None,
        limit: int,
        *,
        at: datetime,
    ) -> Sequence[ShownRefund]:
        """Return up to `limit` refunds after a cursor that a principal may see, newest first.

        Who sees every order sees all; a company those of what it declared, paid, or was let pay.
        """
        statement = _shown().where(*_narrowed(where))
        if not decide(principal, Action.ORDERS):
            statement = statement.where(_of_company(principal, at))
        page = page_of(statement, ORDER, after, limit, newest_first=True)
        return [ShownRefund(*row) for row in await self._session.execute(page)]

    async def counted(self) -> Mapping[str, int]:
        """Return how many refunds stand in each state that is not an end."""
        statement = (
            select(Refund.state, func.count().label("many"))
            .where(Refund.state.not_in([RefundState.PAID.value, RefundState.CANCELLED.value]))
            .group_by(Refund.state)
        )
        return {row.state: row.many for row in await self._session.execute(statement)}


def _shown() -> Select[*tuple[Any, ...]]:
    asker, approver, refuser, payer = (aliased(PrincipalRow) for _ in range(4))
    return (
        select(
            Refund, Order.code, Entry.reference, Payment.source_reference,
            asker.name, approver.name, refuser.name, payer.name,
        )
        .join(Payment, Payment.id == Refund.payment_id)
        .outerjoin(Order, Order.id == Refund.order_id)
        .outerjoin(Entry, Entry.id == Refund.entry_id)
        .outerjoin(asker, asker.id == Refund.asked_by)
        .outerjoin(approver, approver.id == Refund.approved_by)
        .outerjoin(refuser, refuser.id == Refund.refused_by)
        .outerjoin(payer, payer.id == Refund.paid_by)
    )  # fmt: skip


def _of_company(principal: Principal, at: datetime) -> ColumnElement[bool]:
    """Return what a company sees: few refunds there are, so one condition does."""
    let_pay = (
        select(Delegation.id)
        .where(
            Delegation.organisation_id == principal.organisation_id,
            Delegation.party == Party.PAYER.value,
            *in_force(at),
            or_(
                Delegation.entry_id == Refund.entry_id,
                and_(
                    Delegation.entry_id.is_(None),
                    Delegation.grantor_id == Entry.organisation_id,
                ),
            ),
        )
        .exists()
    )
    own = [Entry.organisation_id == principal.organisation_id, let_pay]
    if principal.tax_code is not None:
        own += [
            Entry.payer_tax_code == principal.tax_code,
            Order.payer_tax_code == principal.tax_code,
        ]
    return or_(*own)


def _narrowed(where: RefundFilter) -> Iterator[ColumnElement[bool]]:
    equal = {
        Refund.state: where.state,
        Refund.cause: where.cause,
        Refund.gate_code: where.gate,
        Refund.entry_id: where.entry,
        Refund.order_id: where.order,
        Refund.payment_id: where.payment,
    }
    yield from (column == value for column, value in equal.items() if value is not None)
