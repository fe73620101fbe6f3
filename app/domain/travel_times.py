"""How long a vehicle drives from a yard to a gate, and so when it leaves the yard for its call.

No public source has measured it: each row is our estimate for a loaded vehicle in a column, says
so, and ends on the day from which a measured one holds. Nothing is decided by it: not the order,
not the window of a call, not what a call costs that is missed.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from app.domain.rows import evidence
from app.domain.validity import Timeline, Validity
from app.domain.vocabulary import Evidence


@dataclass(frozen=True, slots=True)
class TravelTime:
    """The minutes from a yard to a gate that it serves, on some legal days."""

    gate: str
    minutes: int
    valid: Validity
    evidence: Evidence

    def __post_init__(self) -> None:
        """Refuse a drive that takes no time."""
        if self.minutes <= 0:
            raise ValueError(self.minutes)


@dataclass(frozen=True, slots=True)
class Departure:
    """From when until when a vehicle leaves its yard so as to be at the gate in its window."""

    travel: TravelTime
    earliest_at: datetime
    latest_at: datetime


class TravelTimes:
    """The minutes from one yard to the gates that it serves, by legal day."""

    __slots__ = ("_by_gate",)

    def __init__(self, times: Iterable[TravelTime] = ()) -> None:
        """Keep the rows.

        Raises:
            OverlappingValidityError: two tell of one gate on one day.
        """
        by_gate: dict[str, list[tuple[Validity, TravelTime]]] = defaultdict(list)
        for one in times:
            by_gate[one.gate].append((one.valid, one))
        self._by_gate = {gate: Timeline(ones) for gate, ones in by_gate.items()}

    def __iter__(self) -> Iterator[TravelTime]:
        """Yield all rows, by gate, earliest first."""
        return (one for timeline in self._by_gate.values() for _, one in timeline.rows)

    def get(self, gate: str, on: date) -> TravelTime | None:
        """Return how long the drive takes on a day; None where nobody knows."""
        timeline = self._by_gate.get(gate)
        return timeline.get(on) if timeline else None


def parse_travel_times(rows: Iterable[Mapping[str, Any]]) -> TravelTimes:
    """Return the rows of a published yard.

    Raises:
        KeyError, ValueError: a row lacks a field or has a value that we do not know.
        OverlappingValidityError: two tell of one gate on one day.
    """
    return TravelTimes(
        TravelTime(row["gate_code"], row["minutes"], Validity.parse(row), evidence(row))
        for row in rows
    )


def departure(
    travel: TravelTime, called_at: datetime, starts_at: datetime, ends_at: datetime
) -> Departure:
    """Return when to leave for a call; where the drive is longer than the window, at the call."""
    drive = timedelta(minutes=travel.minutes)
    earliest, latest = (max(called_at, at - drive) for at in (starts_at, ends_at))
    return Departure(travel, earliest, latest)
