"""When an expected wait is stored to be scored, and what the scores of a week tell.

An estimate is due when waiting starts and at each full hour at which the queue is open; one that
could not be made soon after is left out, for it would not be what people were told then. Its error
is the open seconds until the call less the likely ones: more than 0 where the call came later.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from app.domain.open_clock import OpenClock

SOON: Final = timedelta(minutes=5)
WEEK: Final = timedelta(days=7)
DAY: Final = timedelta(days=1)
FEWEST_SCORED: Final = 10

TOO_FEW_SCORED: Final = "too-few-scored-estimates"


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far the estimates of a week were off, of so many; None says why nobody knows.

    `median_error` is of open seconds, whichever way; `inside_percent` of the calls came between low
    and high, rounded down.
    """

    sample: int
    median_error: int | None = None
    inside_percent: int | None = None
    reason: str | None = None


def accuracy_of(scored: int, inside: int, median_error: int) -> Accuracy:
    """Return what so many scores tell; under ten, nothing."""
    if scored < FEWEST_SCORED:
        return Accuracy(scored, reason=TOO_FEW_SCORED)
    return Accuracy(scored, median_error, inside * 100 // scored)


NOT_SCORED: Final = accuracy_of(0, 0, 0)


def due_since(now: datetime) -> datetime:
    """Return the instant from which on what is due may still be made."""
    return now - SOON


def hour_due(now: datetime, opening: OpenClock) -> datetime | None:
    """Return the full hour at which estimates of everybody were due a moment ago, if any was."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour if due_since(now) <= hour and opening.is_open(hour) else None


def estimates_due(waits_from: datetime, now: datetime, hour: datetime | None) -> list[datetime]:
    """Return the instants at which estimates of an entry were due; `hour` is `hour_due`."""
    due = [waits_from] if due_since(now) <= waits_from <= now else []
    if hour is not None and waits_from < hour:
        due.append(hour)
    return due


def days_from(on: date, days: timedelta, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return from when and before when the `days` lie of which legal day `on` is the last."""
    end = datetime.combine(on + DAY, time(), zone)
    return end - days, end
