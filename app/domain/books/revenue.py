"""What came in of fees, less what was given back: by whatever it is split by, as it was posted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.books.periods import Period
from app.domain.money import BASIS_POINTS

TRANSIT_GROUPS: Final = frozenset({"transit-agricultural", "transit-other"})
"""Goods in temporary import, transit, re-export or a bonded warehouse; all others are ordinary."""

FEBRUARY, LEAP_DAY = 2, 29


class Dimension(StrEnum):
    """What revenue is split by, in the order in which lines stand."""

    MONTH = "month"
    DAY = "day"
    GATE = "gate"
    KIND = "kind"
    GOODS_GROUP = "goods_group"
    VEHICLE_CLASS = "vehicle_class"


@dataclass(frozen=True, slots=True)
class RevenueFilter:
    """Of what revenue is asked for; None asks for all."""

    gate: str | None = None
    kind: str | None = None
    goods_group: str | None = None
    vehicle_class: str | None = None


@dataclass(frozen=True, slots=True)
class Revenue:
    """So many orders paid, and whose what came in is, in VND; `refunded_vnd` is off both parts."""

    orders: int = 0
    retained_vnd: int = 0
    budget_vnd: int = 0
    refunded_vnd: int = 0

    @property
    def total_vnd(self) -> int:
        """What came in and was not given back."""
        return self.retained_vnd + self.budget_vnd

    def __add__(self, other: "Revenue") -> "Revenue":
        """Return both together."""
        return Revenue(
            self.orders + other.orders,
            self.retained_vnd + other.retained_vnd,
            self.budget_vnd + other.budget_vnd,
            self.refunded_vnd + other.refunded_vnd,
        )


@dataclass(frozen=True, slots=True)
class RevenueLine:
    """Revenue of one value of each dimension that is asked for, in their order."""

    values: Mapping[Dimension, str]
    revenue: Revenue


@dataclass(frozen=True, slots=True)
class Compared:
    """A part of the revenue: of all of it, and beside the same days of the year before.

    Both are basis points; None where there is nothing to compare with.
    """

    name: str
    revenue: Revenue
    former: Revenue
    share: int | None
    of_former: int | None


@dataclass(frozen=True, slots=True)
class RevenueSummary:
    """Revenue as the Board publishes it: by kind of order, and transit goods against ordinary."""

    total: Compared
    kinds: Sequence[Compared]
    goods: Sequence[Compared]


def ordered(dimensions: Iterable[Dimension]) -> tuple[Dimension, ...]:
    """Return dimensions in the order in which lines stand, each once."""
    wanted = set(dimensions)
    return tuple(one for one in Dimension if one in wanted)


def total_of(lines: Iterable[RevenueLine]) -> Revenue:
    """Return what lines come to."""
    return sum((one.revenue for one in lines), Revenue())


def summary_of(
    lines: Sequence[RevenueLine], former: Sequence[RevenueLine], kinds: Sequence[str]
) -> RevenueSummary:
    """Return a summary of lines by kind and goods group, beside those of the year before."""
    whole = total_of(lines).total_vnd

    def compared(name: str, wanted: "Iterable[str] | None", by: Dimension) -> Compared:
        now, before = (_part(every, wanted, by) for every in (lines, former))
        return Compared(
            name, now, before,
            basis_points_of(now.total_vnd, whole),
            basis_points_of(now.total_vnd, before.total_vnd),
        )  # fmt: skip

    groups = {one.values[Dimension.GOODS_GROUP] for one in (*lines, *former)}
    return RevenueSummary(
        total=compared("total", None, Dimension.KIND),
        kinds=[compared(kind, {kind}, Dimension.KIND) for kind in kinds],
        goods=[
            compared("transit", TRANSIT_GROUPS, Dimension.GOODS_GROUP),
            compared("ordinary", groups - TRANSIT_GROUPS, Dimension.GOODS_GROUP),
        ],
    )


def _part(lines: Iterable[RevenueLine], wanted: Iterable[str] | None, by: Dimension) -> Revenue:
    chosen = None if wanted is None else set(wanted)
    return total_of(one for one in lines if chosen is None or one.values[by] in chosen)


def basis_points_of(part: int, whole: int) -> int | None:
    """Return a part in basis points of a whole, half of one rounded up; None of nothing or less."""
    if whole <= 0:
        return None
    return (2 * part * BASIS_POINTS + whole) // (2 * whole)


def year_before(period: Period) -> Period:
    """Return the same days a year before; a day that it had not is the last of its February."""
    return Period(_year_before(period.first), _year_before(period.end, is_end=True))


def _year_before(day: date, *, is_end: bool = False) -> date:
    if (day.month, day.day) == (FEBRUARY, LEAP_DAY):
        return date(day.year - 1, 3, 1) if is_end else date(day.year - 1, FEBRUARY, 28)
    return day.replace(year=day.year - 1)


def months_of(period: Period) -> Sequence[Period]:
    """Return a period cut at the first day of each month."""
    found, first = list[Period](), period.first
    while first < period.end:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        found.append(Period(first, min(following, period.end)))
        first = following
    return found
