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


class ReferenceDataError(UnfitError):
    """Reference data contradict themselves or have a hole; the errors name each place."""

    code: ClassVar[str] = "reference-data-unfit"


class TariffRefusalError(UnfitError):
    """The tariff has no price for what was asked; each subclass is one refusal."""


class NoTariffInForceError(TariffRefusalError):
    """No tariff edition is in force on that day; never a price of zero."""

    code: ClassVar[str] = "no-tariff-in-force"


class ModeNotInTariffError(TariffRefusalError):
    """The tariff does not cover this way of travelling."""

    code: ClassVar[str] = "mode-not-in-tariff"


class VehicleClassUnknownError(TariffRefusalError):
    """Neither payload nor container length gives a class."""

    code: ClassVar[str] = "vehicle-class-unknown"


class GoodsGroupNotForDirectionError(TariffRefusalError):
    """The goods group does not exist in this direction, or not at all."""

    code: ClassVar[str] = "goods-group-not-for-direction"


class ReceivingVehicleNotForJourneyError(TariffRefusalError):
    """Receiving vehicles were named on a journey without transshipment."""

    code: ClassVar[str] = "receiving-vehicle-not-for-journey"


class DeclaredValueMissingError(TariffRefusalError):
    """A mixed load has a goods line without a declared customs value."""

    code: ClassVar[str] = "declared-value-missing"


class OverlappingForceError(ConflictError):
    """Two tariff editions would be in force on one day by the knowledge of one day."""

    code: ClassVar[str] = "overlapping-force"


class StepRefusedError(ConflictError):
    """The table of steps has no such step from where the entry stands."""

    code: ClassVar[str] = "step-refused"


class NoPolicyInForceError(ConflictError):
    """No policy edition is in force on that day, so nobody can be ordered."""

    code: ClassVar[str] = "no-policy-in-force"


class PolicyUnfitError(UnfitError):
    """A policy edition contradicts itself or leaves out what a queue needs."""

    code: ClassVar[str] = "policy-unfit"


class SharesOverCapacityError(UnfitError):
    """The lanes' shares are more than the capacity that they share, or less than nothing."""

    code: ClassVar[str] = "shares-over-capacity"
