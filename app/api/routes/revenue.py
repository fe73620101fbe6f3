"""Revenue of fees, for who collects them and who watches."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from app.api.book_files import FILES, AskedFile
from app.api.deps import Caller, OfProcess, Uow, may
from app.api.problems import problem_responses
from app.api.rate_limits import Work
from app.api.revenue_file import revenue_file, revenue_lines
from app.api.schemas.revenue import RevenueReportOut, RevenueSummaryOut, summary_out
from app.api.schemas.types import Choice, Day, Sought
from app.api.strict_json import StrictRoute
from app.domain.books.periods import Period
from app.domain.books.revenue import Dimension, RevenueFilter, ordered
from app.domain.errors import EmptyValidityError, PeriodTooLongError
from app.domain.vocabulary import Role
from app.services.act import Act
from app.services.money.revenue import RevenueBook

router = APIRouter(prefix="/v1/revenue", tags=["books"], route_class=StrictRoute)

READERS = (Role.COLLECTOR, Role.BOARD, Role.AUDITOR)
USUAL = (Dimension.GATE, Dimension.KIND)
DAYS = problem_responses(EmptyValidityError, PeriodTooLongError)
Kind = Annotated[Sought | None, Query(description="A kind of order.", examples=["transfer"])]
Group = Annotated[Sought | None, Query(description="A goods group.", examples=["ordinary"])]
Class = Annotated[Sought | None, Query(description="A vehicle class.", examples=["4t-to-10t"])]
By = Annotated[
    list[Choice[Dimension]] | None,
    Query(
        description="What the lines are split by; without it, gate and kind.",
        max_length=len(Dimension),
        examples=[["month", "gate"]],
    ),
]


# A coroutine: the framework runs a dependency that is none in a thread.
async def get_filter(
    gate: Sought | None = None,
    kind: Kind = None,
    goods_group: Group = None,
    vehicle_class: Class = None,
) -> RevenueFilter:
    """Return of what revenue is asked for."""
    return RevenueFilter(gate, kind, goods_group, vehicle_class)


Where = Annotated[RevenueFilter, Depends(get_filter)]


@router.get(
    "",
    response_model=RevenueReportOut,
    dependencies=[may(*READERS, work=Work.HEAVY)],
    responses={**FILES, **DAYS},
)
async def get_revenue(
    where: Where,
    file: AskedFile,
    caller: Caller,
    process: OfProcess,
    by: By = None,
    from_day: Day | None = None,
    to_day: Day | None = None,
) -> Response:
    """Return what came in of fees and was not given back, as it was posted, split as you like.

    By gate, kind of order, goods group and vehicle class (those of the charge), book day or month;
    as JSON, CSV or XLSX. `total` is the sum of the lines. Without days it is about this month, at
    most 366 days in one answer.
    """
    period, split = _period(caller, from_day, to_day), ordered(by or USUAL)
    lines = revenue_lines(process, period, split, where)
    name = f"revenue-{period.first}"
    return file.answer(name, revenue_file(file, period, split, lines))


@router.get("/summary", dependencies=[may(*READERS, work=Work.HEAVY)], responses=DAYS)
async def get_revenue_summary(
    where: Where,
    uow: Uow,
    caller: Caller,
    from_day: Day | None = None,
    to_day: Day | None = None,
) -> RevenueSummaryOut:
    """Return revenue as the Board publishes it: for entry and exit apart from transshipment.

    Goods in transit and temporary import stand against ordinary ones, and each beside the same days
    of the year before. Without days it is about this month.
    """
    period = _period(caller, from_day, to_day)
    return summary_out(period, await RevenueBook(uow).summary(period, where))


def _period(act: Act, first: Day | None, end: Day | None) -> Period:
    """Return the period: from the first of the month, up to today."""
    last = end or act.day + timedelta(days=1)
    return Period(first or (last - timedelta(days=1)).replace(day=1), last)
