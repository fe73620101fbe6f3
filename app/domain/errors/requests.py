"""Failures that any request may meet, whatever it asks."""

from typing import ClassVar

from app.domain.errors.kinds import (
    ConflictError,
    FieldError,
    StaleError,
    UnavailableError,
    UnfitError,
)


class UnknownCodeError(UnfitError):
    """A code that the reference data do not know."""

    code: ClassVar[str] = "unknown-code"

    @classmethod
    def at(cls, pointer: str, value: str) -> "UnknownCodeError":
        """Return the error that names the field and its value."""
        return cls(errors=(FieldError(pointer, cls.code, value),), value=value)


class RetryCollisionError(ConflictError):
    """Another request with the same key or source reference is being answered right now."""

    code: ClassVar[str] = "retry-in-progress"


class RetryMismatchError(UnfitError):
    """The idempotency key or source reference was used for something else."""

    code: ClassVar[str] = "retry-mismatch"


class StaleVersionError(StaleError):
    """The entry was amended since it was read."""

    code: ClassVar[str] = "stale-version"


class ReasonRequiredError(UnfitError):
    """What is recorded more than ten minutes after it happened needs a reason."""

    code: ClassVar[str] = "reason-required"


class OccurredInFutureError(UnfitError):
    """Nothing can be seen before it happens."""

    code: ClassVar[str] = "occurred-in-future"


class PeriodTooLongError(UnfitError):
    """A report is asked for more days than one answer holds."""

    code: ClassVar[str] = "period-too-long"


class ClockBackwardsError(UnfitError):
    """Something has happened: from then on the business clock moves forward only."""

    code: ClassVar[str] = "clock-backwards"


class BusyError(UnavailableError):
    """Others held what the request waited for until the time to wait was over."""

    code: ClassVar[str] = "busy"

    def __init__(self, retry_after: int = 1) -> None:
        """Keep the seconds after which trying again makes sense."""
        super().__init__(retry_after=retry_after)
