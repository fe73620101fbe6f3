"""Substitution: another tractor, trailer, container, seal, receiving vehicle or journey.

It is of the same company and the same goods, so the place is kept; it is not for sale: an edition
says how often, and whether somebody must see the vehicle first. Who has not come yet has no place
to sell, and nobody can look. Source: the queue policy in force, `limits`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.domain.amendment import fixed_pointers, merged
from app.domain.errors import (
    NothingSubstitutedError,
    SubstitutionDecidedError,
    SubstitutionOpenError,
    SubstitutionsUsedUpError,
    VehicleNotInYardError,
)
from app.domain.vocabulary import Role

Document = Mapping[str, Any]


class SubstitutionState(StrEnum):
    """A proposal waits for who looks at the vehicle; where nobody must, it is confirmed at once.

    Until somebody has looked, the company may take it back.
    """

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class SubstitutionRule:
    """How often an entry may be substituted with its place kept, and whether that is checked."""

    max_per_entry: int
    needs_check: bool

    def is_checked(self, *, came: bool) -> bool:
        """Tell whether somebody must look first: only at a vehicle that has come."""
        return self.needs_check and came


def substituted(declared: Document, change: Document) -> tuple[dict[str, Any], list[str]]:
    """Return the document after a change, and the pointers of what binds the place in it.

    Raises:
        NothingSubstitutedError: it changes nothing that an amendment could not.
    """
    document = merged(declared, change)
    pointers = sorted(fixed_pointers(declared, document))
    if not pointers:
        raise NothingSubstitutedError
    return document, pointers


def ensure_allowed(rule: SubstitutionRule, before: list[SubstitutionState]) -> None:
    """Refuse one more substitution of an entry that has had those; only confirmed ones count.

    Raises:
        SubstitutionOpenError: one waits for a word already.
        SubstitutionsUsedUpError: the edition allows no more; nothing else keeps the place.
    """
    if SubstitutionState.PROPOSED in before:
        raise SubstitutionOpenError
    if before.count(SubstitutionState.CONFIRMED) >= rule.max_per_entry:
        raise SubstitutionsUsedUpError(most=rule.max_per_entry)


def ensure_open(state: SubstitutionState) -> None:
    """Refuse a second word on a substitution.

    Raises:
        SubstitutionDecidedError: it is confirmed, refused or withdrawn.
    """
    if state is not SubstitutionState.PROPOSED:
        raise SubstitutionDecidedError(state=state)


def ensure_seen_by(role: Role, *, in_serving_yard: bool) -> None:
    """Refuse the word of a yard on a vehicle that no yard of the gate has; an officer may look.

    Raises:
        VehicleNotInYardError.
    """
    if role is Role.YARD and not in_serving_yard:
        raise VehicleNotInYardError
