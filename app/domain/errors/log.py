"""Failures of who reads the public log, or signs it."""

from typing import ClassVar

from app.domain.errors.kinds import NotFoundError, UnfitError


class LogNotFoundError(NotFoundError):
    """No such queue has a log, or nothing of it has been sealed yet."""

    code: ClassVar[str] = "log-not-found"


class CheckpointNotFoundError(NotFoundError):
    """No batch of the log ended at that size."""

    code: ClassVar[str] = "checkpoint-not-found"


class TileNotFoundError(NotFoundError):
    """The log has no tile of that path, or not as many hashes yet."""

    code: ClassVar[str] = "tile-not-found"


class BeyondLogError(UnfitError):
    """A proof is asked for about more than the log has, or about sizes in the wrong order."""

    code: ClassVar[str] = "beyond-log"


class CosignatureRefusedError(UnfitError):
    """What was sent is no word of a known witness on a checkpoint of the log; `reason` says why."""

    code: ClassVar[str] = "cosignature-refused"
