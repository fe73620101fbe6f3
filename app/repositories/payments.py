"""Money that came in: what its text names, what it paid, what waits for a review."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.money_in import PaymentState, Settlement, state_of
from app.domain.questions import PaymentFilter
from app.models import (
    BankSecret,
    BundledOrder,
    Entry,
    Event,
    Order,
    Organisation,
    Payment,
    PaymentBundle,
    PaymentReview,
)
from app.models import Principal as PrincipalRow
from app.repositories.money import IN_ORDER
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows

Row = Mapping[str, Any]


class Received(NamedTuple):
    """A payment with its review, where it needed one, whose reference it has, and who settled."""

    payment: Payment
    review: PaymentReview | None
    taken_by: str
    settled_by: str | None

    @property
    def state(self) -> PaymentState:
        """What became of it."""
        review = self.review
        settlement = Settlement(review.settlement) if review and review.settlement else None
        return state_of(reviewed=review is not None, settlement=settlement)


class PaymentsRepository:
    """Questions about money that came in."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def insert(self, payment: Row, review: Row | None, events: Sequence[Row]) -> None:
        """Store money with why it pays nothing by itself, if it does not, and what is told of it.

        Raises:
            RetryCollisionError: the same reference was stored meanwhile.
        """
        reviews = [review] if review else []
        await insert_rows(
            self._wire, (Payment, [payment]), (PaymentReview, reviews), (Event, events)
        )

    async def by_source(
        self, organisation_id: UUID, references: Collection[str]
    ) -> Sequence[Payment]:
        """Return what an organisation already reported under some references of its own."""
        statement = select(Payment).where(
            Payment.organisation_id == organisation_id, Payment.source_reference.in_(references)
        )
        return (await self._session.scalars(statement)).all()

    async def received_from(
        self, organisation_id: UUID, references: Collection[str]
    ) -> Sequence[Received]:
        """Return the same with what became of it."""
        statement = _received().where(
            Payment.organisation_id == organisation_id, Payment.source_reference.in_(references)
        )
        return [Received(*row) for row in await self._session.execute(statement)]

    async def orders_named(self, codes: Collection[str]) -> Sequence[Order]:
        """Return the orders of some codes."""
        return (await self._session.scalars(select(Order).where(Order.code.in_(codes)))).all()

    async def bundles_named(self, codes: Collection[str]) -> Sequence[PaymentBundle]:
        """Return the bundles of some codes."""
        statement = select(PaymentBundle).where(PaymentBundle.code.in_(codes))
        return (await self._session.scalars(statement)).all()

    async def bundle(self, bundle_id: UUID) -> PaymentBundle | None:
        """Return a bundle."""
        return await self._session.get(PaymentBundle, bundle_id)

    async def bundles(
        self, organisation_id: UUID | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[PaymentBundle]:
        """Return up to `limit` bundles after a cursor, of one organisation or all, newest first."""
        statement = select(PaymentBundle)
        if organisation_id is not None:
            statement = statement.where(PaymentBundle.organisation_id == organisation_id)
        order = (PaymentBundle.created_at, PaymentBundle.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def orders_of_bundle(self, bundle_id: UUID) -> Sequence[Order]:
        """Return the orders of a bundle, oldest first."""
        return (await self.orders_of_bundles([bundle_id])).get(bundle_id, ())

    async def orders_of_bundles(
        self, bundle_ids: Collection[UUID]
    ) -> Mapping[UUID, Sequence[Order]]:
        """Return the orders of several bundles, oldest first, by the bundle."""
        statement = (
            select(BundledOrder.bundle_id, Order)
            .join(Order, Order.id == BundledOrder.order_id)
            .where(BundledOrder.bundle_id.in_(bundle_ids))
            .order_by(*IN_ORDER)
        )
        found: dict[UUID, list[Order]] = {}
        for bundle_id, order in await self._session.execute(statement):
            found.setdefault(bundle_id, []).append(order)
        return found

    async def insert_bundle(self, bundle: PaymentBundle, order_ids: Sequence[UUID]) -> None:
        """Store a bundle with its orders."""
        self._session.add(bundle)
        await self._session.flush()
        rows = [{"bundle_id": bundle.id, "order_id": one} for one in order_ids]
        await insert_rows(self._wire, (BundledOrder, rows))

    async def orders_by_id(self, order_ids: Collection[UUID]) -> Sequence[Order]:
        """Return some orders, in the order of their ids."""
        statement = select(Order).where(Order.id.in_(order_ids)).order_by(Order.id)
        return (await self._session.scalars(statement)).all()

    async def locked_orders(self, order_ids: Collection[UUID]) -> Sequence[Order]:
        """Return orders as they are now, kept from other writers, in the order of their ids.

        Ask under the locks of their entries.
        """
        statement = (
            select(Order)
            .where(Order.id.in_(order_ids))
            .order_by(Order.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def due_beside(self, order_ids: Collection[UUID]) -> Sequence[Order]:
        """Return what is due now of the entries and kinds of some orders, oldest first."""
        named = select(Order.entry_id, Order.kind).where(Order.id.in_(order_ids)).subquery()
        statement = (
            select(Order)
            .join(named, (named.c.entry_id == Order.entry_id) & (named.c.kind == Order.kind))
            .where(Order.state == "due")
            .distinct()
            .order_by(*IN_ORDER)
        )
        return (await self._session.scalars(statement)).all()

    async def touch(self, entry_ids: Collection[UUID], at: datetime) -> None:
        """Note that something beside entries changed, for those who ask for changes."""
        await self._session.execute(
            update(Entry).where(Entry.id.in_(entry_ids)).values(changed_at=at)
        )

    async def paid_by(self, payment: Payment) -> Sequence[Order]:
        """Return the orders that a payment paid, oldest first."""
        is_paid = Order.payment_id == payment.id
        if payment.order_id is not None:
            is_paid = or_(is_paid, Order.id == payment.order_id)
        statement = select(Order).where(is_paid).order_by(*IN_ORDER)
        return (await self._session.scalars(statement)).all()

    async def of_order(self, order: Order) -> Sequence[Payment]:
        """Return the payments of an order, oldest first."""
        is_its = Payment.order_id == order.id
        if order.payment_id is not None:
            is_its = or_(is_its, Payment.id == order.payment_id)
        statement = select(Payment).where(is_its).order_by(Payment.received_at, Payment.id)
        return (await self._session.scalars(statement)).all()

    async def get(self, payment_id: UUID) -> Received | None:
        """Return a payment."""
        found = await self._session.execute(_received().where(Payment.id == payment_id))
        row = found.one_or_none()
        return None if row is None else Received(*row)

    async def locked_review(self, payment_id: UUID) -> PaymentReview | None:
        """Return the review of a payment as it is now, kept from others until the end."""
        statement = (
            select(PaymentReview)
            .where(PaymentReview.payment_id == payment_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return await self._session.scalar(statement)

    async def secret(self, organisation_id: UUID) -> tuple[BankSecret, str] | None:
        """Return what a bank signs with, and its name."""
        statement = (
            select(BankSecret, Organisation.name)
            .join(Organisation, Organisation.id == BankSecret.organisation_id)
            .where(BankSecret.organisation_id == organisation_id)
        )
        row = (await self._session.execute(statement)).one_or_none()
        return (row[0], row[1]) if row else None

    async def locked_secret(self, organisation_id: UUID) -> BankSecret | None:
        """Return what a bank signs with, kept from other writers until the transaction ends."""
        statement = select(BankSecret).where(BankSecret.organisation_id == organisation_id)
        return await self._session.scalar(
            statement.with_for_update().execution_options(populate_existing=True)
        )

    async def page(
        self, where: PaymentFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Received]:
        """Return up to `limit` payments after a cursor: under review oldest first, else newest."""
        statement = _received()
        for condition in _conditions(where):
            statement = statement.where(condition)
        order = (Payment.received_at, Payment.id)
        newest_first = where.state is not PaymentState.UNDER_REVIEW
        page = page_of(statement, order, after, limit, newest_first=newest_first)
        return [Received(*row) for row in await self._session.execute(page)]


def _received() -> Select[Payment, PaymentReview | None, str, str | None]:
    return (
        select(Payment, PaymentReview, Organisation.name, PrincipalRow.name)
        .join(Organisation, Organisation.id == Payment.organisation_id)
        .outerjoin(PaymentReview, PaymentReview.payment_id == Payment.id)
        .outerjoin(PrincipalRow, PrincipalRow.id == PaymentReview.settled_by)
    )


def _conditions(where: PaymentFilter) -> Iterable[Any]:
    if where.state is PaymentState.UNDER_REVIEW:
        yield PaymentReview.id.is_not(None)
        yield PaymentReview.settled_at.is_(None)
    elif where.state is PaymentState.APPLIED:
        yield or_(PaymentReview.id.is_(None), PaymentReview.settlement == where.state.value)
    elif where.state is not None:
        yield PaymentReview.settlement == where.state.value
    if where.kind is not None:
        yield PaymentReview.kind == where.kind.value
    if where.channel is not None:
        yield Payment.channel == where.channel.value
    if where.organisation_id is not None:
        yield Payment.organisation_id == where.organisation_id
    if where.source_reference is not None:
        yield Payment.source_reference == where.source_reference
    if where.received_from is not None:
        yield Payment.received_at >= where.received_from
    if where.received_before is not None:
        yield Payment.received_at < where.received_before
