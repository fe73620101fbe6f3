"""The parts of a tariff edition: rates with their evidence, classes, groups and shares."""

from dataclasses import dataclass
from enum import StrEnum

from app.domain.money import share_of
from app.domain.vocabulary import Direction, Evidence, Journey, Text


class VehicleRole(StrEnum):
    """What a vehicle does on the journey that is charged."""

    DECLARED = "declared"
    RECEIVING = "receiving"


ShareKey = tuple[Direction, Journey, VehicleRole]
"""What a share depends on."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What gives a vehicle its class; either may be unknown.

    `payload_kg` is the registered payload; `container_length_ft` the sum of the lengths of the
    containers on the vehicle.
    """

    payload_kg: int | None = None
    container_length_ft: int | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """One number of an edition, whole VND or basis points, with what it rests on."""

    value: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Span:
    """Whole numbers from `first` (in) up to `below` (out; None is without end)."""

    first: int
    below: int | None

    def holds(self, number: int | None) -> bool:
        """Tell whether a number is known and inside."""
        if number is None or number < self.first:
            return False
        return self.below is None or number < self.below


@dataclass(frozen=True, slots=True)
class VehicleClass:
    """A fee class: payload in kg, and container length in feet where containers count for it.

    `found_by` is the weaker evidence of the class's bounds and of the rule that applies them.
    """

    code: str
    platform_code: str
    label: Text
    payload_kg: Span
    container_length_ft: Span | None
    evidence: Evidence
    found_by: Evidence

    def fits(self, vehicle: Payload) -> bool:
        """Tell whether the payload or the container puts a vehicle into this class."""
        return self.payload_kg.holds(vehicle.payload_kg) or (
            self.container_length_ft is not None
            and self.container_length_ft.holds(vehicle.container_length_ft)
        )


@dataclass(frozen=True, slots=True)
class GoodsGroup:
    """A kind of goods that the tariff prices apart, and the directions it exists in."""

    code: str
    letter: str
    label: Text
    directions: frozenset[Direction]
    chargeable: bool
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a price that one vehicle pays on one journey, and the order it goes to."""

    code: str
    label: Text
    order_kind: str
    rate: Rate


@dataclass(frozen=True, slots=True)
class Split:
    """Who gets which part of what comes in, in basis points: the collector; the state budget."""

    collector: int
    evidence: Evidence

    def parts(self, amount_vnd: int) -> tuple[int, int]:
        """Return the collector's part, rounded once, and the budget's, which is all the rest."""
        retained = share_of(amount_vnd, self.collector)
        return retained, amount_vnd - retained
