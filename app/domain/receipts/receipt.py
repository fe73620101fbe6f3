"""What a receipt says: series and number, who paid, and for which vehicles how much.

A receipt is called a payment confirmation until a provider of electronic receipts has given it
series, number and authority code: only that makes it a receipt under Decree 123/2020 (as amended
by 70/2025), of which we have no text. Nothing on it is ever edited: one that is wrong is voided by
two persons, and another takes its place.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

DECLARED: Final = "declared"
RECEIVING: Final = "receiving-"
GROUP: Final = 5
HEARD: Final = str.maketrans("OIL", "011")


class ReceiptKind(StrEnum):
    """What the paper is called."""

    CONFIRMATION = "payment-confirmation"
    RECEIPT = "receipt"


class ReceiptState(StrEnum):
    """Whether it counts."""

    ISSUED = "issued"
    VOIDED = "voided"


class VoidCause(StrEnum):
    """Why one was voided: what it said was wrong, or money went back."""

    CORRECTED = "corrected"
    REFUNDED = "refunded"


class CorrectionState(StrEnum):
    """How far a correction is."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    OVERTAKEN = "overtaken"
    """A refund has voided the receipt before anybody decided."""


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """What one vehicle paid, in whole VND; `vehicle` is its plate or unit id as declared."""

    vehicle: str | None
    vehicle_class: str
    goods_group: str
    share_basis_points: int
    amount_vnd: int

    def document(self) -> dict[str, Any]:
        """Return it as it is stored."""
        return {
            "vehicle": self.vehicle,
            "vehicle_class": self.vehicle_class,
            "goods_group": self.goods_group,
            "share_basis_points": self.share_basis_points,
            "amount_vnd": self.amount_vnd,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """How an amount comes about: its lines, and less what other receipts have of them already."""

    lines: Sequence[ReceiptLine]
    elsewhere_vnd: int
    """Lines + this = amount: nothing, or less than nothing."""


def read_lookup(text: str) -> str:
    """Return a lookup code as it is stored, from how somebody typed it off a paper.

    Any case, with or without hyphens; O is read as 0, I and L as 1, which no code has.
    """
    return "".join(sign for sign in text.upper() if sign.isalnum()).translate(HEARD)


def shown_lookup(code: str) -> str:
    """Return a lookup code as a paper has it: `7K3QX-9MPM2-0V4TD-HB6RC`."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def shown_number(series: str, number: int) -> str:
    """Return how a receipt is named: `TT-2026-0000147`."""
    return f"{series}-{number:07}"


def series_of(call_prefix: str, year: int) -> str:
    """Return the series of a gate and year, such as `TT-2026`."""
    return f"{call_prefix}-{year}"


def account_of(
    quote: Mapping[str, Any], order_kind: str, amount_vnd: int, declared: Mapping[str, Any]
) -> Account:
    """Return how an amount comes about, by the stored quote of a charge and what was declared.

    A line is what its vehicle pays: less what reductions took off. A difference is paid alone: what
    other receipts of the same kind have already is taken off.
    """
    vehicles = dict(_vehicles(declared))
    reduced = Counter[str]()
    for one in quote.get("reductions", ()):
        reduced[one["vehicle"]] += one["amount_vnd"]
    lines = tuple(
        ReceiptLine(
            vehicle=vehicles.get(line["vehicle"]),
            vehicle_class=line["vehicle_class"],
            goods_group=line["goods_group"],
            share_basis_points=line["share_basis_points"]["value"],
            amount_vnd=line["amount_vnd"] - reduced[line["vehicle"]],
        )
        for line in quote["lines"]
        if line["order_kind"] == order_kind
    )
    return Account(lines, amount_vnd - sum(line.amount_vnd for line in lines))


def _vehicles(declared: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    """Yield the plates, or unit ids, by the names that the lines of a quote have for them."""
    yield DECLARED, _plate(declared.get("vehicle") or {})
    for number, vehicle in enumerate(declared.get("receiving_vehicles") or (), start=1):
        yield f"{RECEIVING}{number}", _plate(vehicle)


def _plate(vehicle: Mapping[str, Any]) -> str | None:
    return vehicle.get("tractor_plate") or vehicle.get("unit_id")
