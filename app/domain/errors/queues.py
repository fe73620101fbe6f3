"""Failures of queues: calls, deferrals, diversions, notices, outages, overrides."""

from typing import ClassVar

from app.domain.errors.kinds import (
    ConflictError,
    FieldError,
    ForbiddenError,
    NotFoundError,
    UnfitError,
)


class QueueNotFoundError(NotFoundError):
    """The gate has no queue in this direction today."""

    code: ClassVar[str] = "queue-not-found"


class CallNotFoundError(NotFoundError):
    """No call of that id."""

    code: ClassVar[str] = "call-not-found"


class CallEndedError(ConflictError):
    """The call was answered, missed or withdrawn, or the vehicle's way has ended."""

    code: ClassVar[str] = "call-ended"


class GateClosedError(ConflictError):
    """Nobody is called while the gate is closed, nor earlier than the lead before it opens."""

    code: ClassVar[str] = "gate-closed"


class CallsPausedError(ConflictError):
    """Nobody is called while a notice pauses the queue."""

    code: ClassVar[str] = "calls-paused"


class QueueCallsNobodyError(ConflictError):
    """The queue runs in arrival order: the other side lets vehicles come."""

    code: ClassVar[str] = "queue-calls-nobody"


class DeferralUsedUpError(ConflictError):
    """The entry has put itself off as often as the edition allows."""

    code: ClassVar[str] = "deferral-used-up"


class DeferralNotOfferedError(UnfitError):
    """The edition does not offer to put an entry off for so long."""

    code: ClassVar[str] = "deferral-not-offered"


class DiversionUnfitError(UnfitError):
    """The gate is the entry's own, or has no queue in its direction."""

    code: ClassVar[str] = "diversion-unfit"


class DiversionAfterCallError(ConflictError):
    """The vehicle is called or has come; from then on an officer diverts it."""

    code: ClassVar[str] = "diversion-after-call"


class NoticeNotFoundError(NotFoundError):
    """No notice of that id."""

    code: ClassVar[str] = "notice-not-found"


class NoticeUnfitError(UnfitError):
    """A notice begins in the past, ends before it begins, or has no limit where it needs one."""

    code: ClassVar[str] = "notice-unfit"


class NoticeEndedError(ConflictError):
    """The notice has ended or was lifted already."""

    code: ClassVar[str] = "notice-ended"


class OutageNotFoundError(NotFoundError):
    """No outage of that id."""

    code: ClassVar[str] = "outage-not-found"


class OutageUnfitError(UnfitError):
    """An outage begins before it ends, and has ended."""

    code: ClassVar[str] = "outage-unfit"


class SecondOfficerNeededError(ForbiddenError):
    """What two officers must say was said twice by one."""

    code: ClassVar[str] = "second-officer-needed"


class OverrideNotFoundError(NotFoundError):
    """No override of that id."""

    code: ClassVar[str] = "override-not-found"


class OverrideRefusedError(ConflictError):
    """The vehicle may not be called now, whoever's turn it is, or it is its turn."""

    code: ClassVar[str] = "override-refused"

    @classmethod
    def because(cls, rule: str) -> "OverrideRefusedError":
        """Return the error that says why: a rule of this list, or what keeps the vehicle back."""
        return cls(errors=(FieldError("/entry", rule),))


class OverrideLapsedError(ConflictError):
    """The override was proposed on a legal day that is over."""

    code: ClassVar[str] = "override-lapsed"


class OverrideNotConfirmedError(ConflictError):
    """A second officer confirms an override before the board approves it."""

    code: ClassVar[str] = "override-not-confirmed"
