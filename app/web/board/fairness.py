"""How fair the queues of a gate were in a week: for anybody, with what proves it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from fastapi import FastAPI
from starlette.responses import Response

from app.api.texts import Language, language_of
from app.domain.gates import HANOI
from app.web.board.faces import face_of
from app.web.board.verifier import verifier
from app.web.charts import Chart, Series, bars, lines
from app.web.visits import Visit, add
from app.web.words import WORDS

Row = Mapping[str, Any]
A_DAY: Final = timedelta(days=1)
A_WEEK: Final = 7
CALLED: Final = "called"
MINUTE: Final = 60
PER_PERCENT: Final = 10
MOST: Final = 100
TONES: Final = ("second", "first", "third")
"""Of a chart's lanes, the fastest first."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a lane must have waited at least of who it passes, and the least that came up."""

    lane: str
    over: str
    promised: int
    least: int | None
    """Both are percent."""

    @property
    def is_kept(self) -> bool:
        """Whether nobody was passed too early."""
        return self.least is None or self.least >= self.promised


@dataclass(frozen=True, slots=True)
class Week:
    """What the days of one queue come to; `told` are its reports by their days."""

    direction: str
    told: Mapping[str, Row]
    overrides: Sequence[Row]

    def count(self, figure: str, number: str, day: str | None = None) -> int:
        """Return a figure of a day, or of all days."""
        days = self.told.values() if day is None else [self.told[day]]
        return sum(row[number] for one in days for row in one[figure].get("rows", [one[figure]]))

    def by(self, figure: str, number: str, *names: str) -> Sequence[tuple[tuple[Any, ...], int]]:
        """Return a figure of all days by what its rows are about, the most first."""
        found: Counter[tuple[Any, ...]] = Counter()
        for one in self.told.values():
            for row in one[figure]["rows"]:
                found[tuple(row[name] for name in names)] += row[number]
        return found.most_common()

    def promises(self) -> Sequence[Promise]:
        """Return what was promised of each two lanes, and how near the week came to it."""
        rows = [row for one in self.told.values() for row in one["bound"]["rows"]]
        pairs = dict.fromkeys((row["lane"], row["over"]) for row in rows)
        return [_promise([row for row in rows if (row["lane"], row["over"]) == pair])
                for pair in pairs]  # fmt: skip

    def lanes(self) -> Sequence[str]:
        """Return the lanes of which somebody was called."""
        return [names[0] for names, _ in self.by("calls", "calls", "lane")]


def install(app: FastAPI) -> None:
    """Let `app` answer the page."""
    add(app, "/gates/{gate}/fairness", _show)


async def _show(visit: Visit) -> Response:
    code, language = visit.path["gate"], language_of(visit.request.scope)
    gate = await visit.api.get(f"/v1/gates/{code}")
    boards = (await visit.api.get("/v1/queues"))["items"]
    calling = [one for one in boards if one["gate"] == code and one["mode"] == CALLED]
    if not calling:
        return visit.page("fairness", gate=gate, weeks=[])
    last, newest = _last_day(visit, calling[0]["as_of"])
    days = [str(last - A_DAY * ago) for ago in reversed(range(A_WEEK))]
    weeks = [await _week(visit, one["direction"], days) for one in calling]
    return visit.page(
        "fairness", gate=gate, days=days, weeks=weeks, is_newest=last == newest,
        earlier=str(last - A_DAY * A_WEEK), later=str(last + A_DAY * A_WEEK),
        charts={one.direction: _charts(one, language) for one in weeks},
        logged=[face_of(one, language) for one in calling if one["log"]],
        origin=visit.request.app.state.settings.base_url, verifier=verifier(),
    )  # fmt: skip


def _last_day(visit: Visit, now: str) -> tuple[date, date]:
    """Return the last day of the week that is asked for, and yesterday, which is the newest."""
    yesterday = datetime.fromisoformat(now).astimezone(HANOI).date() - A_DAY
    try:
        return min(date.fromisoformat(visit.query.get("day", "")), yesterday), yesterday
    except ValueError:
        return yesterday, yesterday


async def _week(visit: Visit, direction: str, days: Iterable[str]) -> Week:
    """Return a queue's week; its days are asked for one after another, for each takes long."""
    code, told = visit.path["gate"], {}
    for day in days:
        report = await visit.api.get(f"/v1/gates/{code}/reports/fairness", {"day": day})
        told[day] = next(one for one in report["queues"] if one["direction"] == direction)
    path = f"/v1/gates/{code}/queues/{direction}/overrides"
    made = (await visit.api.get(path, {"limit": MOST}))["items"]
    return Week(direction, told, [one for one in made if one["on"] in told])


def _promise(rows: Sequence[Row]) -> Promise:
    worst = [row["worst_thousandths"] for row in rows if row["worst_thousandths"] is not None]
    return Promise(
        rows[0]["lane"], rows[0]["over"],
        promised=rows[-1]["promised_thousandths"] // PER_PERCENT,
        least=min(worst) // PER_PERCENT if worst else None,
    )  # fmt: skip


def _charts(week: Week, language: Language) -> Sequence[tuple[str, Chart]]:
    """Return what is drawn of a week: calls of each day by lane, and half of how long they took."""
    pattern = "%d/%m" if language is Language.VI else "%m-%d"
    days = [f"{date.fromisoformat(day):{pattern}}" for day in week.told]
    return [
        ("calls", bars(days, _series(week, language, "calls", "calls", 1))),
        ("waits", lines(days, _series(week, language, "waits", "p50_seconds", MINUTE))),
    ]


def _series(
    week: Week, language: Language, figure: str, number: str, unit: int
) -> Sequence[Series]:
    def values(lane: str) -> Sequence[int | None]:
        found = [
            {row["lane"]: row[number] // unit for row in one[figure]["rows"]}
            for one in week.told.values()
        ]
        return [one.get(lane) for one in found]

    tones = zip(sorted(week.lanes()), TONES, strict=False)
    return [Series(WORDS.say(f"lane.{lane}", language), values(lane), tone) for lane, tone in tones]
