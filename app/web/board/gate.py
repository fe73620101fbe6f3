"""One gate in detail: who waits, who is called, today hour by hour, its yards, rule and log."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from fastapi import FastAPI

from app.api.texts import language_of
from app.domain.vocabulary import Direction
from app.web.board.faces import TONES, Face, are_alike, face_of
from app.web.board.verifier import verifier
from app.web.charts import Chart, Series, bars, lines
from app.web.kept import add_kept
from app.web.telling import patterns_in
from app.web.visits import Visit
from app.web.words import WORDS

Row = Mapping[str, Any]
MINUTE: Final = 60
FIRST_HOUR: Final = 5
LAST_HOUR: Final = 20
"""From this hour to that a chart shows, and what else there was."""


def install(app: FastAPI) -> None:
    """Let `app` answer the page of a gate."""
    add_kept(app, "/gates/{gate}", "gate", _show)


async def _show(visit: Visit) -> Mapping[str, object]:
    facts = await gate_facts(visit)
    gate, faces = facts["gate"], facts["faces"]
    today = await visit.api.get(f"/v1/gates/{gate['code']}/reports/hours")
    yards = (await visit.api.get("/v1/yards"))["items"]
    return {
        **facts,
        "tones": TONES,
        "notices": await _notices(visit, faces),
        "hours_today": _on(gate["hours"], today["day"]),
        "closures": _on(gate["closures"], today["day"]),
        "traffic": _traffic(visit, today["hours"]),
        "waits": _waits(visit, today["hours"]),
        "yards": [one for one in yards if gate["code"] in one["serves"]],
        "logged": [face for face in faces if face.board["log"]],
        "origin": visit.request.app.state.settings.base_url,
        "verifier": verifier(),
        "policy": await _policy(visit, faces),
    }


async def _policy(visit: Visit, faces: Sequence[Face]) -> Row | None:
    """Return the edition by which the queues run, where there are any."""
    if not faces:
        return None
    found: Row = await visit.api.get(f"/v1/policies/{faces[0].board['policy']}")
    return found


async def gate_facts(visit: Visit) -> dict[str, Any]:
    """Return a gate and its queues."""
    code, language = visit.path["gate"], language_of(visit.request.scope)
    gate = await visit.api.get(f"/v1/gates/{code}")
    boards = (await visit.api.get("/v1/queues"))["items"]
    faces = [face_of(one, language) for one in boards if one["gate"] == gate["code"]]
    return {
        "gate": gate,
        "faces": faces,
        "alike": are_alike(faces),
        "as_of": boards[0]["as_of"] if boards else None,
        "patterns": patterns_in(language),
    }


async def _notices(visit: Visit, faces: Sequence[Face]) -> Sequence[Row]:
    """Return the notices in force with what they do, where there are any."""
    if not any(face.board["notices"] for face in faces):
        return []
    asked = {"gate": visit.path["gate"], "in_force_at": faces[0].board["as_of"]}
    found: Sequence[Row] = (await visit.api.get("/v1/notices", asked))["items"]
    return found


def _on(rows: Iterable[Row], day: str) -> Sequence[Row]:
    """Return the rows that hold on a day."""
    return [
        row
        for row in rows
        if (row["valid_from"] or "") <= day and (row["valid_to"] is None or day < row["valid_to"])
    ]


def _traffic(visit: Visit, hours: Sequence[Row]) -> Chart:
    """Return the chart of arrivals and calls, both directions together."""
    shown = _shown(hours)
    language = language_of(visit.request.scope)
    series = [
        Series(
            WORDS.say(f"gate.chart.{name}", language),
            [_sum(hours, hour, name) for hour in shown],
            tone,
        )
        for name, tone in (("arrived", "first"), ("called", "second"))
    ]
    return bars([f"{hour:02}" for hour in shown], series)


def _waits(visit: Visit, hours: Sequence[Row]) -> Chart:
    """Return the chart of median waits in minutes, a line a direction."""
    shown = _shown(hours)
    language = language_of(visit.request.scope)
    series = [
        Series(WORDS.say(f"board.{way}", language), _medians(hours, way, shown), tone)
        for way, tone in ((Direction.EXPORT, "first"), (Direction.IMPORT, "third"))
    ]
    return lines([f"{hour:02}" for hour in shown], series)


def _shown(hours: Sequence[Row]) -> Sequence[int]:
    busy = [one["hour"] for one in hours if one["arrived"] or one["called"] or one["waited"]]
    return range(min([FIRST_HOUR, *busy]), max([LAST_HOUR, *busy]) + 1)


def _sum(hours: Iterable[Row], hour: int, name: str) -> int:
    return sum(one[name] or 0 for one in hours if one["hour"] == hour)


def _medians(hours: Iterable[Row], way: str, shown: Iterable[int]) -> Sequence[int | None]:
    found = {
        one["hour"]: one["median_wait_seconds"] // MINUTE
        for one in hours
        if one["direction"] == way and one["median_wait_seconds"] is not None
    }
    return [found.get(hour) for hour in shown]
