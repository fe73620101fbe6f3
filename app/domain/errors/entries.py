"""Failures of entries: registering, amending, substituting, bringing in by batches."""

from typing import ClassVar

from app.domain.errors.kinds import ConflictError, NotFoundError, UnfitError


class EntryNotFoundError(NotFoundError):
    """No entry of that id, or none that this principal may see."""

    code: ClassVar[str] = "entry-not-found"


class TrackingNotFoundError(NotFoundError):
    """The tracking link is not valid, or no longer."""

    code: ClassVar[str] = "tracking-not-found"


class PlateMissingError(UnfitError):
    """A vehicle has a tractor plate, or a unit id where nobody drives it."""

    code: ClassVar[str] = "tractor-plate-missing"


class PlateAlreadyRegisteredError(ConflictError):
    """The same company has an open entry on this plate in this direction."""

    code: ClassVar[str] = "plate-already-registered"


class DuplicateReferenceError(ConflictError):
    """The company has used this reference of its own before."""

    code: ClassVar[str] = "client-reference-taken"


class NotAmendableError(UnfitError):
    """The field changes only by substitution, or by cancelling and registering anew."""

    code: ClassVar[str] = "not-amendable"


class NothingSubstitutedError(UnfitError):
    """The change names nothing that binds a place; an amendment does."""

    code: ClassVar[str] = "nothing-substituted"


class SubstitutionNotFoundError(NotFoundError):
    """No such substitution of this entry."""

    code: ClassVar[str] = "substitution-not-found"


class SubstitutionOpenError(ConflictError):
    """A substitution of the entry waits for somebody to look at the vehicle."""

    code: ClassVar[str] = "substitution-open"


class SubstitutionsUsedUpError(ConflictError):
    """The entry has been substituted as often as the edition allows; nothing transfers a place."""

    code: ClassVar[str] = "substitutions-used-up"


class SubstitutionDecidedError(ConflictError):
    """The substitution has been confirmed or refused."""

    code: ClassVar[str] = "substitution-decided"


class SubstituteInPositionError(ConflictError):
    """Another entry in position holds the plate or a container."""

    code: ClassVar[str] = "substitute-in-position"


class EntryEndedError(ConflictError):
    """The entry has ended; endings are final."""

    code: ClassVar[str] = "entry-ended"


class BatchNotFoundError(NotFoundError):
    """No batch of that id, or not this company's."""

    code: ClassVar[str] = "batch-not-found"


class BatchEndedError(ConflictError):
    """The batch has ended; what became of its rows stands in its results."""

    code: ClassVar[str] = "batch-ended"


class TooManyBatchesError(ConflictError):
    """The company has as many open batches as it may have."""

    code: ClassVar[str] = "too-many-batches"


class RowFailedError(ConflictError):
    """A row of a batch broke something that nobody foresaw; it was not registered."""

    code: ClassVar[str] = "row-failed"
