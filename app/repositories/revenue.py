"""Revenue as it was posted, and what of it was paid to the treasury."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.books import Account, Cause
from app.domain.books.checking import PAID
from app.domain.books.revenue import Dimension, Revenue, RevenueFilter, RevenueLine
from app.models import PostingRow

COLUMNS: Mapping[Dimension, ColumnElement[Any]] = {
    Dimension.MONTH: func.to_char(PostingRow.book_day, "YYYY-MM"),
    Dimension.DAY: cast(PostingRow.book_day, Text),
    Dimension.GATE: PostingRow.gate_code.expression,
    Dimension.KIND: PostingRow.order_kind.expression,
    Dimension.GOODS_GROUP: PostingRow.goods_group.expression,
    Dimension.VEHICLE_CLASS: PostingRow.vehicle_class.expression,
}
PARTS = (Account.RETAINED.value, Account.BUDGET.value)
CAUSES = sorted(one.value for one in (*PAID, Cause.REFUND_APPROVED))


class RevenueRepository:
    """Questions about revenue."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def lines(
        self, first: date, end: date, by: Sequence[Dimension], where: RevenueFilter
    ) -> Sequence[RevenueLine]:
        """Return the revenue of the book days from `first` up to `end`, split and in order."""
        columns = [COLUMNS[one].label(one.value) for one in by]
        is_paid = PostingRow.credit.in_(PARTS)
        orders = func.count(PostingRow.order_id.distinct()).filter(is_paid)
        statement = (
            select(*columns, orders, _net("retained"), _net("budget"), _sum(~is_paid))
            .where(
                PostingRow.book_day >= first,
                PostingRow.book_day < end,
                PostingRow.cause.in_(CAUSES),
                or_(is_paid, PostingRow.debit.in_(PARTS)),
                *_conditions(where),
            )
            .group_by(*columns)
            .order_by(*columns)
        )
        width = len(by)
        return [
            RevenueLine(dict(zip(by, map(str, row[:width]), strict=True)), Revenue(*row[width:]))
            for row in await self._session.execute(statement)
            if row[width:] != (0, 0, 0, 0)
        ]


def _net(account: str) -> ColumnElement[int]:
    """Return what was credited to an account less what was debited to it."""
    return _sum(PostingRow.credit == account) - _sum(PostingRow.debit == account)


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    total = func.sum(PostingRow.amount_vnd).filter(which)
    return cast(func.coalesce(total, 0), BigInteger)


def _conditions(where: RevenueFilter) -> Iterator[ColumnElement[bool]]:
    for column, wanted in (
        (PostingRow.gate_code, where.gate),
        (PostingRow.order_kind, where.kind),
        (PostingRow.goods_group, where.goods_group),
        (PostingRow.vehicle_class, where.vehicle_class),
    ):
        if wanted is not None:
            yield column == wanted
