"""Failures of the books: tills, book days and what is due to the budget."""

from typing import ClassVar

from app.domain.errors.kinds import ConflictError, ForbiddenError, NotFoundError, UnfitError


class ShiftNotFoundError(NotFoundError):
    """No shift of that id."""

    code: ClassVar[str] = "shift-not-found"


class ShiftOpenError(ConflictError):
    """The cashier has a shift that is open."""

    code: ClassVar[str] = "shift-open"


class ShiftClosedError(ConflictError):
    """The shift is closed: its till takes nothing more."""

    code: ClassVar[str] = "shift-closed"


class ShiftNotYoursError(ForbiddenError):
    """Money goes into one's own till."""

    code: ClassVar[str] = "shift-not-yours"


class ShiftsOpenError(ConflictError):
    """Tills of a book day are open; the errors name them."""

    code: ClassVar[str] = "shifts-open"


class CountUnfitError(UnfitError):
    """What was counted is neither one total nor notes that there are."""

    code: ClassVar[str] = "count-unfit"


class BookDayNotOverError(ConflictError):
    """A legal day that is not over is not closed."""

    code: ClassVar[str] = "book-day-not-over"


class BookDayClosedError(ConflictError):
    """The book day is closed already; what belongs to it is posted to the next open one."""

    code: ClassVar[str] = "book-day-closed"


class BookDayOpenError(ConflictError):
    """What is due to the budget of a day is paid when all books of that day are closed."""

    code: ClassVar[str] = "book-day-open"


class EarlierBookDayOpenError(ConflictError):
    """Book days are closed in order, and an earlier one is open."""

    code: ClassVar[str] = "earlier-book-day-open"


class NothingToRemitError(ConflictError):
    """Nothing is due to the budget of the days before that day, or no more."""

    code: ClassVar[str] = "nothing-to-remit"


class RemittanceReferenceTakenError(ConflictError):
    """Another payment to the treasury was recorded by that reference."""

    code: ClassVar[str] = "remittance-reference-taken"
