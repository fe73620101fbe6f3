"""The open clock of a queue: whole seconds in which it was open; closed time ages nobody.

The clock reads 0 up to local midnight of `EPOCH` and counts from there. A second counts when an
hours row covers its day and time, no closure that stops the clock covers its day, and no pause
covers it; a day without hours counts nothing. Instants are truncated to their second. Readings
are kept in the keys of waiting entries: what ruled the past (`EPOCH`, hours, closures, pauses
that ended) stays in the clock for ever, and changing it means recomputing the keys.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from app.domain.closures import Closure
from app.domain.errors import HoursOrderError
from app.domain.validity import Validity
from app.domain.vocabulary import Direction

EPOCH: Final = date(2020, 1, 1)
EVERY_DAY: Final = frozenset(range(7))

_DAY: Final = 86_400
_HORIZON: Final = 366 * _DAY
_LAST: Final = (date.max - EPOCH).days * _DAY
_FOREVER: Final = _LAST + 2 * _DAY
"""After every instant that can be asked, in any zone."""

_Range = tuple[int, int]


def legal_day(at: datetime, zone: tzinfo) -> date:
    """Return the day that `at` belongs to at a gate in `zone`; rules and numbers go by it."""
    return at.astimezone(zone).date()


@dataclass(frozen=True, slots=True)
class OpenHours:
    """Opening hours on some weekdays (0 is Monday) of some days; no direction means both.

    Local times; `opens` is in, `closes` is out, and 00:00 as `closes` is the end of the day.

    Raises:
        HoursOrderError: `closes` is not after `opens`; a night is written as two rows.
    """

    valid: Validity
    opens: time
    closes: time
    weekdays: frozenset[int] = EVERY_DAY
    direction: Direction | None = None

    def __post_init__(self) -> None:
        """Refuse hours that end before they begin."""
        start, end = self.window
        if start >= end:
            raise HoursOrderError(opens=self.opens.isoformat(), closes=self.closes.isoformat())

    @property
    def window(self) -> tuple[int, int]:
        """The hours as half-open seconds of the day."""
        return _second_of_day(self.opens), _second_of_day(self.closes) or _DAY

    def concerns(self, direction: Direction) -> bool:
        """Tell whether these are hours of a queue of that direction."""
        return self.direction in (None, direction)


@dataclass(frozen=True, slots=True)
class Pause:
    """A stop by notice from `start` (in) to `end` (out); without `end` it lasts until lifted.

    A pause that ends at or before its start stopped nothing.
    """

    start: datetime
    end: datetime | None = None


class OpenClock:
    """The clock of one queue, made of the rows of its gate and direction.

    Hours are laid out as weeks between the days on which they change, stops (closures, pauses) as
    ranges apart from each other; a reading is a look-up in either, however long the history.
    """

    __slots__ = ("_epoch", "_frozen", "_lost", "_spans", "_starts", "_stops", "_zone")

    def __init__(
        self,
        zone: tzinfo,
        hours: Sequence[OpenHours],
        *,
        closures: Iterable[Closure] = (),
        pauses: Iterable[Pause] = (),
    ) -> None:
        """Lay out the clock; hours rows that share a day add up, exclusions are left aside.

        Raises:
            ValueError: the zone has summer time, so that local days differ in length.
        """
        self._zone = zone
        self._epoch = _epoch(zone)
        self._spans = _spans(hours)
        self._starts = [span.first for span in self._spans]
        stops = [_days_closed(closure.valid) for closure in closures if closure.stops_clock]
        self._stops = _merged([*stops, *(self._paused(pause) for pause in pauses)])
        self._frozen, self._lost = self._stop_readings()

    def reading(self, at: datetime) -> int:
        """Return the whole open seconds from the epoch to `at`; 0 before the epoch.

        Raises:
            TypeError: an instant without zone.
        """
        return self._reading(self._second(at))

    def is_open(self, at: datetime) -> bool:
        """Tell whether the second of `at` counts."""
        return self._counts(self._second(at))

    def seconds_between(self, start: datetime, end: datetime) -> int:
        """Return the open seconds from `start` to `end`; negative when `end` is earlier."""
        return self.reading(end) - self.reading(start)

    def next_change(self, at: datetime) -> datetime | None:
        """Return when the queue next opens or closes, in local time; None if not in a year.

        It is always after `at`; with `is_open` it says "open or closed, and until when".
        """
        now = self._second(at)
        start = self._reading(now)
        if self._counts(now):
            return self._first(
                now, lambda second: self._reading(second + 1) - start <= second - now
            )
        return self._first(now, lambda second: self._reading(second + 1) > start)

    def after(self, at: datetime, open_seconds: int) -> datetime | None:
        """Return when the clock will have counted `open_seconds` since `at`, in local time.

        The first such second; None if not in a year.
        """
        now = self._second(at)
        target = self._reading(now) + open_seconds
        return self._first(now, lambda second: self._reading(second) >= target)

    def before(self, at: datetime, open_seconds: int) -> datetime:
        """Return the last second since when the clock has counted `open_seconds` to `at`, in UTC.

        The epoch where it has not counted so many.
        """
        target = self.reading(at) - open_seconds
        seconds = range(self._second(at) + 1)
        place = bisect_left(seconds, 1, key=lambda second: self._reading(second) > target) - 1
        return self._epoch + timedelta(seconds=max(place, 0))

    def _first(self, now: int, holds: Callable[[int], bool]) -> datetime | None:
        """Return the first second of the coming year from which on `holds` is true."""
        seconds = range(now, min(now + _HORIZON, _LAST))
        place = bisect_left(seconds, 1, key=holds)
        if place == len(seconds):
            return None
        return (self._epoch + timedelta(seconds=seconds[place])).astimezone(self._zone)

    def _second(self, at: datetime) -> int:
        since = at - self._epoch
        return since.days * _DAY + since.seconds

    def _counts(self, second: int) -> bool:
        return self._reading(second + 1) > self._reading(second)

    def _reading(self, second: int) -> int:
        place = bisect_right(self._stops, (second, _FOREVER)) - 1
        if place < 0:
            return self._scheduled(second)
        if second < self._stops[place][1]:
            return self._frozen[place]
        return self._scheduled(second) - self._lost[place]

    def _scheduled(self, second: int) -> int:
        """Return what the hours alone would have counted."""
        day, clock = divmod(second, _DAY)
        place = bisect_right(self._starts, day) - 1
        return self._spans[place].reading(day, clock) if place >= 0 else 0

    def _paused(self, pause: Pause) -> _Range:
        end = _FOREVER if pause.end is None else self._second(pause.end)
        return self._second(pause.start), end

    def _stop_readings(self) -> tuple[list[int], list[int]]:
        """Return the reading that each stop holds, and what all stops to its end have cost."""
        frozen, lost, cost = [], [], 0
        for start, end in self._stops:
            scheduled = self._scheduled(start)
            frozen.append(scheduled - cost)
            cost += self._scheduled(end) - scheduled
            lost.append(cost)
        return frozen, lost


@dataclass(frozen=True, slots=True)
class _Span:
    """Days of one and the same week, counted from the first of them."""

    first: int
    base: int
    windows: tuple[list[_Range], ...]
    before: tuple[int, ...]
    weekly: int

    def reading(self, day: int, clock: int) -> int:
        """Return the scheduled open seconds up to second `clock` of that day."""
        weeks, place = divmod(day - self.first, 7)
        opened = self.base + weeks * self.weekly + self.before[place]
        for start, end in self.windows[place]:
            if clock > start:
                opened += min(clock, end) - start
        return opened


def _spans(hours: Sequence[OpenHours]) -> list[_Span]:
    """Return the spans between the days on which any hours row begins or ends."""
    days = {day for row in hours for day in (row.valid.first, row.valid.end) if day is not None}
    spans: list[_Span] = []
    for day in sorted({EPOCH, *(day for day in days if day > EPOCH)}):
        base = spans[-1].reading(_index(day), 0) if spans else 0
        spans.append(_span(day, [row for row in hours if row.valid.covers(day)], base))
    return spans


def _span(day: date, hours: Sequence[OpenHours], base: int) -> _Span:
    weekdays = [(day.weekday() + offset) % 7 for offset in range(7)]
    windows = tuple(
        _merged(row.window for row in hours if weekday in row.weekdays) for weekday in weekdays
    )
    daily = [sum(end - start for start, end in windows_) for windows_ in windows]
    before = tuple(sum(daily[:place]) for place in range(7))
    return _Span(_index(day), base, windows, before, sum(daily))


def _merged(ranges: Iterable[_Range]) -> list[_Range]:
    """Return what the ranges cover from second 0 on, in order and without contact."""
    merged: list[_Range] = []
    for begin, end in sorted(ranges):
        start = max(begin, 0)
        if start >= end:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def _days_closed(valid: Validity) -> _Range:
    start = 0 if valid.first is None else _index(valid.first) * _DAY
    return start, _FOREVER if valid.end is None else _index(valid.end) * _DAY


def _epoch(zone: tzinfo) -> datetime:
    """Return the epoch's midnight in UTC, where subtraction is quick and days are equal."""
    winter, summer = (datetime(EPOCH.year, month, 1, tzinfo=zone) for month in (1, 7))
    if winter.utcoffset() != summer.utcoffset():
        message = "the open clock needs a zone without summer time"
        raise ValueError(message)
    return winter.astimezone(UTC)


def _index(day: date) -> int:
    return (day - EPOCH).days


def _second_of_day(at: time) -> int:
    return at.hour * 3600 + at.minute * 60 + at.second
