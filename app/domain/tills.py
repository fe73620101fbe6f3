"""A cashier's till: what it should hold, what was counted, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from app.domain.errors import CountUnfitError, FieldError, ShiftNotYoursError
from app.domain.principal import Principal

NOTES: Final = (
    500_000, 200_000, 100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200,
)  # fmt: skip
"""The notes of the State Bank that are in use, in dong."""
DENOMINATIONS: Final = "/denominations"


@dataclass(frozen=True, slots=True)
class Taken:
    """What came into a till since it was opened, in whole dong."""

    cash_vnd: int = 0
    card_vnd: int = 0


@dataclass(frozen=True, slots=True)
class Pile:
    """So many notes of one value."""

    note_vnd: int
    count: int


def expected(float_vnd: int, taken: Taken) -> int:
    """Return the cash that a till should hold; cards leave none in it."""
    return float_vnd + taken.cash_vnd


def counted(total_vnd: int | None, piles: Sequence[Pile]) -> int:
    """Return what was counted: a total, or notes by their values.

    Raises:
        CountUnfitError: neither or both were given; a value that no note has, or one given twice.
    """
    if (total_vnd is None) is (not piles):
        raise CountUnfitError(errors=(FieldError("/counted", "total-or-denominations"),))
    if total_vnd is not None:
        return total_vnd
    seen: set[int] = set()
    errors: list[FieldError] = []
    for number, pile in enumerate(piles):
        if pile.note_vnd not in NOTES or pile.note_vnd in seen:
            rule = "twice" if pile.note_vnd in seen else "no-such-note"
            errors.append(FieldError(f"{DENOMINATIONS}/{number}/note", rule, pile.note_vnd))
        seen.add(pile.note_vnd)
    if errors:
        raise CountUnfitError(errors=errors)
    return sum(pile.note_vnd * pile.count for pile in piles)


def document_of(piles: Sequence[Pile]) -> Mapping[str, int] | None:
    """Return the notes as they are kept: how many of each value."""
    return {str(pile.note_vnd): pile.count for pile in piles} or None


def ensure_own(principal: Principal, cashier: UUID) -> None:
    """Refuse whoever puts money into another's till.

    Raises:
        ShiftNotYoursError.
    """
    if principal.id != cashier:
        raise ShiftNotYoursError
