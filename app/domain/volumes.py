"""What others published of the traffic: totals, averages and stock, each with its source.

A figure that was printed is never added to what the platform recorded of the same gate and day:
`docs/adr/0017` says which of them counts. Days are half-open, `derived` means computed from printed
figures.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from app.domain.errors import FieldError
from app.domain.rows import evidence, unfit
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence

Row = Mapping[str, str]

STOCK_AT = "20:00"
"""When the Board counts who still waits; local time."""


class Measure(StrEnum):
    """What a published number counts."""

    THROUGHPUT = "throughput"
    PERIOD_TOTAL = "period-total"
    DAILY_AVERAGE = "daily-average"
    ARRIVALS = "arrivals"
    ARRIVALS_DAILY_AVERAGE = "arrivals-daily-average"
    TURNED_ROUND = "turned-round"
    STOCK = "stock"


class Qualifier(StrEnum):
    """How exactly it was printed."""

    EXACT = "exact"
    ABOUT = "about"
    OVER = "over"
    NEARLY = "nearly"
    DERIVED = "derived"


TOTALS = frozenset({Measure.THROUGHPUT, Measure.PERIOD_TOTAL, Measure.TURNED_ROUND})
"""What may be summed over days; averages and stock may not."""


@dataclass(frozen=True, slots=True)
class Volume:
    """One published number; `direction` and `cargo` in the words of the source's layout.

    `period` is its first day and the one after its last; None for stock, which is counted at
    `snapshot_at` of `day`.
    """

    code: str
    measure: Measure
    area: str
    day: date
    period: tuple[date, date] | None
    snapshot_at: str | None
    direction: str
    cargo: str
    vehicles: int
    qualifier: Qualifier
    evidence: Evidence
    note: str | None

    @property
    def first(self) -> date:
        """The first day it counts."""
        return self.period[0] if self.period else self.day

    @property
    def end(self) -> date:
        """The day after the last one it counts; for stock the same as the first."""
        return self.period[1] if self.period else self.day

    @property
    def length(self) -> int:
        """How many days it counts; 0 for stock."""
        return (self.end - self.first).days

    @property
    def is_of_one_day(self) -> bool:
        """Whether it counts its day and no other."""
        return self.first == self.day and self.length <= 1


def parse_volume(row: Row) -> Volume:
    """Return one row of the published table.

    Raises:
        ReferenceDataError: it counts something between days but does not say which.
        EmptyValidityError: there is no day between them.
    """
    measure = Measure(row["measure"])
    period = None
    if row["period_from"]:
        period = date.fromisoformat(row["period_from"]), date.fromisoformat(row["period_to"])
        Validity(*period)
    if (period is None) != (measure is Measure.STOCK):
        raise unfit(FieldError(f"/rows/{row['row_id']}/period_from", "days-of-measure"))
    return Volume(
        code=row["row_id"],
        measure=measure,
        area=row["area_code"],
        day=date.fromisoformat(row["date"]),
        period=period,
        snapshot_at=row["snapshot_at"] or None,
        direction=row["direction"],
        cargo=row["cargo"],
        vehicles=int(row["vehicles"]),
        qualifier=Qualifier(row["qualifier"]),
        evidence=evidence(row),
        note=row["note"] or None,
    )


class Volumes:
    """All published numbers, found by area and day."""

    __slots__ = ("_by_area", "_by_day")

    def __init__(self, rows: Iterable[Volume] = ()) -> None:
        """Keep `rows` in order of their codes."""
        self._by_day: dict[tuple[str, date], list[Volume]] = {}
        self._by_area: dict[str, list[Volume]] = {}
        for one in sorted(rows, key=lambda row: row.code):
            self._by_area.setdefault(one.area, []).append(one)
            if one.is_of_one_day:
                self._by_day.setdefault((one.area, one.day), []).append(one)

    def on(self, area: str, day: date) -> Sequence[Volume]:
        """Return what was published of an area's day."""
        return self._by_day.get((area, day), ())

    def totals(self, area: str, kind: tuple[str, str]) -> Sequence[Volume]:
        """Return what passed an area, in direction and cargo `kind`, as days that may be summed."""
        return [
            one
            for one in self._by_area.get(area, ())
            if one.measure in {Measure.THROUGHPUT, Measure.PERIOD_TOTAL}
            and (one.direction, one.cargo) == kind
        ]


def tiles(candidates: Iterable[Volume], first: date, end: date) -> Sequence[Volume]:
    """Return the totals inside [first, end) that share no day and cover the most days.

    Of equal covers the one of fewer numbers: a printed total of months is better than days of it
    and holes between.
    """
    inside = sorted(_inside(candidates, first, end), key=lambda one: (one.end, one.code))
    ends = [one.end for one in inside]
    # Days covered, numbers used (negative: fewer is better), and which; for the first n of them.
    best: list[tuple[int, int, tuple[Volume, ...]]] = [(0, 0, ())]
    for count, last in enumerate(inside):
        covered, numbers, chosen = best[bisect_right(ends, last.first, 0, count)]
        taken = (covered + last.length, numbers - 1, (*chosen, last))
        best.append(max(best[count], taken, key=lambda one: one[:2]))
    return best[-1][2]


def _inside(candidates: Iterable[Volume], first: date, end: date) -> Iterator[Volume]:
    return (one for one in candidates if one.length and first <= one.first and one.end <= end)
