"""Every failure the rules know, by kind; `app/api/problems.py` gives each kind its status.

A refusal that must be remembered is data and never an exception: an exception rolls back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

Fact = str | int | bool | None


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong with a request: JSON pointer, rule, the value unless it is personal."""

    pointer: str
    rule: str
    value: Fact = None


class DomainError(Exception):
    """A failure with a code that never changes; its sentences stand in the catalogue."""

    code: ClassVar[str] = ""

    def __init__(self, *, errors: Sequence[FieldError] = (), **facts: Fact) -> None:
        """Keep the `facts` that the sentence of this code names, and the fields at fault."""
        super().__init__(self.code, facts)
        self.facts = facts
        self.errors = tuple(errors)


class NotFoundError(DomainError):
    """What was asked for is not there, or not for this principal."""


class ConflictError(DomainError):
    """The state must change before the request can succeed."""


class StaleError(DomainError):
    """The request was made on a version that is no longer current."""


class UnfitError(DomainError):
    """The request itself must change."""


class ForbiddenError(DomainError):
    """The principal's role may not do this."""


class UnauthenticatedError(DomainError):
    """No principal, or one that is no longer valid."""


class EmptyValidityError(UnfitError):
    """A range of days ends before it begins, or on the same day."""

    code: ClassVar[str] = "empty-validity"


class OverlappingValidityError(ConflictError):
    """Two values were given for one day."""

    code: ClassVar[str] = "overlapping-validity"


class NoValueError(ConflictError):
    """No value is in force on that day; a hole is an error, never zero."""

    code: ClassVar[str] = "no-value-in-force"


class HoursOrderError(UnfitError):
    """Opening hours close before they open."""

    code: ClassVar[str] = "hours-order"
