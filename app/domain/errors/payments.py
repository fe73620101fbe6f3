"""Failures of money that comes in and goes out: orders, payments, receipts, refunds."""

from typing import ClassVar

from app.domain.errors.kinds import ConflictError, ForbiddenError, NotFoundError, UnfitError


class OrderNotFoundError(NotFoundError):
    """No order of that id, or none that this principal may see."""

    code: ClassVar[str] = "order-not-found"


class OrderNotDueError(ConflictError):
    """The order is paid, cancelled or superseded."""

    code: ClassVar[str] = "order-not-due"


class AmountMismatchError(UnfitError):
    """A payment is of exactly the amount that is due."""

    code: ClassVar[str] = "amount-mismatch"


class BundleNotFoundError(NotFoundError):
    """No bundle of that id, or not for this principal to see."""

    code: ClassVar[str] = "bundle-not-found"


class BundleUnfitError(UnfitError):
    """Orders are bundled that are due and have one payer; the errors name those that do not fit."""

    code: ClassVar[str] = "bundle-unfit"


class BundleNotDueError(ConflictError):
    """A bundle is paid, or one of its orders was paid, replaced or cancelled meanwhile."""

    code: ClassVar[str] = "bundle-not-due"


class NoCollectionAccountError(ConflictError):
    """This service has not been told into which account fees are collected."""

    code: ClassVar[str] = "no-collection-account"


class PaymentNotFoundError(NotFoundError):
    """No payment of that id."""

    code: ClassVar[str] = "payment-not-found"


class PaymentNotUnderReviewError(ConflictError):
    """The payment has paid what it names, or somebody has decided about it."""

    code: ClassVar[str] = "payment-not-under-review"


class PaymentTooSmallError(UnfitError):
    """What a payment is to pay asks for more than came in."""

    code: ClassVar[str] = "payment-too-small"


class PayerUnfitError(UnfitError):
    """A payer's code is not one of its country."""

    code: ClassVar[str] = "payer-unfit"


class SignatureRefusedError(ForbiddenError):
    """A bank's notification is not signed with the bank's secret, or not just now."""

    code: ClassVar[str] = "signature-refused"


class ReceiptNotFoundError(NotFoundError):
    """No receipt of that lookup code or id."""

    code: ClassVar[str] = "receipt-not-found"


class ReceiptVoidedError(ConflictError):
    """The receipt counts no more."""

    code: ClassVar[str] = "receipt-voided"


class CorrectionOpenError(ConflictError):
    """Somebody has asked already that the receipt be corrected."""

    code: ClassVar[str] = "correction-open"


class CorrectionNotAskedError(ConflictError):
    """Nobody has asked that the receipt be corrected."""

    code: ClassVar[str] = "correction-not-asked"


class RefundNotFoundError(NotFoundError):
    """No refund of that id."""

    code: ClassVar[str] = "refund-not-found"


class RefundStepRefusedError(ConflictError):
    """The refund is not so far, or further."""

    code: ClassVar[str] = "refund-step-refused"


class RefundNotOpenedError(ConflictError):
    """Of that order nothing is given back by opening it; the error names why."""

    code: ClassVar[str] = "refund-not-opened"


class RefundReferenceTakenError(ConflictError):
    """Another refund was paid by that reference."""

    code: ClassVar[str] = "refund-reference-taken"
