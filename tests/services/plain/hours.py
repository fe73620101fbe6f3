"""The open clock told plainly: seconds of the day from 7:00 to 20:00 that no notice stops."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from tests.services.plain.vehicles import HANOI, SECOND, Span

OPENS, CLOSES = timedelta(hours=7), timedelta(hours=20)
DAY = timedelta(days=1)
LOOKED_BACK = timedelta(days=60)


class PlainClock:
    """The clock of one gate: it read `base` at the instant `begins`; `stops` tells its stops."""

    def __init__(self, begins: datetime, base: int, stops: Callable[[], list[Span]]) -> None:
        self.begins, self.base, self.stops = begins, base, stops

    def reading(self, at: datetime) -> int:
        return self.base + self.seconds(self.begins, at)

    def seconds(self, start: datetime, end: datetime) -> int:
        """Return the open seconds from `start` to `end`."""
        return _length(self.spans(start, end))

    def is_open(self, at: datetime) -> bool:
        return self.seconds(at, at + SECOND) == 1

    def next_opening(self, at: datetime) -> datetime | None:
        """Return when a gate that is closed opens, None if not within two months."""
        mornings = [_midnight(at) + OPENS + DAY * day for day in range(60)]
        ends = [end for _, end in self.stops() if end.year < 9999]
        opening = (one for one in (*mornings, *ends) if one > at and self.is_open(one))
        return min(opening, default=None)

    def before(self, at: datetime, seconds: int) -> datetime:
        """Return since when there have been so many open seconds up to `at`."""
        left = seconds
        for start, end in reversed(self.spans(at - LOOKED_BACK, at)):
            if left and (end - start) >= left * SECOND:
                return end - left * SECOND
            left -= (end - start) // SECOND if left else 0
        return at

    def spans(self, start: datetime, end: datetime) -> list[Span]:
        spans = list(_opening_hours(start, end))
        for stop in self.stops():
            spans = list(_without(spans, stop))
        return spans


def _opening_hours(start: datetime, end: datetime) -> Iterator[Span]:
    midnight = _midnight(start)
    while midnight < end:
        span = max(start, midnight + OPENS), min(end, midnight + CLOSES)
        if span[0] < span[1]:
            yield span
        midnight += DAY


def _without(spans: Iterable[Span], stop: Span) -> Iterator[Span]:
    for start, end in spans:
        for span in ((start, min(end, stop[0])), (max(start, stop[1]), end)):
            if span[0] < span[1]:
                yield span


def _midnight(at: datetime) -> datetime:
    return at.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)


def _length(spans: Iterable[Span]) -> int:
    return sum((end - start) // SECOND for start, end in spans)
