"""The Board's reports, for everybody: numbers of vehicles, none of whom is named."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar

from fastapi import APIRouter, Response

from app.api.caching import JSON, conditional
from app.api.deps import HeavyVisitor, OfProcess, anyone
from app.api.problems import problem_responses
from app.api.readings import MOMENT, UNCHANGED
from app.api.schemas.difficulties import (
    DifficultiesReportOut,
    difficulties_out,
    difficulties_rows,
)
from app.api.schemas.reports import (
    CumulativeReportOut,
    DailyReportOut,
    WaitsReportOut,
    cumulative_out,
    cumulative_rows,
    daily_out,
    daily_rows,
    waits_out,
    waits_rows,
)
from app.api.schemas.types import Day, Out, Sought
from app.api.spreadsheets import CSV, Cell, csv_bytes
from app.api.state import REPORT_SECONDS, Process
from app.api.strict_json import StrictRoute
from app.api.texts import Language
from app.api.written import FILE, VARIES, How, Written
from app.domain.errors import EmptyValidityError, PeriodTooLongError, UnknownCodeError
from app.domain.reference import Reference
from app.services.act import Today
from app.services.publishing.reports import Asked, Reports, Split, WaitSplit

router = APIRouter(prefix="/v1/reports", tags=["reports"], route_class=StrictRoute)

R = TypeVar("R")
DECLARED = {
    **FILE,
    **UNCHANGED,
    **problem_responses(EmptyValidityError, PeriodTooLongError, UnknownCodeError),
}


@dataclass(frozen=True, slots=True)
class Writing(Generic[R]):
    """One report: its name, what asks for it, and how it is written."""

    name: str
    read: Callable[[Reports], Awaitable[R]]
    as_json: Callable[[R, Reference], Out]
    as_rows: Callable[[R, Reference, Language], Iterable[Sequence[Cell]]]

    async def answer(
        self,
        process: Process,
        today: Today,
        how: Written,
        key: object,
        seconds: float = REPORT_SECONDS,
    ) -> Response:
        """Return the report from memory, where it is kept for some `seconds`, or drawn anew."""

        async def draw(reports: Reports) -> bytes:
            report = await self.read(reports)
            if how.is_csv:
                rows = self.as_rows(report, today.reference, how.language)
                return csv_bytes(rows, how.language, how.separator)
            out = self.as_json(report, today.reference)
            return out.__pydantic_serializer__.to_json(out)

        wanted = (self.name, key, today.day, how.is_csv, how.language, how.separator)
        body = await process.report(wanted, today, draw, seconds)
        response = conditional(
            how.request, body, MOMENT, vary=VARIES,
            media_type=CSV if how.is_csv else JSON,
        )  # fmt: skip
        if how.is_csv:
            response.headers["Content-Disposition"] = f'attachment; filename="{self.name}.csv"'
        return response


@router.get("/daily", response_model=DailyReportOut, dependencies=[anyone()], responses=DECLARED)
async def get_daily_report(
    visitor: HeavyVisitor,
    process: OfProcess,
    how: How,
    from_day: Day | None = None,
    to_day: Day | None = None,
    area: Sought | None = None,
    by: Split = Split.GATE,
) -> Response:
    """Return what passed each day, and what stood at 20:00, per gate and area; or by lane or hour.

    Figures are recorded by the platform from the first day on which it served a gate; before that
    they are the published ones with their sources, and null where nobody told. The two are never
    added. Without days it is about today, at most 366 days in one answer and 31 by hour.
    """
    asked = _asked(visitor, from_day, to_day, area)
    writing = Writing("daily", lambda reports: reports.daily(asked, by), daily_out, daily_rows)
    return await writing.answer(process, visitor, how, (asked, by))


@router.get(
    "/cumulative", response_model=CumulativeReportOut, dependencies=[anyone()], responses=DECLARED
)
async def get_cumulative_report(
    visitor: HeavyVisitor,
    process: OfProcess,
    how: How,
    since: Day | None = None,
    to_day: Day | None = None,
    area: Sought | None = None,
) -> Response:
    """Return totals since a day, per gate and area, each with the parts it is made of.

    Published totals fill the days before the platform served a gate, as far as they share no day;
    the days of which nobody told are listed. Without days it is about the present year.
    """
    first = since or visitor.day.replace(month=1, day=1)
    asked = _asked(visitor, first, to_day or visitor.day + timedelta(days=1), area)
    writing = Writing(
        "cumulative", lambda reports: reports.cumulative(asked), cumulative_out, cumulative_rows
    )
    return await writing.answer(process, visitor, how, asked)


@router.get("/waits", response_model=WaitsReportOut, dependencies=[anyone()], responses=DECLARED)
async def get_waits_report(
    visitor: HeavyVisitor,
    process: OfProcess,
    how: How,
    from_day: Day | None = None,
    to_day: Day | None = None,
    area: Sought | None = None,
    by: WaitSplit = WaitSplit.PERIOD,
) -> Response:
    """Return how long vehicles waited: p50, p90 and p95 in open seconds, per queue and lane.

    A wait is told where it was over: on the day and in the hour of the call that was followed, or
    of admission where a queue calls nobody. Without days it is about today.
    """
    asked = _asked(visitor, from_day, to_day, area)
    writing = Writing("waits", lambda reports: reports.waits(asked, by), waits_out, waits_rows)
    return await writing.answer(process, visitor, how, (asked, by))


@router.get(
    "/difficulties",
    response_model=DifficultiesReportOut,
    dependencies=[anyone()],
    responses=DECLARED,
)
async def get_difficulties_report(
    visitor: HeavyVisitor,
    process: OfProcess,
    how: How,
    from_day: Day | None = None,
    to_day: Day | None = None,
    area: Sought | None = None,
) -> Response:
    """Return how many difficulties were reported, answered and left open, and the time to answer.

    Per gate and for all; times are seconds from report to answer, p50, p90 and p95, of those
    answered in the period. Without days it is about today.
    """
    asked = _asked(visitor, from_day, to_day, area)
    writing = Writing(
        "difficulties", lambda reports: reports.difficulties(asked), difficulties_out,
        difficulties_rows,
    )  # fmt: skip
    return await writing.answer(process, visitor, how, asked)


def _asked(today: Today, first: Day | None, end: Day | None, area: str | None) -> Asked:
    """Return the period: without an end its first day, without a first day today."""
    begin = first or today.day
    return Asked(begin, end or begin + timedelta(days=1), area)
