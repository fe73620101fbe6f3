"""Failures between systems: sources and their messages, the feed of events, webhooks."""

from typing import ClassVar

from app.domain.errors.kinds import (
    ConflictError,
    ForbiddenError,
    GoneError,
    NotFoundError,
    UnfitError,
)


class SourceNotFoundError(NotFoundError):
    """No source of that code, or none that this principal may see."""

    code: ClassVar[str] = "source-not-found"


class SourceUnfitError(UnfitError):
    """A source stands where its messages could not be applied."""

    code: ClassVar[str] = "source-unfit"


class SourceExistsError(ConflictError):
    """There is a source of that code already."""

    code: ClassVar[str] = "source-exists"


class SourceRetiredError(ConflictError):
    """A source that is retired sends no more messages."""

    code: ClassVar[str] = "source-retired"


class SourceNotYoursError(ForbiddenError):
    """Another role or agency than the source's adapter asks for."""

    code: ClassVar[str] = "source-not-yours"


class MessageNotOfSourceError(UnfitError):
    """A source sends messages of its own adapter only."""

    code: ClassVar[str] = "message-not-of-source"


class MessageChangedError(UnfitError):
    """A message came before under its reference, and said something else."""

    code: ClassVar[str] = "message-changed"


class MessageNotFoundError(NotFoundError):
    """No message of that id, or none that this principal may see."""

    code: ClassVar[str] = "message-not-found"


class MessageResolvedError(ConflictError):
    """The message waits in quarantine no more."""

    code: ClassVar[str] = "message-resolved"


class MessageNotYoursError(ForbiddenError):
    """A message is resolved by its organisation, or by who may say the same themselves."""

    code: ClassVar[str] = "message-not-yours"


class FeedForgottenError(GoneError):
    """Events after that position are kept no more; `oldest` is where to begin anew."""

    code: ClassVar[str] = "feed-forgotten"


class FeedPositionUnknownError(UnfitError):
    """No event has a position that high; `newest` is the last."""

    code: ClassVar[str] = "feed-position-unknown"


class WebhookNotFoundError(NotFoundError):
    """No webhook of that id, or none of the principal's organisation."""

    code: ClassVar[str] = "webhook-not-found"


class WebhookUrlError(UnfitError):
    """Nothing may be sent to that address; the error names why."""

    code: ClassVar[str] = "webhook-url"


class WebhooksUsedUpError(ConflictError):
    """An organisation has as many webhooks as it may."""

    code: ClassVar[str] = "webhooks-used-up"


class WebhookNotActiveError(ConflictError):
    """A webhook that is paused or disabled is sent nothing."""

    code: ClassVar[str] = "webhook-not-active"
