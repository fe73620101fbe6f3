"""The Board's reports: figures a gate or area and day, each from one origin only.

From the first day on which the platform registered a vehicle at a gate, what it recorded counts,
zeros included; before that day what was published counts, and what nobody published is None. Never
are both added (`docs/adr/0017`). An area is the sum of its gates once the platform serves one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from app.domain.stays import CARGO_OF, Cargo, Outcome
from app.domain.vocabulary import Direction, Lane, Queue
from app.domain.volumes import STOCK_AT, Measure, Volume, Volumes, tiles

DAY: Final = timedelta(days=1)


class Figure(StrEnum):
    """One column of the daily report; `stock_*` are counted at 20:00."""

    PASSED = "passed"
    EXPORT = "export"
    EXPORT_FRUIT = "export_fruit"
    EXPORT_OTHER = "export_other"
    IMPORT = "import"
    IMPORT_GOODS = "import_goods"
    IMPORT_NEW_VEHICLES = "import_new_vehicles"
    TURNED_ROUND = "turned_round"
    TURNED_BACK = "turned_back"
    STOCK_EXPORT = "stock_export"
    STOCK_EXPORT_FRUIT = "stock_export_fruit"
    STOCK_EXPORT_OTHER = "stock_export_other"
    STOCK_EXPORT_UNREGISTERED = "stock_export_unregistered"
    STOCK_IMPORT = "stock_import"
    STOCK_IMPORT_GOODS = "stock_import_goods"
    STOCK_IMPORT_NEW_VEHICLES = "stock_import_new_vehicles"
    STOCK_IMPORT_UNREGISTERED = "stock_import_unregistered"


FLOWS: Final = tuple(one for one in Figure if not one.startswith("stock_"))
"""What happens in a day and may be summed over days; stock may not."""

UNREGISTERED: Final = "unregistered"
Figures = Mapping[Figure, int | None]
UNKNOWN: Final[Figures] = dict.fromkeys(Figure)


class Origin(StrEnum):
    """Where the figures of a row come from."""

    RECORDED = "recorded"
    PUBLISHED = "published"
    UNKNOWN = "unknown"


class Slot(NamedTuple):
    """What a row is about besides its area: a day, and a lane or an hour where asked for."""

    day: date
    lane: Lane | None = None
    hour: int | None = None


class Counted(NamedTuple):
    """So many vehicles of a kind left a gate in a slot."""

    slot: Slot
    gate: str
    direction: Direction
    cargo: Cargo
    outcome: Outcome
    vehicles: int


PERCENTILES: Final = (50, 90, 95)
"""What is told of waits: so many percent waited no longer."""


class WaitsCounted(NamedTuple):
    """How long vehicles of a queue waited, in open seconds; no lane means all of them.

    `slot` is a day or an hour where asked for; `ranks` are the `PERCENTILES`, by nearest rank: the
    shortest wait that at least that share of them did not exceed.
    """

    queue: Queue
    lane: Lane | None
    slot: date | int | None
    vehicles: int
    ranks: tuple[int, ...]


class DifficultiesCounted(NamedTuple):
    """Difficulties of a gate in a period, or of all with no gate; seconds are of business time.

    `open` were not answered at its end, the oldest since `oldest`; `ranks` are the `PERCENTILES`
    of the time to answer of those answered in it, by nearest rank.
    """

    gate: str | None
    reported: int
    answered: int
    open: int
    oldest: datetime | None
    ranks: tuple[int, ...]

    @classmethod
    def none(cls, gate: str | None) -> "DifficultiesCounted":
        """Return that there was nothing."""
        return cls(gate, 0, 0, 0, None, ())


class Standing(NamedTuple):
    """So many vehicles of a kind were in a gate's stock on the days from `first` to `end`."""

    gate: str
    direction: Direction
    cargo: Cargo
    first: date
    declared_from: date | None
    end: date | None
    vehicles: int


@dataclass(frozen=True, slots=True)
class Area:
    """A gate, or a named group of gates."""

    code: str
    gates: tuple[str, ...]
    is_gate: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a report; `gates` are those counted, `published` what others printed of it."""

    area: Area
    slot: Slot
    origin: Origin
    figures: Figures
    gates: tuple[str, ...]
    published: Sequence[Volume]


@dataclass(frozen=True, slots=True)
class Part:
    """What passed on the days from `first` to `end`: recorded, or as the volume says."""

    first: date
    end: date
    vehicles: int
    volume: Volume | None


@dataclass(frozen=True, slots=True)
class Total:
    """One figure summed since a day, with the parts it consists of and the days nobody knows."""

    figure: Figure
    vehicles: int
    parts: Sequence[Part]
    unknown: Sequence[tuple[date, date]]


@dataclass(frozen=True, slots=True)
class Service:
    """Since which day the platform serves each gate; a gate without day it does not serve."""

    since: Mapping[str, date]

    def serves(self, area: Area, day: date) -> tuple[str, ...]:
        """Return the gates of an area that the platform serves on a day."""
        return tuple(gate for gate in area.gates if self.since.get(gate, date.max) <= day)

    def begins(self, area: Area) -> date:
        """Return the first day on which the platform serves a gate of the area."""
        return min((self.since.get(gate, date.max) for gate in area.gates), default=date.max)


def days_of(first: date, end: date) -> list[date]:
    """Return the days from `first` (in) to `end` (out)."""
    return [first + DAY * number for number in range((end - first).days)]


def flow_figures(direction: Direction, cargo: Cargo, outcome: Outcome) -> tuple[Figure, ...]:
    """Return the columns in which a vehicle that left is counted."""
    if outcome is Outcome.TURNED_ROUND:
        return (Figure.TURNED_ROUND,)
    if outcome is Outcome.TURNED_BACK:
        return (Figure.TURNED_BACK,)
    if outcome is not Outcome.PASSED:
        return ()
    return Figure.PASSED, Figure(direction), _figure(direction, cargo)


def _figure(*words: str) -> Figure:
    return Figure("_".join(words).replace("-", "_"))


class Recorded:
    """What the platform recorded, by gate and slot; a slot without entry is zero.

    There is no stock from the day `stock_to` on, whose 20:00 has not come.
    """

    __slots__ = ("_counts", "_stock_to")

    def __init__(
        self,
        counted: Iterable[Counted],
        standing: Iterable[Standing] = (),
        stock_to: date = date.min,
    ) -> None:
        """Add up what left, and who stood at 20:00."""
        self._stock_to = stock_to
        self._counts: dict[tuple[str, Slot], Counter[Figure]] = {}
        for one in counted:
            for figure in flow_figures(one.direction, one.cargo, one.outcome):
                self._of(one.gate, one.slot)[figure] += one.vehicles
        for stood in standing:
            self._stand(stood)

    def _of(self, gate: str, slot: Slot) -> Counter[Figure]:
        return self._counts.setdefault((gate, slot), Counter())

    def _stand(self, stood: Standing) -> None:
        for day in days_of(stood.first, stood.end or stood.first):
            declared = stood.declared_from is not None and stood.declared_from <= day
            kind = stood.cargo if declared else UNREGISTERED
            counts = self._of(stood.gate, Slot(day))
            for figure in (_figure("stock", stood.direction),
                           _figure("stock", stood.direction, kind)):  # fmt: skip
                counts[figure] += stood.vehicles

    def figures(self, gates: Iterable[str], slot: Slot) -> Figures:
        """Return the sum over gates; in a lane or an hour there is no stock."""
        has_stock = slot.lane is None and slot.hour is None and slot.day < self._stock_to
        counts: Counter[Figure] = Counter()
        for gate in gates:
            counts.update(self._counts.get((gate, slot), {}))
        return {one: counts[one] if (has_stock or one in FLOWS) else None for one in Figure}


def line_of(area: Area, slot: Slot, service: Service, recorded: Recorded, volumes: Volumes) -> Line:
    """Return the row of an area and slot, from the one origin that counts there."""
    printed = volumes.on(area.code, slot.day) if slot.lane is None and slot.hour is None else ()
    gates = service.serves(area, slot.day)
    if gates:
        figures = recorded.figures(gates, slot)
        return Line(area, slot, Origin.RECORDED, figures, gates, printed)
    figures = {**UNKNOWN, **dict(_printed(printed))}
    known = any(value is not None for value in figures.values())
    return Line(area, slot, Origin.PUBLISHED if known else Origin.UNKNOWN, figures, (), printed)


def _printed(volumes: Iterable[Volume]) -> Iterator[tuple[Figure, int]]:
    for one in volumes:
        figure = figure_of(one)
        if figure is not None:
            yield figure, one.vehicles


def figure_of(one: Volume) -> Figure | None:
    """Return the column of a published number; None where the report has none for it."""
    words = [word for word in (one.direction, one.cargo) if word not in {"both", "all"}]
    if one.measure is Measure.STOCK:
        words = ["stock", *words] if one.snapshot_at == STOCK_AT else ["", ""]
    elif one.measure is Measure.TURNED_ROUND:
        words = ["turned_round"]
    elif one.measure is Measure.THROUGHPUT:
        words = words or ["passed"]
    else:
        return None
    name = "_".join(words).replace("-", "_")
    return Figure(name) if name in list(Figure) else None


def totals_of(
    area: Area, days: tuple[date, date], service: Service, recorded: Recorded, volumes: Volumes
) -> Sequence[Total]:
    """Return what happened at an area from a day to another: printed parts, then recorded."""
    first, end = days
    begins = min(max(service.begins(area), first), end)
    sums: Counter[Figure] = Counter()
    for day in days_of(begins, end):
        sums.update(
            {
                figure: value or 0
                for figure, value in recorded.figures(service.serves(area, day), Slot(day)).items()
            }
        )
    return [
        _total(figure, first, begins, end, sums[figure], volumes.totals(area.code, kind))
        for figure, kind in _KINDS.items()
    ]


_KINDS: Final[Mapping[Figure, tuple[str, str]]] = {
    Figure.PASSED: ("both", "all"),
    **{Figure(way): (way.value, "all") for way in Direction},
    **{
        _figure(way, cargo): (way.value, cargo.value)
        for way in Direction
        for cargo in CARGO_OF[way]
    },
    Figure.TURNED_ROUND: ("", ""),
    Figure.TURNED_BACK: ("", ""),
}


def _total(  # noqa: PLR0913, PLR0917 - the parts of one figure
    figure: Figure, first: date, begins: date, end: date, sum_: int, printed: Iterable[Volume]
) -> Total:
    chosen = tiles(printed, first, begins)
    parts = [Part(one.first, one.end, one.vehicles, one) for one in chosen]
    if begins < end:
        parts.append(Part(begins, end, sum_, None))
    return Total(figure, sum(one.vehicles for one in parts), parts, list(_gaps(parts, first, end)))


def _gaps(parts: Iterable[Part], first: date, end: date) -> Iterator[tuple[date, date]]:
    at = first
    for part in parts:
        if at < part.first:
            yield at, part.first
        at = part.end
    if at < end:
        yield at, end
