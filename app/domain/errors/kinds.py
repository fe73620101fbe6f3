"""The kinds of failure; `app/api/problems.py` gives each its status.

A refusal that must be remembered is data and never an exception: an exception rolls back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Self

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

    def within(self, pointer: str) -> Self:
        """Say that one part of a request failed, which `pointer` names, and return the failure."""
        at_fault = (replace(one, pointer=f"{pointer}{one.pointer}") for one in self.errors)
        self.errors = tuple(at_fault) or (FieldError(pointer, self.code),)
        return self


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


class GoneError(DomainError):
    """What was asked for is kept no more."""


class UnavailableError(DomainError):
    """The service lacks something for the moment; the same request may succeed later."""
