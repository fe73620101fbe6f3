"""What the fee depends on, and nothing else."""

from dataclasses import dataclass

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
