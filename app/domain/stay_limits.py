"""How long a foreign vehicle may stay on our side; passing it is a warning, never a stop.

The hours count from the vehicle's presence, the first that we see of it: the delivery from which
the pilot counts the longer limit is recorded by nobody. What Vietnamese vehicles do in the other
side's yards is out of our sight, so no limit of theirs is watched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from app.domain.declaration import Declaration
from app.domain.rows import evidence
from app.domain.validity import Validity
from app.domain.vocabulary import Evidence

OVERSTAYED: Final = "stay-over-limit"
"""The rule of the finding that a vehicle has stayed as long as it may."""

HOME: Final = "VN"


class Visitors(StrEnum):
    """Whose stay a row limits; a two-way vehicle takes goods back and may stay longer."""

    FOREIGN = "foreign"
    TWO_WAY = "two-way"


@dataclass(frozen=True, slots=True)
class StayLimit:
    """The hours that some visitors may stay who come on these days."""

    visitors: Visitors
    hours: int
    valid: Validity
    evidence: Evidence


def parse_stay_limits(rows: Iterable[Mapping[str, Any]]) -> tuple[StayLimit, ...]:
    """Return the rows of a published document.

    Raises:
        KeyError, ValueError: a row lacks a field or has a value that we do not know.
    """
    return tuple(
        StayLimit(Visitors(row["vehicles"]), row["hours"], Validity.parse(row), evidence(row))
        for row in rows
    )


def visitors_of(declaration: Declaration) -> Visitors | None:
    """Return as what a vehicle stays on our side; None where it is at home."""
    if declaration.country == HOME:
        return None
    return Visitors.TWO_WAY if declaration.two_way else Visitors.FOREIGN


def limit_for(
    limits: Iterable[StayLimit], declaration: Declaration, came_on: date
) -> StayLimit | None:
    """Return the limit of a vehicle that came on a legal day; None where there is none."""
    visitors = visitors_of(declaration)
    fitting = (one for one in limits if one.visitors is visitors and one.valid.covers(came_on))
    return next(fitting, None)


def stays_until(limit: StayLimit, presence_at: datetime) -> datetime:
    """Return the instant from which a vehicle has stayed too long."""
    return presence_at + timedelta(hours=limit.hours)
