"""Reports on the wire: the Board's columns as JSON, and as rows of a spreadsheet."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated

from pydantic import Field

from app.api.schemas.evidence import TextOut
from app.api.schemas.log import LogSealedOut, logs_out
from app.api.schemas.types import Day, Instant, Open, Out
from app.api.spreadsheets import Cell
from app.api.texts import CATALOGUE, Language
from app.domain.reference import Reference
from app.domain.reports import (
    PERCENTILES,
    Area,
    Figure,
    Figures,
    Line,
    Origin,
    Part,
    Total,
    WaitsCounted,
    figure_of,
)
from app.domain.vocabulary import Basis, Direction, Lane
from app.domain.volumes import Measure, Qualifier, Volume
from app.services.publishing.reports import CumulativeReport, DailyReport, Heading, WaitsReport

METHOD = "nearest-rank"
Vehicles = Annotated[int | None, Field(examples=[138])]
"""How many; null where nobody knows."""


class AreaOut(Out):
    """A gate, or a group of gates that reports name."""

    code: Annotated[str, Field(examples=["huu-nghi"])]
    names: TextOut
    gates: list[str]


class HeadingOut(Out):
    """What every report begins with."""

    from_day: Day
    to_day: Day
    """The day after the last one; days are the gates' legal days."""
    as_of: Instant
    recorded_until: Instant
    """What the platform stored before this instant is counted."""
    areas: list[AreaOut]


class ExportsOut(Out):
    """Vehicles to China, by the Board's split."""

    vehicles: Vehicles
    fruit: Vehicles
    other: Vehicles


class ImportsOut(Out):
    """Vehicles from China, by the Board's split."""

    vehicles: Vehicles
    goods: Vehicles
    new_vehicles: Vehicles


class ExportStockOut(ExportsOut):
    """Vehicles waiting to leave for China."""

    unregistered: Vehicles
    """Not declared by anybody yet."""


class ImportStockOut(ImportsOut):
    """Vehicles from China that are not through yet."""

    unregistered: Vehicles
    """Not declared by anybody yet."""


class StockOut(Out):
    """Who had come and not left when the Board counts."""

    at: Annotated[str, Field(examples=["20:00"])]
    exports: ExportStockOut
    imports: ImportStockOut


class PublishedOut(Out):
    """A number that somebody published, with its source."""

    code: Annotated[str, Field(examples=["DV-080"])]
    measure: Annotated[Measure, Open]
    direction: Annotated[str, Field(examples=["export"])]
    """`export`, `import` or `both`."""
    cargo: Annotated[str, Field(examples=["fruit"])]
    from_day: Day | None
    to_day: Day | None
    snapshot: str | None
    """When stock was counted: a time of day, `morning`, `evening`, or not said."""
    vehicles: int
    qualifier: Annotated[Qualifier, Open]
    basis: Annotated[Basis, Open]
    source: str
    note: str | None
    counted: bool
    """Whether this number is the one that counts here; else it stands beside what was recorded."""


class DailyLineOut(Out):
    """One day at one gate or area, all figures from one origin."""

    day: Day
    area: Annotated[str, Field(examples=["huu-nghi"])]
    lane: Annotated[Lane, Open] | None
    hour: Annotated[int | None, Field(ge=0, le=23)]
    origin: Annotated[Origin, Open]
    """`recorded` by the platform, else `published`, else `unknown`; never a sum of two."""
    complete: bool
    """`false` while the day is not over."""
    gates_counted: list[str]
    """Whose recorded figures an area adds up: the gates that the platform served that day."""
    passed: Vehicles
    exports: ExportsOut
    imports: ImportsOut
    turned_round: Vehicles
    """Sent to another gate."""
    turned_back: Vehicles
    """Refused by us or by the other side."""
    stock: StockOut | None
    published: list[PublishedOut]
    """What was published of that day here, whether it counts or not."""


class DailyReportOut(HeadingOut):
    """What passed each day, and what stood at 20:00."""

    lines: list[DailyLineOut]
    logs: list[LogSealedOut]
    """How the public logs of these gates stand."""


class PartOut(Out):
    """Some days of a total."""

    from_day: Day
    to_day: Day
    vehicles: int
    origin: Annotated[Origin, Open]
    published: PublishedOut | None


class UnknownDaysOut(Out):
    """Days of which nobody told."""

    from_day: Day
    to_day: Day


class TotalOut(Out):
    """A figure summed over days that are known; parts share no day."""

    figure: Annotated[Figure, Open]
    vehicles: int
    complete: bool
    """Whether every day since the first is in it."""
    parts: list[PartOut]
    unknown: list[UnknownDaysOut]


class CumulativeLineOut(Out):
    """The totals of a gate or area."""

    area: Annotated[str, Field(examples=["platform-gates"])]
    totals: list[TotalOut]


class CumulativeReportOut(HeadingOut):
    """What passed since a day."""

    lines: list[CumulativeLineOut]


class WaitsLineOut(Out):
    """How long vehicles of a queue waited whose waiting was over then."""

    gate: Annotated[str, Field(examples=["tan-thanh"])]
    direction: Annotated[Direction, Open]
    lane: Annotated[Lane, Open] | None
    """null: all lanes together."""
    day: Day | None
    hour: Annotated[int | None, Field(ge=0, le=23)]
    vehicles: int
    p50_seconds: Annotated[int | None, Field(examples=[5400])]
    """Half of them waited no longer; null where nobody waited."""
    p90_seconds: int | None
    p95_seconds: int | None


class WaitsReportOut(HeadingOut):
    """Waits in open seconds, up to the call, or to admission where a queue calls nobody."""

    method: Annotated[str, Field(examples=[METHOD])]
    """`nearest-rank`: the shortest wait that at least that share of vehicles did not exceed."""
    lines: list[WaitsLineOut]


def daily_out(report: DailyReport, reference: Reference) -> DailyReportOut:
    """Return a daily report."""
    today = reference.day(report.heading.as_of)
    lines = [_daily_line(line, today) for line in report.lines]
    logs = logs_out(report.logs)
    return DailyReportOut(**heading_members(report.heading, reference), lines=lines, logs=logs)


def cumulative_out(report: CumulativeReport, reference: Reference) -> CumulativeReportOut:
    """Return a report of totals."""
    lines = [
        CumulativeLineOut(area=area.code, totals=[_total(total) for total in totals])
        for area, totals in report.totals
    ]
    return CumulativeReportOut(**heading_members(report.heading, reference), lines=lines)


def waits_out(report: WaitsReport, reference: Reference) -> WaitsReportOut:
    """Return a report of waits."""
    lines = [_waits_line(one) for one in report.waits]
    return WaitsReportOut(**heading_members(report.heading, reference), method=METHOD, lines=lines)


def daily_rows(
    report: DailyReport, reference: Reference, language: Language
) -> Iterator[Sequence[Cell]]:
    """Yield the rows of a daily report, columns named first; `source` is of published figures."""
    yield titles(
        language, "day", "area", "name", "lane", "hour", "origin", *Figure,
        "gates_counted", "remarks", "source",
    )  # fmt: skip
    names = names_of(reference)
    for line in report.lines:
        yield (
            line.slot.day.isoformat(),
            line.area.code,
            _name(names[line.area.code], language),
            line.slot.lane,
            line.slot.hour,
            CATALOGUE.say(f"report.origin.{line.origin}", language),
            *(line.figures[figure] for figure in Figure),
            " ".join(line.gates),
            "; ".join(_remarks(line)),
            "; ".join(sorted({one.evidence.source for one in _counting(line)})),
        )


def cumulative_rows(
    report: CumulativeReport, reference: Reference, language: Language
) -> Iterator[Sequence[Cell]]:
    """Yield a row for each part of each total; days nobody knows have no number."""
    yield titles(
        language, "area", "name", "figure", "from", "to", "vehicles", "origin", "qualifier",
        "source",
    )  # fmt: skip
    names = names_of(reference)
    for area, totals in report.totals:
        for total in totals:
            about = (
                area.code,
                _name(names[area.code], language),
                CATALOGUE.say(f"report.column.{total.figure}", language),
            )
            yield from ((*about, *cells) for cells in _parts(total, language))


def waits_rows(
    report: WaitsReport, reference: Reference, language: Language
) -> Iterator[Sequence[Cell]]:
    """Yield a row for each queue, lane and slot; waits are open seconds."""
    yield titles(
        language, "area", "name", "direction", "lane", "day", "hour", "waited", "p50", "p90", "p95"
    )
    names = names_of(reference)
    for one in report.waits:
        day, hour = _day_or_hour(one)
        yield (
            one.queue.gate,
            _name(names[one.queue.gate], language),
            one.queue.direction,
            one.lane,
            day.isoformat() if day else None,
            hour,
            one.vehicles,
            *(one.ranks or (None,) * len(PERCENTILES)),
        )


def names_of(reference: Reference) -> Mapping[str, TextOut]:
    """Return the name of every gate and area by its code."""
    groups = reference.documents["gates"]["areas"]
    return {
        **{one["code"]: TextOut.model_validate(one["names"]) for one in groups},
        **{code: TextOut.model_validate(gate.names) for code, gate in reference.gates.items()},
    }


def heading_members(heading: Heading, reference: Reference) -> dict[str, object]:
    """Return what every report begins with."""
    names = names_of(reference)
    return {
        "from_day": heading.first,
        "to_day": heading.end,
        "as_of": heading.as_of,
        "recorded_until": heading.recorded_until,
        "areas": [_area(area, names[area.code]) for area in heading.areas],
    }


def _area(area: Area, names: TextOut) -> AreaOut:
    return AreaOut(code=area.code, names=names, gates=list(area.gates))


def _daily_line(line: Line, today: date) -> DailyLineOut:
    counting = {one.code for one in _counting(line)}
    whole = line.slot.lane is None and line.slot.hour is None
    return DailyLineOut(
        day=line.slot.day,
        area=line.area.code,
        lane=line.slot.lane,
        hour=line.slot.hour,
        origin=line.origin,
        complete=line.slot.day < today,
        gates_counted=list(line.gates),
        passed=line.figures[Figure.PASSED],
        exports=ExportsOut(**_exports(line.figures, "")),
        imports=ImportsOut(**_imports(line.figures, "")),
        turned_round=line.figures[Figure.TURNED_ROUND],
        turned_back=line.figures[Figure.TURNED_BACK],
        stock=_stock(line.figures) if whole else None,
        published=[_published(one, counted=one.code in counting) for one in line.published],
    )


def _stock(figures: Figures) -> StockOut:
    return StockOut(
        at="20:00",
        exports=ExportStockOut(
            **_exports(figures, "stock_"), unregistered=figures[Figure.STOCK_EXPORT_UNREGISTERED]
        ),
        imports=ImportStockOut(
            **_imports(figures, "stock_"), unregistered=figures[Figure.STOCK_IMPORT_UNREGISTERED]
        ),
    )


def _exports(figures: Figures, kind: str) -> dict[str, int | None]:
    return {
        "vehicles": figures[Figure(f"{kind}export")],
        "fruit": figures[Figure(f"{kind}export_fruit")],
        "other": figures[Figure(f"{kind}export_other")],
    }


def _imports(figures: Figures, kind: str) -> dict[str, int | None]:
    return {
        "vehicles": figures[Figure(f"{kind}import")],
        "goods": figures[Figure(f"{kind}import_goods")],
        "new_vehicles": figures[Figure(f"{kind}import_new_vehicles")],
    }


def _counting(line: Line) -> list[Volume]:
    """Return the published numbers that are the figures of a line."""
    if line.origin is not Origin.PUBLISHED:
        return []
    return [one for one in line.published if figure_of(one) is not None]


def _published(one: Volume, *, counted: bool) -> PublishedOut:
    return PublishedOut(
        code=one.code,
        measure=one.measure,
        direction=one.direction,
        cargo=one.cargo,
        from_day=one.period[0] if one.period else None,
        to_day=one.period[1] if one.period else None,
        snapshot=one.snapshot_at,
        vehicles=one.vehicles,
        qualifier=one.qualifier,
        basis=one.evidence.basis,
        source=one.evidence.source,
        note=one.note,
        counted=counted,
    )


def _total(total: Total) -> TotalOut:
    return TotalOut(
        figure=total.figure,
        vehicles=total.vehicles,
        complete=not total.unknown,
        parts=[_part(part) for part in total.parts],
        unknown=[UnknownDaysOut(from_day=first, to_day=end) for first, end in total.unknown],
    )


def _part(part: Part) -> PartOut:
    volume = part.volume
    return PartOut(
        from_day=part.first,
        to_day=part.end,
        vehicles=part.vehicles,
        origin=Origin.PUBLISHED if volume else Origin.RECORDED,
        published=_published(volume, counted=True) if volume else None,
    )


def _parts(total: Total, language: Language) -> Iterator[Sequence[Cell]]:
    unknown = CATALOGUE.say(f"report.origin.{Origin.UNKNOWN}", language)
    cells = [(part.first, (*_days(part.first, part.end), *_of_part(part, language)))
             for part in total.parts]  # fmt: skip
    cells += [
        (first, (*_days(first, end), None, unknown, None, None)) for first, end in total.unknown
    ]
    return (row for _, row in sorted(cells, key=lambda one: one[0]))


def _of_part(part: Part, language: Language) -> Sequence[Cell]:
    volume = part.volume
    origin = Origin.PUBLISHED if volume else Origin.RECORDED
    said = CATALOGUE.say(f"report.origin.{origin}", language)
    qualifier = volume.qualifier if volume else None
    return part.vehicles, said, qualifier, volume.evidence.source if volume else None


def _days(first: date, end: date) -> tuple[str, str]:
    return first.isoformat(), end.isoformat()


def _remarks(line: Line) -> Iterable[str]:
    """Return which of the figures that count were not printed exactly."""
    for one in _counting(line):
        if one.qualifier is not Qualifier.EXACT:
            yield f"{figure_of(one)}: {one.qualifier}"


def _waits_line(one: WaitsCounted) -> WaitsLineOut:
    half, most, nearly = one.ranks or (None, None, None)
    day, hour = _day_or_hour(one)
    return WaitsLineOut(
        gate=one.queue.gate,
        direction=one.queue.direction,
        lane=one.lane,
        day=day,
        hour=hour,
        vehicles=one.vehicles,
        p50_seconds=half,
        p90_seconds=most,
        p95_seconds=nearly,
    )


def _day_or_hour(one: WaitsCounted) -> tuple[date | None, int | None]:
    if isinstance(one.slot, date):
        return one.slot, None
    return None, one.slot


def titles(language: Language, *columns: str) -> list[str]:
    """Return the names of columns."""
    return [CATALOGUE.say(f"report.column.{column}", language) for column in columns]


def named(area: str, reference: Reference, language: Language) -> str:
    """Return the name of a gate or area."""
    return _name(names_of(reference)[area], language)


def _name(names: TextOut, language: Language) -> str:
    return getattr(names, language.value) or names.en
