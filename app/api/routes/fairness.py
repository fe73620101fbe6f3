"""A day at one gate, for everybody: how fair it was, and today hour by hour."""

from fastapi import APIRouter, Request, Response

from app.api.caching import conditional
from app.api.deps import HeavyVisitor, OfProcess, Visitor, anyone
from app.api.problems import problem_responses
from app.api.readings import MOMENT, UNCHANGED
from app.api.routes.reports import Writing
from app.api.schemas.fairness import FairnessReportOut, fairness_out, fairness_rows
from app.api.schemas.hours import GateHoursOut, gate_hours_out
from app.api.schemas.types import Day, Sought
from app.api.state import REPORT_SECONDS
from app.api.strict_json import StrictRoute
from app.api.written import FILE, How
from app.domain.errors import GateNotFoundError
from app.services.publishing.reports import Reports

PAST_SECONDS = 300.0
"""How long the report of a day that is over is kept: little is told of it afterwards."""

router = APIRouter(prefix="/v1/gates", tags=["reports"], route_class=StrictRoute)


@router.get(
    "/{gate}/reports/fairness",
    response_model=FairnessReportOut,
    dependencies=[anyone()],
    responses={**FILE, **UNCHANGED, **problem_responses(GateNotFoundError)},
)
async def get_fairness_report(
    gate: Sought,
    visitor: HeavyVisitor,
    process: OfProcess,
    how: How,
    day: Day | None = None,
) -> Response:
    """Return how fair the queues of a gate were on a legal day; without one, today.

    Overtakes, inversions, the bound, skips, backfills, exceptions, moves between lanes, excused
    misses, overrides and waits. Each figure says whether the public log recomputes it. As JSON, or
    as a table with a row a figure; of a day that is over it may be some minutes old.
    """
    on = day or visitor.day
    writing = Writing(
        f"fairness-{gate}-{on}", lambda reports: reports.fairness(gate, on), fairness_out,
        fairness_rows,
    )  # fmt: skip
    seconds = PAST_SECONDS if on < visitor.day else REPORT_SECONDS
    return await writing.answer(process, visitor, how, on, seconds)


@router.get(
    "/{gate}/reports/hours",
    response_model=GateHoursOut,
    dependencies=[anyone()],
    responses={**UNCHANGED, **problem_responses(GateNotFoundError)},
)
async def get_hours_report(
    gate: Sought, request: Request, visitor: Visitor, process: OfProcess
) -> Response:
    """Return today at a gate hour by hour: who arrived, who was called, how long they had waited.

    Waits are counted some seconds after they are over. Of days that are over the daily report and
    that of waits tell the same and more.
    """

    async def draw(reports: Reports) -> bytes:
        answer = gate_hours_out(await reports.hours(gate))
        return answer.__pydantic_serializer__.to_json(answer)

    body = await process.report(("hours", gate, visitor.day), visitor, draw)
    return conditional(request, body, MOMENT)
