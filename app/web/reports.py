"""Reports: days at the gates, totals, waits, fairness, difficulties, revenue; drawn, printed."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.texts import language_of
from app.domain.gates import HANOI
from app.web.asking import RefusedError
from app.web.charts import Chart, Series, bars
from app.web.looking import found, names
from app.web.visits import UNAUTHENTICATED, Visit, add
from app.web.words import WORDS

A_MINUTE: Final = 60
MOST_NAMES: Final = 3
"""Of gates, beneath a chart."""
MILLION: Final = 1_000_000
A_WHOLE: Final = 1000
CALLED: Final = "called"
UNKNOWN: Final = "unknown"
WAITS: Final = ("p50", "p90", "longest")
BOUNDS: Final = ("promised", "worst")
DIMENSIONS: Final = ("day", "month", "gate", "kind", "goods_group", "vehicle_class")
READERS: Final = frozenset({"collector", "board", "auditor"})
"""To whom the page of revenue is offered; who reads it, the API says."""


def install(app: FastAPI) -> None:
    """Let `app` answer the reports; all but the one of revenue need no signing in."""
    add(app, "/reports", _daily)
    add(app, "/reports/cumulative", _cumulative)
    add(app, "/reports/waits", _waits)
    add(app, "/reports/difficulties", _difficulties)
    add(app, "/reports/fairness", _fairness)
    add(app, "/reports/revenue", _revenue)


async def _daily(visit: Visit) -> Response:
    asked = _asked(visit, "from_day", "to_day", "area")
    report = await visit.api.get("/v1/reports/daily", asked)
    known = [one for one in report["lines"] if one["origin"] != UNKNOWN]
    passed = [one["passed"] for one in known] if asked["area"] else []
    name = _say(visit, "report.column.passed")
    chart = bars([one["day"] for one in known][: len(passed)], [Series(name, passed)])
    return await _page(visit, "daily", report=report, lines=known, areas=_areas(report),
                       asked=asked, chart=chart)  # fmt: skip


async def _waits(visit: Visit) -> Response:
    asked = _asked(visit, "from_day", "to_day", "area")
    report = await visit.api.get("/v1/reports/waits", asked)
    areas = _areas(report)
    found = [one for one in report["lines"] if one["lane"] is None and one["vehicles"]]
    chart = bars(_labels(visit, found, areas), _halves(visit, found))
    return await _page(visit, "waits", report=report, areas=areas, asked=asked,
                       minute=A_MINUTE, chart=chart)  # fmt: skip


def _halves(visit: Visit, rows: Sequence[Mapping[str, Any]]) -> Sequence[Series]:
    """Return how long half of the vehicles waited at most, and nine in ten, in minutes."""
    return [
        Series(_say(visit, f"reports.{key}"),
               [(one[f"{name}_seconds"] or 0) // A_MINUTE for one in rows], tone)
        for key, name, tone in (("half", "p50", "first"), ("nine", "p90", "third"))
    ]  # fmt: skip


def _labels(
    visit: Visit, rows: Sequence[Mapping[str, Any]], areas: Mapping[str, Mapping[str, str | None]]
) -> Sequence[str]:
    """Return what to write beneath gates: their names, or their codes where many stand there."""
    if len(rows) > MOST_NAMES:
        return [one["gate"] for one in rows]
    language = language_of(visit.request.scope).value
    return [areas[one["gate"]].get(language) or one["gate"] for one in rows]


async def _cumulative(visit: Visit) -> Response:
    asked = _asked(visit, "since", "to_day", "area")
    report = await visit.api.get("/v1/reports/cumulative", asked)
    return await _page(visit, "cumulative", report=report, areas=_areas(report), asked=asked)


async def _difficulties(visit: Visit) -> Response:
    asked = _asked(visit, "from_day", "to_day")
    report = await visit.api.get("/v1/reports/difficulties", asked)
    areas = _areas(report)
    found = [one for one in report["lines"] if one["gate"] in areas and one["reported"]]
    series = [
        Series(_say(visit, f"report.column.{name}"), [one[name] for one in found], tone)
        for name, tone in (("reported", "first"), ("answered", "second"), ("open", "third"))
    ]
    chart = bars(_labels(visit, found, areas), series)
    return await _page(visit, "difficulties", report=report, areas=areas, asked=asked, chart=chart)


async def _fairness(visit: Visit) -> Response:
    gates, queues = await asyncio.gather(names(visit, "/v1/gates"), visit.api.get("/v1/queues"))
    calling = (one["gate"] for one in queues["items"] if one["mode"] == CALLED)
    asked = visit.query.get("gate", "")
    gate = asked if asked in gates else next(calling, next(iter(gates)))
    day = visit.query.get("day") or _day_of(queues["items"][0])
    report = await visit.api.get(f"/v1/gates/{gate}/reports/fairness", {"day": day})
    told = {one["direction"]: _told(one) for one in report["queues"]}
    charts = {one["direction"]: _lane_waits(visit, one) for one in report["queues"]}
    return await _page(visit, "fairness", report=report, gates=gates, told=told, charts=charts)


def _lane_waits(visit: Visit, queue: Mapping[str, Any]) -> Chart:
    rows = queue["waits"]["rows"]
    return bars([_say(visit, f"lane.{one['lane']}") for one in rows], _halves(visit, rows))


def _told(queue: Mapping[str, Any]) -> Mapping[str, Sequence[tuple[Any, ...]]]:
    """Return the rows of a queue, lanes first; waits are in minutes, bounds in wholes."""
    return {
        "calls": [((one["lane"],), one["calls"]) for one in queue["calls"]["rows"]],
        "waits": [
            ((one["lane"],), *(one[f"{name}_seconds"] // A_MINUTE for name in WAITS))
            for one in queue["waits"]["rows"]
        ],
        "overtakes": [
            ((one["lane"], one["over"]), one["calls"]) for one in queue["overtakes"]["rows"]
        ],
        "bound": [
            ((one["lane"], one["over"]), *(_whole(one[f"{name}_thousandths"]) for name in BOUNDS))
            for one in queue["bound"]["rows"]
        ],
    }


def _whole(thousandths: int | None) -> str | None:
    return None if thousandths is None else f"{thousandths / A_WHOLE:.2f}"


async def _revenue(visit: Visit) -> Response:
    asked = _asked(visit, "from_day", "to_day", "gate")
    by = visit.query.get("by", "")
    by = by if by in DIMENSIONS else DIMENSIONS[0]
    report, gates = await asyncio.gather(
        visit.api.get("/v1/revenue", {**asked, "by": by}), names(visit, "/v1/gates")
    )
    return await _page(visit, "revenue", report=report, gates=gates, asked=asked, by=by,
                       dimensions=DIMENSIONS, chart=_money(visit, report["lines"], by))  # fmt: skip


def _money(visit: Visit, lines: Sequence[Mapping[str, Any]], by: str) -> Chart:
    """Return what came in, in whole millions: figures of a scale are short."""
    values = [one["revenue"]["total"]["amount"] // MILLION for one in lines]
    return bars(
        [str(one[by] or "-") for one in lines], [Series(_say(visit, "reports.millions"), values)]
    )


async def _page(visit: Visit, name: str, **facts: Any) -> Response:  # noqa: ANN401 - drawn
    viewer = await _viewer(visit)
    offered = viewer is not None and viewer["role"] in READERS
    return visit.page(f"reports/{name}", viewer=viewer, offered=offered, **facts)


async def _viewer(visit: Visit) -> Mapping[str, Any] | None:
    """Return who looks, None where nobody is signed in."""
    try:
        viewer: Mapping[str, Any] | None = await found(visit, "/v1/session")
    except RefusedError as error:
        if error.status != UNAUTHENTICATED:
            raise
        return None
    return viewer


def _day_of(board: Mapping[str, Any]) -> str:
    """Return the day that it is at the gates."""
    return str(datetime.fromisoformat(board["as_of"]).astimezone(HANOI).date())


def _asked(visit: Visit, *fields: str) -> dict[str, str]:
    return {name: visit.query.get(name, "") for name in fields}


def _areas(report: Mapping[str, Any]) -> Mapping[str, Mapping[str, str | None]]:
    return {one["code"]: one["names"] for one in report["areas"]}


def _say(visit: Visit, key: str) -> str:
    return WORDS.say(key, language_of(visit.request.scope))
