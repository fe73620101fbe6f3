"""What the fee depends on, and nothing else."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.charges.rates import Payload
from app.domain.vocabulary import Direction, Journey

EMPTY = "empty"
"""The goods group of a vehicle without goods."""


@dataclass(frozen=True, slots=True)
class GoodsValue:
    """One goods line: its declared group, and its declared customs value in whole VND."""

    goods_group: str
    customs_value_vnd: int | None = None


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """One vehicle's movement as the tariff sees it.

    `mode` is the gate's (`road`, `rail`). No `goods` means an empty vehicle. `receiving` are the
    vehicles that take over transshipped goods; none yet means that the goods go into store.
    """

    mode: str
    direction: Direction
    journey: Journey
    goods: tuple[GoodsValue, ...]
    vehicle: Payload
    receiving: tuple[Payload, ...] = ()

    @property
    def goods_groups(self) -> tuple[str, ...]:
        """The group of each goods line; that of an empty vehicle where there is none."""
        return tuple(line.goods_group for line in self.goods) or (EMPTY,)


def facts_document(facts: FeeFacts) -> dict[str, Any]:
    """Return facts as plain JSON values, to freeze with a charge."""
    return {
        "mode": facts.mode,
        "direction": facts.direction.value,
        "journey": facts.journey.value,
        "goods": [[line.goods_group, line.customs_value_vnd] for line in facts.goods],
        "vehicle": _weights(facts.vehicle),
        "receiving": [_weights(one) for one in facts.receiving],
    }


def read_facts(document: Mapping[str, Any]) -> FeeFacts:
    """Return the facts that were frozen."""
    return FeeFacts(
        mode=document["mode"],
        direction=Direction(document["direction"]),
        journey=Journey(document["journey"]),
        goods=tuple(GoodsValue(group, value) for group, value in document["goods"]),
        vehicle=Payload(*document["vehicle"]),
        receiving=tuple(Payload(*one) for one in document["receiving"]),
    )


def _weights(vehicle: Payload) -> list[int | None]:
    return [vehicle.payload_kg, vehicle.container_length_ft]
