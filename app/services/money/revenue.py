"""Revenue, read off the books."""

from collections.abc import Sequence

from app.domain.books.periods import Period
from app.domain.books.revenue import (
    Dimension,
    RevenueFilter,
    RevenueLine,
    RevenueSummary,
    summary_of,
    year_before,
)
from app.repositories.unit_of_work import UnitOfWork
from app.services.fees import KINDS

OF_SUMMARY = (Dimension.KIND, Dimension.GOODS_GROUP)


class RevenueBook:
    """Reads what came in of fees."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work within one transaction that only reads."""
        self._uow = uow

    async def lines(
        self, period: Period, by: Sequence[Dimension], where: RevenueFilter
    ) -> Sequence[RevenueLine]:
        """Return the revenue of a period, split by dimensions in their order."""
        return await self._uow.revenue.lines(*period.days, by, where)

    async def summary(self, period: Period, where: RevenueFilter) -> RevenueSummary:
        """Return the revenue of a period as the Board publishes it, beside the year before."""
        now = await self.lines(period, OF_SUMMARY, where)
        former = await self.lines(year_before(period), OF_SUMMARY, where)
        return summary_of(now, former, KINDS)
