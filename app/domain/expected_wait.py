"""How long a wait is likely to be: how fast a queue has called lately, and what n calls then take.

Everything is open seconds, for calls are made while a queue is open. Recent calls are at most the
last `MOST_CALLS` of the last `RECENT_OPEN_SECONDS`, so the morning goes by the evening before.

The method `queue-rolled-forward`: `app/domain/queue_roll.py` calls the real queue by the real rule
and tells the number of the call, n. `likely` is n times the mean time of a recent call. Between
`low` and `high` lie eight of ten outcomes, as recent calls are spread: the variance of n calls is
n v (1 + n / N), v that of one of N recent calls, batches of calls taken as one; but never nearer
than the time from one batch to the next. `low` is as if nobody who comes later passed; `high` adds
how unevenly they may come. In place of an answer without ground there is none, and the reason.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isqrt
from typing import Final

from app.domain.open_clock import OpenClock

FEWEST_CALLS: Final = 10
MOST_CALLS: Final = 100
RECENT_OPEN_SECONDS: Final = 7200
METHOD: Final = "queue-rolled-forward"

TOO_FEW_CALLS: Final = "too-few-recent-calls"
NO_OPENING: Final = "no-opening-known"
CALLS_NOBODY: Final = "queue-calls-nobody"
NOT_WAITING: Final = "not-waiting"

EIGHT_OF_TEN: Final = 1642
"""In thousandths, the square of 1.2816: so many deviations to either side lie eight of ten."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Which call from now on is an entry's, from 1, and how many before are of later comers."""

    calls: int
    later: int = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """Open seconds until a call."""

    low: int
    likely: int
    high: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a queue calls: so many `calls` in `open_seconds`, made in so many `batches`.

    `squares` is the sum over the batches of the squared difference between the time that a batch
    took and its share of the whole, in seconds times `calls`: whole numbers.
    """

    calls: int
    open_seconds: int
    batches: int
    squares: int

    def reading(self, clock: int, calls: int) -> int:
        """Return what the open clock, which reads `clock` now, will read at the n-th call."""
        return clock + calls * self.open_seconds // self.calls

    def interval(self, turn: Turn) -> Interval:
        """Return when a turn comes; who stands further back is told no less by any of the three."""
        waiting = turn.calls - turn.later
        return Interval(
            low=max(0, self._seconds(waiting) - self._margin(waiting, 0)),
            likely=self._seconds(turn.calls),
            high=self._seconds(turn.calls) + self._margin(turn.calls, turn.later),
        )

    def _seconds(self, calls: int) -> int:
        return calls * self.open_seconds // self.calls

    def _margin(self, calls: int, later: int) -> int:
        """Return the half of the interval of so many calls, `later` of which are a guess.

        Of a single batch nobody knows how far it spreads, but for the time that it took.
        """
        of_calls = self.squares * self.batches * calls * (self.calls + calls)
        of_comers = later * (self.open_seconds * self.calls) ** 2
        one_fewer = max(1, self.batches - 1)
        above = EIGHT_OF_TEN * (of_calls + of_comers * one_fewer)
        spread = isqrt(above // (1000 * one_fewer * self.calls**4))
        return max(spread, self.open_seconds // self.batches)


def pace_of(readings: Sequence[int], clock: int) -> Pace | None:
    """Return the pace of recent calls by their readings of the open clock, which reads `clock` now.

    None: too few of them, or no open second since. Each batch is taken with the time up to the
    next; the last with the time up to now only where that is its share already.
    """
    if len(readings) < FEWEST_CALLS:
        return None
    batches = sorted(Counter(readings).items())
    # Whoever asks may have read the clock before the last call was made.
    ends = [*(reading for reading, _ in batches[1:]), max(clock, batches[-1][0])]
    took = [(calls, end - begin) for (begin, calls), end in zip(batches, ends, strict=True)]
    if len(took) > 1 and _is_unfinished(took):
        took.pop()
    calls, open_seconds = sum(made for made, _ in took), sum(seconds for _, seconds in took)
    if open_seconds <= 0:
        return None
    squares = sum((seconds * calls - made * open_seconds) ** 2 for made, seconds in took)
    return Pace(calls, open_seconds, len(took), squares)


def _is_unfinished(took: Sequence[tuple[int, int]]) -> bool:
    """Tell whether the last batch has had less time than it would at the pace before it."""
    *before, (calls, seconds) = took
    return seconds * sum(made for made, _ in before) < calls * sum(time for _, time in before)


@dataclass(frozen=True, slots=True)
class Estimate:
    """When an entry is expected to be called, how that was found, from how many recent calls.

    Seconds are open ones; instants are while the queue is open, in local time. None says why not.
    """

    method: str
    sample: int
    reason: str | None = None
    seconds: Interval | None = None
    earliest_at: datetime | None = None
    likely_at: datetime | None = None
    latest_at: datetime | None = None


def unknown(reason: str, sample: int = 0) -> Estimate:
    """Return that nothing can be said, and why."""
    return Estimate(METHOD, sample, reason)


def estimate(seconds: Interval, sample: int, opening: OpenClock, now: datetime) -> Estimate:
    """Return an interval with its instants; no estimate where no opening is known that late."""
    found = [open_at(opening, now, after) for after in (seconds.low, seconds.likely, seconds.high)]
    earliest_at, likely_at, latest_at = found
    if latest_at is None:
        return unknown(NO_OPENING, sample)
    return Estimate(METHOD, sample, None, seconds, earliest_at, likely_at, latest_at)


def open_at(opening: OpenClock, now: datetime, open_seconds: int) -> datetime | None:
    """Return the first open second by which the clock has counted so many; None: not in a year.

    What is reached at closing time is reached when the queue opens again.
    """
    counted = opening.after(now, open_seconds + 1)
    return counted - timedelta(seconds=1) if counted else None
