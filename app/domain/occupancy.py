"""Places in yards: how many are free, and for how many of those who stand outside.

Whoever waits outside a gate is summoned into the yards inside it, so no more of them are called
than there are places free there, less those kept for the called who have not come in yet. Of a yard
whose capacity is not known nothing is known: it gives no place and takes none.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.domain.gates import Yard


@dataclass(frozen=True, slots=True)
class Occupancy:
    """How many vehicles stood in each yard at an instant; a yard left out was empty."""

    occupied: Mapping[str, int]
    as_of: datetime


def free_in(yard: Yard, occupied: int) -> int | None:
    """Return how many places of a yard are free; None where its capacity is not known."""
    return None if yard.parking_capacity is None else max(0, yard.parking_capacity - occupied)


def inside_yards(yards: Iterable[Yard], gate: str) -> tuple[Yard, ...]:
    """Return the yards inside a gate whose capacity is known."""
    return tuple(
        yard for yard in yards if yard.is_inside(gate) and yard.parking_capacity is not None
    )


def free_places(yards: Iterable[Yard], occupied: Mapping[str, int], kept: int) -> int:
    """Return for how many more there is a place in some yards of known capacity.

    `kept` places are for vehicles on their way. What stands too much in one yard takes no place of
    another.
    """
    return sum(free_in(yard, occupied.get(yard.code, 0)) or 0 for yard in yards) - kept
