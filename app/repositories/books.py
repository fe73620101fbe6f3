"""The books: postings, and what they are made of."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.books import Account, Cause
from app.domain.books.days import TILLS, Sum
from app.models import (
    BookClose,
    Charge,
    Entry,
    Order,
    PostingRow,
    Principal,
    Shift,
)
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows


class OrderFacts(NamedTuple):
    """What the books ask of an order, and when the act happened that is to be posted of it.

    `gate` is where its entry was bound when it was made, and stays so when that is diverted: what
    is asked for in the books of a gate comes in there, too, or both gates would be out by it for
    ever. A diversion changes no price that was asked for, so it makes no other order either; what
    is asked for after it is the other gate's. `payment_id` is what paid it as it came.
    """

    order_id: UUID
    gate: str
    order_kind: str
    goods_group: str
    vehicle_class: str
    amount_vnd: int
    tariff: str
    at: datetime
    payment_id: UUID | None = None


class Days(NamedTuple):
    """Days of a gate's books: the first that is open, what was closed, and sums of postings."""

    open_from: date | None
    closes: Mapping[date, BookClose]
    sums: Mapping[date, Sequence[Sum]]


class BooksRepository:
    """Questions about the books."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def post(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Store postings from their columns; those of a closed day go to the next open one."""
        await insert_rows(self._wire, (PostingRow, rows))

    async def facts(self, order_ids: Sequence[UUID]) -> Sequence[OrderFacts]:
        """Return what the books ask of some orders, in the order of their ids."""
        statement = facts_of(Order.created_at).where(Order.id.in_(order_ids)).order_by(Order.id)
        return [OrderFacts(*row) for row in await self._session.execute(statement)]

    async def lock(self, gate: str) -> None:
        """Keep everybody from posting to a gate's books until the transaction ends.

        Who posts shares this lock by a trigger, so it is waited for.
        """
        name = func.hashtextextended(f"books:{gate}", 0)
        await self._session.execute(select(func.pg_advisory_xact_lock(name)))

    async def open_from(self, gate: str) -> date | None:
        """Return the first day of a gate's books that is open; None where none was ever closed."""
        last = select(func.max(BookClose.day)).where(BookClose.gate_code == gate)
        closed = await self._session.scalar(last)
        return _day_after(closed)

    async def first_posted(self, gate: str, since: date | None) -> date | None:
        """Return the first day, of those since one, on which anything was posted."""
        statement = select(func.min(PostingRow.book_day)).where(PostingRow.gate_code == gate)
        if since is not None:
            statement = statement.where(PostingRow.book_day >= since)
        return await self._session.scalar(statement)

    async def days(self, gate: str, first: date, end: date) -> "Days":
        """Return what was posted and closed on the days of a period, all as of one instant.

        One statement, or a day that is closed between two of them would be shown half open. What
        was counted is of whose till it is, whoever counted it.
        """
        last = select(func.max(BookClose.day).label("day")).where(BookClose.gate_code == gate)
        posted = _sums(gate, first, end).subquery("posted")
        of_period = select(BookClose).where(
            BookClose.gate_code == gate, BookClose.day >= first, BookClose.day < end
        )
        close = aliased(BookClose, of_period.subquery("closed"))
        newest, days = (
            last.subquery("newest"),
            posted.outerjoin(close, close.day == posted.c.book_day, full=True),
        )
        statement = select(newest.c.day, close, *posted.c).select_from(
            newest.outerjoin(days, true())
        )
        closes, sums, closed = dict[date, BookClose](), defaultdict[date, list[Sum]](list), None
        for newest_day, one, *row in await self._session.execute(statement):
            closed = newest_day
            if one is not None:
                closes[one.day] = one
            if row[0] is not None:
                day, debit, credit, cause, who, count, amount = row
                sums[day].append(
                    Sum(Account(debit), Account(credit), Cause(cause), who, count, amount)
                )
        return Days(_day_after(closed), closes, sums)

    async def names(self, principal_ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Return the names of some principals."""
        statement = select(Principal.id, Principal.name).where(Principal.id.in_(principal_ids))
        return {row.id: row.name for row in await self._session.execute(statement)}


def _day_after(closed: date | None) -> date | None:
    return None if closed is None else closed + timedelta(days=1)


def _sums(gate: str, first: date, end: date) -> Select[*tuple[Any, ...]]:
    """Ask what was posted on each day of a period, of each kind of posting a sum."""
    who = func.coalesce(Shift.principal_id, PostingRow.principal_id)
    kind = (
        PostingRow.debit, PostingRow.credit, PostingRow.cause,
        case((_of_tills(), who)).label("cashier"),
    )  # fmt: skip
    return (
        select(
            PostingRow.book_day,
            *kind,
            func.count().label("postings"),
            cast(func.sum(PostingRow.amount_vnd), BigInteger).label("amount_vnd"),
        )
        .outerjoin(Shift, Shift.id == PostingRow.shift_id)
        .where(
            PostingRow.gate_code == gate,
            PostingRow.book_day >= first,
            PostingRow.book_day < end,
        )
        .group_by(PostingRow.book_day, *kind)
    )


def _of_tills() -> ColumnElement[bool]:
    return or_(PostingRow.debit.in_(TILLS), PostingRow.credit.in_(TILLS))


def facts_of(at: Any, *more: Any) -> Select[*tuple[Any, ...]]:  # noqa: ANN401 - any columns
    """Ask of orders what the books need, `at` being when, and `more` of them."""
    return (
        select(
            Order.id,
            func.coalesce(Order.gate_code, Entry.gate_code),
            Order.kind,
            Charge.quote["goods_group"].astext,
            Charge.quote["vehicle_class"].astext,
            Order.amount_vnd,
            Charge.tariff_code,
            at,
            *more,
        )
        .join(Entry, Entry.id == Order.entry_id)
        .join(Charge, Charge.id == Order.charge_id)
    )
