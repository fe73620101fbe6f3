"""Revenue on the wire: lines split as asked, and the summary that the Board publishes."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from app.api.schemas.types import Amount, Day, Open, Out
from app.domain.books.periods import Period
from app.domain.books.revenue import (
    Compared,
    Dimension,
    Revenue,
    RevenueLine,
    RevenueSummary,
    year_before,
)

BasisPoints = Annotated[int | None, Field(examples=[13_130])]


class RevenueOut(Out):
    """What came in of fees and was not given back, and whose it is."""

    orders: Annotated[int, Field(examples=[1742])]
    """How many orders were paid."""
    total: Amount
    retained: Amount
    """The collector's part."""
    budget: Amount
    """Due to the state budget, paid to it or not yet."""
    refunded: Amount
    """What was given back; it is off the amounts above."""


class RevenueLineOut(Out):
    """Revenue of one value of each thing that it is split by; null where it is not split so."""

    month: Annotated[str | None, Field(examples=["2026-03"])]
    day: Day | None
    gate: Annotated[str | None, Field(examples=["tan-thanh"])]
    kind: Annotated[str | None, Field(examples=["infrastructure"])]
    goods_group: Annotated[str | None, Field(examples=["ordinary"])]
    vehicle_class: Annotated[str | None, Field(examples=["4t-to-10t"])]
    revenue: RevenueOut


class RevenueReportOut(Out):
    """Revenue of a period of book days, in the order of the split; `total` is of all lines."""

    from_day: Day
    to_day: Day
    """The day after the last one."""
    by: list[Annotated[Dimension, Open]]
    lines: list[RevenueLineOut]
    total: RevenueOut


class ComparedOut(Out):
    """A part of the revenue, of all of it and beside the same days of the year before."""

    name: Annotated[str, Field(examples=["infrastructure"])]
    revenue: RevenueOut
    former: RevenueOut
    share_basis_points: BasisPoints
    """Of all revenue; null where there is none."""
    of_former_basis_points: BasisPoints
    """13,130 is 131.3 % of the year before; null where there was none."""


class RevenueSummaryOut(Out):
    """Revenue as the Board publishes it: entry and exit, transshipment; transit, ordinary goods."""

    from_day: Day
    to_day: Day
    """The day after the last one."""
    former_from_day: Day
    former_to_day: Day
    total: ComparedOut
    kinds: list[ComparedOut]
    """`infrastructure`: for entry and exit; `transfer`: for transshipment."""
    goods: list[ComparedOut]
    """`transit`: temporary import, transit, re-export, bonded; `ordinary`: all others."""


def revenue_out(found: Revenue) -> RevenueOut:
    """Return revenue as amounts."""
    return RevenueOut(
        orders=found.orders,
        total=Amount.vnd(found.total_vnd),
        retained=Amount.vnd(found.retained_vnd),
        budget=Amount.vnd(found.budget_vnd),
        refunded=Amount.vnd(found.refunded_vnd),
    )


def revenue_line_out(line: RevenueLine) -> RevenueLineOut:
    """Return a line of revenue."""
    values = {one.value: line.values.get(one) for one in Dimension}
    return RevenueLineOut.model_validate({**values, "revenue": revenue_out(line.revenue)})


def revenue_heading(by: Sequence[Dimension]) -> list[str]:
    """Return the names of a table's columns."""
    amounts = ("orders", "total_vnd", "retained_vnd", "budget_vnd", "refunded_vnd")
    return [*(one.value for one in by), *amounts]


def revenue_cells(line: RevenueLine) -> list[str | int]:
    """Return a line of revenue as a row of a table."""
    found = line.revenue
    amounts = (found.total_vnd, found.retained_vnd, found.budget_vnd, found.refunded_vnd)
    return [*line.values.values(), found.orders, *amounts]


def summary_out(period: Period, found: RevenueSummary) -> RevenueSummaryOut:
    """Return a summary of revenue."""
    former = year_before(period)
    return RevenueSummaryOut(
        from_day=period.first,
        to_day=period.end,
        former_from_day=former.first,
        former_to_day=former.end,
        total=_compared_out(found.total),
        kinds=[_compared_out(one) for one in found.kinds],
        goods=[_compared_out(one) for one in found.goods],
    )


def _compared_out(one: Compared) -> ComparedOut:
    return ComparedOut(
        name=one.name,
        revenue=revenue_out(one.revenue),
        former=revenue_out(one.former),
        share_basis_points=one.share,
        of_former_basis_points=one.of_former,
    )
