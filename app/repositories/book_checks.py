"""The books against the rows: what was never posted, and where the two differ."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Select,
    Text,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.books import Account, Cause
from app.domain.books.checking import Moved, Rows
from app.domain.money_in import Channel
from app.models import (
    BookCheck,
    BookClose,
    Charge,
    Entry,
    Order,
    Payment,
    PaymentReview,
    PostingRow,
    Refund,
    Remittance,
    Shift,
)
from app.repositories.books import OrderFacts, facts_of

LISTED = 20
"""How many rows at fault are named; where there are more, something else is wrong."""

ENDS: Mapping[Cause, tuple[str, InstrumentedAttribute[Any]]] = {
    Cause.ORDER_SUPERSEDED: ("superseded", Charge.superseded_at),
    Cause.ORDER_CANCELLED: ("cancelled", Entry.ended_at),
}
"""The state of orders that were given up for a cause, and when they were."""


class BookChecksRepository:
    """Questions about the books and the rows beside them."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def alone(self) -> bool:
        """Keep others from checking the books until the transaction ends; False: one does."""
        name = func.hashtextextended("book-check", 0)
        return bool(await self._session.scalar(select(func.pg_try_advisory_xact_lock(name))))

    async def unposted_orders(self, most: int) -> Sequence[OrderFacts]:
        """Return orders of which it was never posted that they were made."""
        return await self._unposted(facts_of(Order.created_at), Cause.ORDER_MADE, most)

    async def unposted_ends(self, cause: Cause, most: int) -> Sequence[OrderFacts]:
        """Return orders that were given up for that cause, which was never posted."""
        state, at = ENDS[cause]
        when = func.coalesce(at, Order.created_at)
        return await self._unposted(facts_of(when).where(Order.state == state), cause, most)

    async def unposted_payments(self, most: int) -> Sequence[OrderFacts]:
        """Return orders that a payment of theirs alone paid as it came, which was never posted."""
        statement = (
            facts_of(Payment.received_at, Payment.id)
            .join(Payment, Payment.order_id == Order.id)
            .where(Order.state == "paid", ~exists().where(PostingRow.payment_id == Payment.id))
            .order_by(Payment.id)
            .limit(most)
        )
        return [OrderFacts(*row) for row in await self._session.execute(statement)]

    async def _unposted(
        self, facts: Select[*tuple[Any, ...]], cause: Cause, most: int
    ) -> Sequence[OrderFacts]:
        posted = exists().where(PostingRow.order_id == Order.id, PostingRow.cause == cause.value)
        statement = facts.where(~posted, Order.amount_vnd > 0).order_by(Order.id).limit(most)
        return [OrderFacts(*row) for row in await self._session.execute(statement)]

    async def stand(self) -> tuple[Sequence[Moved], Rows]:
        """Return what the books and the rows beside them come to, at one instant."""
        found: dict[str, list[Any]] = defaultdict(list)
        for what, *names, amount in await self._session.execute(_sums()):
            found[what].append((*names, amount))
        moved = [
            Moved(Account(debit), Account(credit), Cause(cause), amount)
            for debit, credit, cause, amount in found["posting"]
        ]
        return moved, Rows(
            orders={state: amount for state, *_, amount in found["order"]},
            payments={Channel(channel): amount for channel, *_, amount in found["payment"]},
            under_review=sum(amount for *_, amount in found["open"]),
            due_back=sum(amount for *_, amount in found["settled"]),
            given_back=sum(amount for *_, amount in found["given back"]),
            paid_back=sum(amount for *_, amount in found["paid back"]),
            remitted=sum(amount for *_, amount in found["remitted"]),
            counted_more=sum(amount for *_, amount in found["counted"]),
        )

    async def wrong_orders(self) -> Sequence[UUID]:
        """Return the first orders of which the books do not say what is owed of them."""
        into, out_of = (
            func.coalesce(func.sum(PostingRow.amount_vnd).filter(column == Account.RECEIVABLE), 0)
            for column in (PostingRow.debit, PostingRow.credit)
        )
        posted = (
            select(PostingRow.order_id, (into - out_of).label("owed"))
            .where(PostingRow.order_id.is_not(None))
            .group_by(PostingRow.order_id)
            .subquery()
        )
        owed = case((Order.state == "due", Order.amount_vnd), else_=0)
        statement = (
            select(Order.id)
            .outerjoin(posted, posted.c.order_id == Order.id)
            .where(func.coalesce(posted.c.owed, 0) != owed)
            .order_by(Order.id)
            .limit(LISTED)
        )
        return (await self._session.scalars(statement)).all()

    async def wrong_closes(self) -> Sequence[tuple[str, date]]:
        """Return the first closed days that have other postings now than when they were closed."""
        posted = (
            select(
                PostingRow.gate_code,
                PostingRow.book_day,
                func.count().label("postings"),
                func.sum(PostingRow.amount_vnd).label("amount"),
            )
            .group_by(PostingRow.gate_code, PostingRow.book_day)
            .subquery()
        )
        kept = BookClose.totals
        statement = (
            select(BookClose.gate_code, BookClose.day)
            .outerjoin(
                posted,
                (posted.c.gate_code == BookClose.gate_code) & (posted.c.book_day == BookClose.day),
            )
            .where(
                or_(
                    func.coalesce(posted.c.postings, 0) != kept["postings"].as_integer(),
                    func.coalesce(posted.c.amount, 0) != kept["amount_vnd"].astext.cast(BigInteger),
                )
            )
            .order_by(BookClose.gate_code, BookClose.day)
            .limit(LISTED)
        )
        return [(row.gate_code, row.day) for row in await self._session.execute(statement)]

    async def last_check(self) -> BookCheck | None:
        """Return how the books stood when they were last checked."""
        return await self._session.scalar(
            select(BookCheck).order_by(BookCheck.checked_at.desc(), BookCheck.id.desc()).limit(1)
        )


def _sums() -> CompoundSelect[*tuple[Any, ...]]:
    """Return sums of the books and of the rows, in one statement and so at one instant."""
    review = PaymentReview.settled_at
    ways = (PostingRow.debit, PostingRow.credit, PostingRow.cause)
    return union_all(
        _sum("posting", PostingRow.amount_vnd, *ways),
        _sum("order", Order.amount_vnd, Order.state),
        _sum("payment", Payment.amount_vnd, Payment.channel),
        _sum("settled", PaymentReview.refund_vnd).where(review.is_not(None)),
        _sum("open", Payment.amount_vnd)
        .join(PaymentReview, PaymentReview.payment_id == Payment.id)
        .where(review.is_(None)),
        _sum("given back", Refund.amount_vnd).where(
            Refund.order_id.is_not(None), Refund.approved_at.is_not(None)
        ),
        _sum("paid back", Refund.amount_vnd).where(Refund.paid_at.is_not(None)),
        _sum("remitted", Remittance.amount_vnd),
        _sum("counted", Shift.counted_vnd - Shift.expected_vnd),
    )


def _sum(
    what: str,
    amount: ColumnElement[Any] | InstrumentedAttribute[Any],
    *by: InstrumentedAttribute[str],
) -> Select[*tuple[Any, ...]]:
    """Return a sum by up to three names, under what it is of."""
    names = [*by, *[literal(None, Text)] * (3 - len(by))]
    total = cast(func.coalesce(func.sum(amount), 0), BigInteger)
    return select(literal(what, literal_execute=True), *names, total).group_by(*by)
