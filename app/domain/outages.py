"""Outages: when a gate could record nothing, and from when a wait that is told late counts.

Nobody gains age that others could not verify: a wait counts from before it was recorded only while
two officers say that it could not be recorded (ADR 18).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignedOutage:
    """From `starts_at` (in) to `ends_at` (out) a gate could record nothing, as two officers say."""

    starts_at: datetime
    ends_at: datetime

    def covers(self, instant: datetime) -> bool:
        """Tell whether the gate could record nothing at an instant."""
        return self.starts_at <= instant < self.ends_at


def counted_from(
    occurred_at: datetime,
    now: datetime,
    outages: Iterable[SignedOutage],
    not_before: Iterable[datetime] = (),
) -> datetime:
    """Return from when a wait counts that began at `occurred_at` and is recorded `now`.

    From its beginning, but from no earlier than `not_before`: what it rests on (the declaration,
    the rates) must have been there. One signed outage must cover both; else it counts from now.
    """
    since = max((occurred_at, *not_before))
    if not any(outage.covers(occurred_at) and outage.covers(since) for outage in outages):
        return now
    return min(now, since)
