"""The lines of a price, one small function a kind of line; `LINES` is their order."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.domain.charges.edition import Edition
from app.domain.charges.facts import FeeFacts
from app.domain.charges.rates import Payload, Rate, VehicleRole
from app.domain.money import share_of
from app.domain.vocabulary import Basis, weakest


@dataclass(frozen=True, slots=True)
class Line:
    """What one vehicle pays: cell (VND) x multiplier x share (basis points) = amount (VND).

    `vehicle` is `declared` or `receiving-1`, `receiving-2` ... in the order declared.
    """

    vehicle: str
    order_kind: str
    vehicle_class: str
    goods_group: str
    cell: Rate
    multiplier: Rate
    share: Rate
    amount_vnd: int

    @property
    def basis(self) -> Basis:
        """The weakest of what the amount was made from."""
        return weakest(rate.evidence.basis for rate in (self.cell, self.multiplier, self.share))


@dataclass(frozen=True, slots=True)
class Load:
    """Facts that can be priced, with the goods group that prices them."""

    edition: Edition
    facts: FeeFacts
    goods_group: str

    def line(self, name: str, role: VehicleRole, vehicle: Payload) -> Line:
        """Return the line of one vehicle, rounded once."""
        vehicle_class = self.edition.class_of(vehicle).code
        cell = self.edition.cells[self.goods_group, vehicle_class]
        multiplier = self.edition.multiplier(self.goods_group, cell)
        share = self.edition.shares[self.facts.direction, self.facts.journey, role]
        return Line(
            name,
            share.order_kind,
            vehicle_class,
            self.goods_group,
            cell,
            multiplier,
            share.rate,
            share_of(cell.value, multiplier.value, share.rate.value),
        )


def declared_vehicle(load: Load) -> Iterator[Line]:
    """Yield the line of the vehicle that was declared; it always pays, if only nothing."""
    yield load.line("declared", VehicleRole.DECLARED, load.facts.vehicle)


def receiving_vehicles(load: Load) -> Iterator[Line]:
    """Yield a line for each vehicle that takes over transshipped goods."""
    for number, vehicle in enumerate(load.facts.receiving, start=1):
        yield load.line(f"receiving-{number}", VehicleRole.RECEIVING, vehicle)


LINES: tuple[Callable[[Load], Iterator[Line]], ...] = (declared_vehicle, receiving_vehicles)
"""Every kind of line, in the order in which a price shows them."""
