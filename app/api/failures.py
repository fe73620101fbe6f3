"""The failures that only HTTP knows; those of the rules stand in `app/domain/errors`."""

from typing import ClassVar, Final

from app.domain.errors import (
    DomainError,
    FieldError,
    NotFoundError,
    UnavailableError,
    UnfitError,
)

FULL_SECONDS: Final = 60
"""After so many seconds somebody may listen who was one too many."""


class BadRequestError(DomainError):
    """The bytes that came are not a request."""


class MethodError(DomainError):
    """The path exists, but not with this method."""


class PayloadTooLargeError(DomainError):
    """More came than the service takes."""


class MediaTypeError(DomainError):
    """The body is of a type that the operation does not read."""


class PreconditionRequiredError(DomainError):
    """The request must say which version it was made on."""


class TooManyRequestsError(DomainError):
    """The client has used up its allowance; `retry_after` is in seconds."""


class ServerFaultError(DomainError):
    """The service failed; the client did nothing wrong."""


class MalformedBodyError(BadRequestError):
    """The body is not JSON, or JSON that two readers could read differently."""

    code: ClassVar[str] = "malformed-body"


class UnacceptableRequestError(BadRequestError):
    """The server could not make sense of the request."""

    code: ClassVar[str] = "bad-request"


class BodyTooLargeError(PayloadTooLargeError):
    """The body is longer than `limit` bytes."""

    code: ClassVar[str] = "body-too-large"

    def __init__(self, limit: int) -> None:
        """Keep the `limit` in bytes for the sentence."""
        super().__init__(limit=limit)


class NotJsonMediaTypeError(MediaTypeError):
    """The body is not declared as JSON."""

    code: ClassVar[str] = "not-json"


class FileTypeError(MediaTypeError):
    """The file is of a type that is not read."""

    code: ClassVar[str] = "file-type-unknown"


class UnreadableFileError(BadRequestError):
    """The file is not what its type says, or in an encoding that is not read."""

    code: ClassVar[str] = "file-unreadable"


class InvalidRequestError(UnfitError):
    """Fields of the request break rules of shape; the errors name each field and rule."""

    code: ClassVar[str] = "invalid-request"


class BadCursorError(UnfitError):
    """The cursor was not issued by this service for this list with these filters."""

    code: ClassVar[str] = "bad-cursor"

    def __init__(self) -> None:
        """Name the query parameter at fault; the cursor itself is not repeated."""
        super().__init__(errors=[FieldError("query:cursor", "bad-cursor")])


class NoSuchPathError(NotFoundError):
    """Nothing is served at that path."""

    code: ClassVar[str] = "no-such-path"


class MethodNotAllowedError(MethodError):
    """The path takes other methods; `Allow` lists them."""

    code: ClassVar[str] = "method-not-allowed"


class IfMatchMissingError(PreconditionRequiredError):
    """A change must name the version it was made on in `If-Match`."""

    code: ClassVar[str] = "if-match-missing"

    def __init__(self) -> None:
        """Name the header at fault."""
        super().__init__(errors=[FieldError("header:If-Match", "required")])


class RateExceededError(TooManyRequestsError):
    """More requests came than the client's allowance."""

    code: ClassVar[str] = "rate-exceeded"

    def __init__(self, retry_after: int) -> None:
        """Keep the seconds after which one more request will be taken."""
        super().__init__(retry_after=retry_after)


class TooManyListenersError(TooManyRequestsError):
    """The client listens to as many streams as it may, which are `most`."""

    code: ClassVar[str] = "too-many-listeners"

    def __init__(self, most: int) -> None:
        """Keep how many it may; one may end, or another process have room."""
        super().__init__(most=most, retry_after=FULL_SECONDS)


class ListenersFullError(UnavailableError):
    """As many listen to this process as it bears; asking now and then goes on."""

    code: ClassVar[str] = "listeners-full"

    def __init__(self) -> None:
        """Say when to come again."""
        super().__init__(retry_after=FULL_SECONDS)


class InternalError(ServerFaultError):
    """Something broke that nobody foresaw; `request_id` finds it in the logs."""

    code: ClassVar[str] = "internal-error"

    def __init__(self, request_id: str) -> None:
        """Keep what an operator needs to find the cause, and nothing of the cause."""
        super().__init__(request_id=request_id)


class NotReadyError(UnavailableError):
    """The process should not be sent work; the facts tell what each part lacks, or null."""

    code: ClassVar[str] = "not-ready"


class UnnamedError(ServerFaultError):
    """The framework refused the request with a status that has no failure of its own here."""

    code: ClassVar[str] = "http-error"
