"""What becomes due by itself: dated instants of business time, kept as rows, never as timers."""

from datetime import datetime, timedelta
from enum import StrEnum


class DeadlineKind(StrEnum):
    """A reminder before a call's window ends, its end, that of a deferral, a limit, a stay."""

    REMINDER = "reminder"
    WINDOW_END = "window-end"
    DEFERRAL_END = "deferral-end"
    LIMIT_END = "limit-end"
    STAY_LIMIT = "stay-limit"


MOVING = frozenset({DeadlineKind.WINDOW_END, DeadlineKind.DEFERRAL_END, DeadlineKind.LIMIT_END})
"""What changes a queue; it is done before anything that comes after its instant."""


def reminder_at(starts_at: datetime, ends_at: datetime, minutes: int) -> datetime | None:
    """Return when to remind of a window, `minutes` before its end; None where it is shorter."""
    at = ends_at - timedelta(minutes=minutes)
    return at if at > starts_at else None
