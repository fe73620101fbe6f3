"""Inspections: what an officer finds of a vehicle in the place of what is declared of it.

The fee follows what was found, so that neither a light weight nor another goods group on paper
makes it cheaper. What is declared stays as it was typed. A word stands until an officer says
otherwise; of the vehicle also no longer than the vehicle is the same.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from app.domain.charges import FeeFacts, GoodsValue, Payload
from app.domain.charges.facts import EMPTY

Document = Mapping[str, Any]
OF_VEHICLE: Final = ("payload_kg", "container_length_ft")
BINDING: Final = ("tractor_plate", "unit_id", "trailer_plate", "containers")
"""What makes a vehicle the same as it was."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found; None is as declared. A container length of 0: there is none on it."""

    payload_kg: int | None = None
    container_length_ft: int | None = None
    goods_group: str | None = None

    @classmethod
    def parse(cls, document: Document | None) -> "Found":
        """Return what is kept with an entry."""
        return cls(**(document or {}))

    def document(self) -> dict[str, Any] | None:
        """Return it as it is kept with an entry; None: all is as declared."""
        found = {name: value for name, value in asdict(self).items() if value is not None}
        return found or None

    def said(self, words: Document) -> "Found":
        """Return what counts after further words; None takes an earlier one back."""
        return replace(self, **words)

    def of(self, declared: FeeFacts) -> FeeFacts:
        """Return the facts that are charged: those that were found, and else as declared."""
        return replace(declared, vehicle=self._vehicle(declared), goods=self._goods(declared))

    def _vehicle(self, declared: FeeFacts) -> Payload:
        vehicle, length = declared.vehicle, self.container_length_ft
        return Payload(
            vehicle.payload_kg if self.payload_kg is None else self.payload_kg,
            vehicle.container_length_ft if length is None else length or None,
        )

    def _goods(self, declared: FeeFacts) -> tuple[GoodsValue, ...]:
        """Return the goods, all of the group that was found; values no longer choose one."""
        group = self.goods_group
        if group is None:
            return declared.goods
        if group == EMPTY:
            return ()
        lines = (replace(line, goods_group=group) for line in declared.goods)
        return tuple(lines) or (GoodsValue(group),)


NOTHING_FOUND: Final = Found()


def still_found(found: Document | None, before: Document, after: Document) -> Document | None:
    """Return what still counts once another document is declared: of another vehicle, nothing."""
    was, now = before.get("vehicle") or {}, after.get("vehicle") or {}
    if found is None or all(_plain(was, part) == _plain(now, part) for part in BINDING):
        return found
    return {name: value for name, value in found.items() if name not in OF_VEHICLE} or None


def _plain(vehicle: Document, part: str) -> object:
    return vehicle.get(part) or None
