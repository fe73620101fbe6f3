"""Failures of reference data: gates, values that are dated, tariffs and policies."""

from typing import ClassVar, Self

from app.domain.errors.kinds import ConflictError, FieldError, NotFoundError, UnfitError


class GateNotFoundError(NotFoundError):
    """No gate of that code."""

    code: ClassVar[str] = "gate-not-found"


class YardNotFoundError(NotFoundError):
    """No yard of that code."""

    code: ClassVar[str] = "yard-not-found"


class HoursOrderError(UnfitError):
    """Opening hours close before they open."""

    code: ClassVar[str] = "hours-order"


class ReferenceDataError(UnfitError):
    """Reference data contradict themselves or have a hole; the errors name each place."""

    code: ClassVar[str] = "reference-data-unfit"


class EmptyValidityError(UnfitError):
    """A range of days ends before it begins, or on the same day."""

    code: ClassVar[str] = "empty-validity"


class OverlappingValidityError(ConflictError):
    """Two values were given for one day."""

    code: ClassVar[str] = "overlapping-validity"


class NoValueError(ConflictError):
    """No value is in force on that day; a hole is an error, never zero."""

    code: ClassVar[str] = "no-value-in-force"


class OverlappingForceError(ConflictError):
    """Two tariff editions would be in force on one day by the knowledge of one day."""

    code: ClassVar[str] = "overlapping-force"


class TariffUnfitError(UnfitError):
    """A tariff edition has holes or contradicts itself, or its day is not to be had."""

    code: ClassVar[str] = "tariff-unfit"


class NoPolicyInForceError(ConflictError):
    """No policy edition is in force on that day, so nobody can be ordered."""

    code: ClassVar[str] = "no-policy-in-force"


class PolicyUnfitError(UnfitError):
    """A policy edition contradicts itself or leaves out what a queue needs."""

    code: ClassVar[str] = "policy-unfit"


class SharesOverCapacityError(UnfitError):
    """The lanes' shares are more than the capacity that they share, or less than nothing."""

    code: ClassVar[str] = "shares-over-capacity"


class EditionNotFoundError(NotFoundError):
    """No tariff or policy edition of that code."""

    code: ClassVar[str] = "edition-not-found"


class ProposalNotFoundError(NotFoundError):
    """No proposal of that id."""

    code: ClassVar[str] = "proposal-not-found"


class EditionCodeTakenError(ConflictError):
    """Another edition has the code, announced or proposed."""

    code: ClassVar[str] = "edition-code-taken"


class AnnouncingRefusedError(ConflictError):
    """What the board proposed can no longer be announced or withdrawn; the errors say why."""

    @classmethod
    def because(cls, pointer: str, rule: str) -> Self:
        """Return the error that names the field and the rule."""
        return cls(errors=(FieldError(pointer, rule),))


class EditionRefusedError(AnnouncingRefusedError):
    """The edition can no longer be announced or withdrawn; the errors say why."""

    code: ClassVar[str] = "edition-refused"


class ReductionUnfitError(UnfitError):
    """A reduction names what nobody knows, or its days are not to be had."""

    code: ClassVar[str] = "reduction-unfit"


class ReductionNotFoundError(NotFoundError):
    """No reduction of that code was announced."""

    code: ClassVar[str] = "reduction-not-found"


class ReductionCodeTakenError(ConflictError):
    """Another reduction has the code, announced or proposed."""

    code: ClassVar[str] = "reduction-code-taken"


class ReductionRefusedError(AnnouncingRefusedError):
    """The reduction can no longer be announced or withdrawn; the errors say why."""

    code: ClassVar[str] = "reduction-refused"


class ConfirmationNotNeededError(ConflictError):
    """An official edition rules without confirmation."""

    code: ClassVar[str] = "confirmation-not-needed"
