"""Half-open days: the first day is in, the end day is out, None is open."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, Self, TypeVar

from app.domain.errors import EmptyValidityError, NoValueError, OverlappingValidityError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Validity:
    """The legal days from `first` (in) to `end` (out); None leaves that side open.

    Raises:
        EmptyValidityError: `end` is not after `first`, so that no day would be covered.
    """

    first: date | None = None
    end: date | None = None

    def __post_init__(self) -> None:
        """Refuse a range without a day."""
        if self.first is not None and self.end is not None and self.first >= self.end:
            raise EmptyValidityError(first=self.first.isoformat(), end=self.end.isoformat())

    @classmethod
    def parse(cls, row: Mapping[str, object]) -> Self:
        """Return the range of a reference row by its `valid_from` and `valid_to` (ISO or null)."""
        return cls(_day(row["valid_from"]), _day(row["valid_to"]))

    def covers(self, day: date) -> bool:
        """Tell whether `day` is one of these days."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)

    def overlaps(self, other: Self) -> bool:
        """Tell whether the two share a day; the same answer from either side."""
        return _begins_before_end(self, other) and _begins_before_end(other, self)

    def __str__(self) -> str:
        """Return the range as a mathematician writes it: `[2025-05-08, )`."""
        return f"[{self.first or ''}, {self.end or ''})"


def _begins_before_end(one: Validity, other: Validity) -> bool:
    return one.first is None or other.end is None or one.first < other.end


def _day(text: object) -> date | None:
    return None if text is None else date.fromisoformat(str(text))


class Timeline(Generic[T]):
    """Values by legal day; a day has one value, or none and that is an error."""

    __slots__ = ("_begins", "rows")

    rows: tuple[tuple[Validity, T], ...]

    def __init__(self, rows: Iterable[tuple[Validity, T]]) -> None:
        """Keep the rows, earliest first.

        Raises:
            OverlappingValidityError: two rows share a day.
        """
        self.rows = tuple(sorted(rows, key=lambda row: row[0].first or date.min))
        self._begins = [valid.first or date.min for valid, _ in self.rows]
        for (before, _), (after, _) in zip(self.rows, self.rows[1:], strict=False):
            if before.overlaps(after):
                raise OverlappingValidityError(one=str(before), other=str(after))

    def at(self, day: date) -> T:
        """Return the value of `day`.

        Raises:
            NoValueError: no row covers that day; nothing stands in for it.
        """
        row = self._row(day)
        if row is None:
            raise NoValueError(day=day.isoformat())
        return row[1]

    def get(self, day: date) -> T | None:
        """Return the value of `day`, or None where a hole is an answer and not a fault."""
        row = self._row(day)
        return None if row is None else row[1]

    def _row(self, day: date) -> tuple[Validity, T] | None:
        place = bisect_right(self._begins, day) - 1
        if place < 0 or not self.rows[place][0].covers(day):
            return None
        return self.rows[place]
