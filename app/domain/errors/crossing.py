"""Failures on the way over the gate: checks, grounds of a lane, holds, exceptions, release."""

from typing import ClassVar

from app.domain.errors.kinds import ConflictError, ForbiddenError, NotFoundError, UnfitError


class StepRefusedError(ConflictError):
    """The table of steps has no such step from where the entry stands."""

    code: ClassVar[str] = "step-refused"


class CheckNotYoursError(ForbiddenError):
    """An agency records only its own kinds of check."""

    code: ClassVar[str] = "check-not-yours"


class CheckNotNeededError(ConflictError):
    """The entry has no need of this kind of check, so it is neither requested nor waived."""

    code: ClassVar[str] = "check-not-needed"


class WaiverNotYoursError(ForbiddenError):
    """A check is waived by the supervisor of the agency whose kind it is, or by the board."""

    code: ClassVar[str] = "waiver-not-yours"


class GroundNotYoursError(ForbiddenError):
    """A ground is confirmed by the authorities that its rows name, and taken back by them."""

    code: ClassVar[str] = "ground-not-yours"


class GroundNotDeclaredError(ConflictError):
    """The entry does not declare this ground, so that nobody confirms it."""

    code: ClassVar[str] = "ground-not-declared"


class GroundNotConfirmedError(ConflictError):
    """There is no confirmation of this ground that could be taken back."""

    code: ClassVar[str] = "ground-not-confirmed"


class HoldNotFoundError(NotFoundError):
    """The entry has no hold of that id."""

    code: ClassVar[str] = "hold-not-found"


class HoldScopeUnfitError(UnfitError):
    """A hold is on a plate, a container number or a declaration number that can be read."""

    code: ClassVar[str] = "hold-scope-unfit"


class HoldNotYoursError(ForbiddenError):
    """A hold is lifted by the authority that placed it."""

    code: ClassVar[str] = "hold-not-yours"


class HoldLiftedError(ConflictError):
    """The hold has been lifted already."""

    code: ClassVar[str] = "hold-already-lifted"


class ExceptionNotFoundError(NotFoundError):
    """No exception of that id."""

    code: ClassVar[str] = "exception-not-found"


class ExceptionSettledError(ConflictError):
    """The exception has been settled already."""

    code: ClassVar[str] = "exception-settled"


class ExceptionNotYoursError(ForbiddenError):
    """An exception is settled by officers, the board, or who it is assigned to."""

    code: ClassVar[str] = "exception-not-yours"


class EntryNotOnPlateError(UnfitError):
    """The entry named is not one that the exception is about."""

    code: ClassVar[str] = "entry-not-on-plate"


class ReleaseRefusedError(ConflictError):
    """Something is still missing; the errors list all of it."""

    code: ClassVar[str] = "release-refused"


class NoPassError(ConflictError):
    """An entry that is in the gate or has ended has no pass, nor has one without a plate."""

    code: ClassVar[str] = "no-pass"


class VehicleNotInYardError(ConflictError):
    """A yard tells of what stands on its ground; no yard that serves the gate has the vehicle."""

    code: ClassVar[str] = "vehicle-not-in-yard"
