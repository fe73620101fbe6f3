"""Contested plates: from when a wait counts that nobody could start when the vehicle was seen.

Nobody gains age that others could not verify: what a camera saw of a plate that several have
registered is told at once, and a wait counts from there once the entry is named (ADR 63).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

SIGHTED: Final = "plate.contested"
"""The kind of event that tells of such a sighting, in each queue that it may be about."""
SERVES: Final = timedelta(hours=12)
"""How long a sighting may serve a wait: what nobody names within a night gives no age."""


def counted_from_sighting(
    told_at: datetime, now: datetime, not_before: Iterable[datetime]
) -> datetime | None:
    """Return from when a wait counts whose entry is named `now`; None: from now, as any.

    From when the sighting was told, but from no earlier than `not_before`: what it rests on.
    """
    since = max((told_at, *not_before))
    return since if since < now <= told_at + SERVES else None
