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
    """One goods line: its declared group, and its declared customs value in whole VND.

    `product` is what it is where a reduction asks for it.
    """

    goods_group: str
    customs_value_vnd: int | None = None
    product: str | None = None


@dataclass(frozen=True, slots=True)
class FeeFacts:
    """One vehicle's movement as the tariff sees it.

    `mode` is the gate's (`road`, `rail`). No `goods` means an empty vehicle. `receiving` are the
    vehicles that take over transshipped goods; none yet means that the goods go into store. `gate`
    and `payer`, a tax code, change nothing but reductions.
    """

    mode: str
    direction: Direction
    journey: Journey
    goods: tuple[GoodsValue, ...]
    vehicle: Payload
    receiving: tuple[Payload, ...] = ()
    gate: str | None = None
    payer: str | None = None

    @property
    def goods_groups(self) -> tuple[str, ...]:
        """The group of each goods line; that of an empty vehicle where there is none."""
        return tuple(line.goods_group for line in self.goods) or (EMPTY,)

    @property
    def products(self) -> frozenset[str | None]:
        """What is on the vehicle, as far as a reduction asks for it; nothing is no product."""
        return frozenset(line.product for line in self.goods) or frozenset({None})


def facts_document(facts: FeeFacts) -> dict[str, Any]:
    """Return facts as plain JSON values, to freeze with a charge."""
    more = {"gate": facts.gate, "payer": facts.payer}
    return {
        "mode": facts.mode,
        "direction": facts.direction.value,
        "journey": facts.journey.value,
        "goods": [_goods(line) for line in facts.goods],
        "vehicle": _weights(facts.vehicle),
        "receiving": [_weights(one) for one in facts.receiving],
        **{name: value for name, value in more.items() if value is not None},
    }


def read_facts(document: Mapping[str, Any]) -> FeeFacts:
    """Return the facts that were frozen."""
    return FeeFacts(
        mode=document["mode"],
        direction=Direction(document["direction"]),
        journey=Journey(document["journey"]),
        goods=tuple(GoodsValue(*line) for line in document["goods"]),
        vehicle=Payload(*document["vehicle"]),
        receiving=tuple(Payload(*one) for one in document["receiving"]),
        gate=document.get("gate"),
        payer=document.get("payer"),
    )


def _goods(line: GoodsValue) -> list[str | int | None]:
    values = [line.goods_group, line.customs_value_vnd]
    return values if line.product is None else [*values, line.product]


def _weights(vehicle: Payload) -> list[int | None]:
    return [vehicle.payload_kg, vehicle.container_length_ft]
