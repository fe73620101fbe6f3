"""Failures of what people write to the gate and object to: difficulties, strikes, appeals."""

from typing import ClassVar

from app.domain.errors.kinds import ConflictError, ForbiddenError, NotFoundError, UnfitError


class DifficultyNotFoundError(NotFoundError):
    """No difficulty of that id, or none that this principal may see."""

    code: ClassVar[str] = "difficulty-not-found"


class DifficultyAnsweredError(ConflictError):
    """The difficulty has its answer already."""

    code: ClassVar[str] = "difficulty-answered"


class DifficultyUnansweredError(ConflictError):
    """A difficulty is published with its answer, so not before there is one."""

    code: ClassVar[str] = "difficulty-unanswered"


class DifficultyNotForPublicationError(ConflictError):
    """Who reported the difficulty did not agree that it be published."""

    code: ClassVar[str] = "difficulty-not-for-publication"


class DifficultyNotYoursError(ForbiddenError):
    """A difficulty is answered by officers, the board, or who it is assigned to."""

    code: ClassVar[str] = "difficulty-not-yours"


class WordingNamesError(UnfitError):
    """A public wording has a name, a plate, an address or a long number in it."""

    code: ClassVar[str] = "wording-names"


class StrikeNotFoundError(NotFoundError):
    """No strike of that id, or none that this principal may see."""

    code: ClassVar[str] = "strike-not-found"


class StrikeAppealedError(ConflictError):
    """A strike is appealed once."""

    code: ClassVar[str] = "strike-appealed"


class AppealTooLateError(ConflictError):
    """The days in which a strike may be appealed are over."""

    code: ClassVar[str] = "appeal-too-late"


class StrikeNotAppealedError(ConflictError):
    """Nobody has appealed the strike, so there is nothing to decide."""

    code: ClassVar[str] = "strike-not-appealed"


class StrikeDecidedError(ConflictError):
    """An appeal is decided once."""

    code: ClassVar[str] = "strike-decided"


class OtherDeciderNeededError(ForbiddenError):
    """An appeal is decided by another than who made the call that was missed."""

    code: ClassVar[str] = "other-decider-needed"
