"""What was known at which instants: the second time of everything that decides a price."""

from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo

from app.domain.gates import ZONE

LAST_SECOND = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class Known:
    """The instants from `first` (in) to `end` (out) at which something was known; None is open."""

    first: datetime | None = None
    end: datetime | None = None

    def covers(self, at: datetime | None) -> bool:
        """Tell whether it was known at an instant; None asks the latest knowledge."""
        if at is None:
            return self.end is None
        return (self.first is None or self.first <= at) and (self.end is None or at < self.end)

    def overlaps(self, other: "Known") -> bool:
        """Tell whether both were known at one instant."""
        return _begins_before_end(self, other) and _begins_before_end(other, self)


def _begins_before_end(one: Known, other: Known) -> bool:
    return one.first is None or other.end is None or one.first < other.end


def known_by(day: date, zone: tzinfo = ZONE) -> datetime:
    """Return the instant of which the knowledge of a legal day is told: its last second."""
    return datetime.combine(day, LAST_SECOND, zone)
