"""The HTTP side of `Idempotency-Key`: reading it, telling requests apart, replaying an answer.

A key is taken and answers are kept by the services, in the transaction of the request.
"""

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Final

from fastapi import Header
from starlette.requests import Request
from starlette.responses import Response

from app.api.failures import InvalidRequestError
from app.domain.errors import FieldError, RetryCollisionError, RetryMismatchError

FINGERPRINT: Final = "fingerprint"
RETRIED: Final = (RetryCollisionError, RetryMismatchError)
"""What every operation that takes a key may answer besides its own refusals."""

_DESCRIPTION: Final = (
    "A text of your own, unique per request that you mean to make, such as a UUID. Sent again with"
    " the same request within 24 hours it gets the stored answer, marked `Idempotency-Replayed`."
)
_VISIBLE = re.compile(r"[!-~]{1,255}")
_KEY = Header(
    alias="Idempotency-Key",
    min_length=1,
    max_length=255,
    pattern="^[!-~]+$",
    description=_DESCRIPTION,
    examples=["2f1c6f0e-6a5b-4b57-9f57-0d9a0b7f1c11"],
)

IdempotencyKey = Annotated[str | None, _KEY]
"""The key of a POST that may be retried: 1 to 255 visible ASCII characters. Default it to None."""

RequiredIdempotencyKey = Annotated[str, _KEY]
"""The key of a POST that must not be made twice by accident."""


def key_of(request: Request) -> str | None:
    """Return the key for those who need it before the framework has checked the headers.

    Raises:
        InvalidRequestError: it is empty, too long or has characters that are not visible ASCII.
    """
    key = request.headers.get("idempotency-key")
    if key is None or _VISIBLE.fullmatch(key):
        return key
    raise InvalidRequestError(errors=[FieldError("header:Idempotency-Key", "pattern")])


async def fingerprint(request: Request) -> bytes:
    """Return the SHA-256 of method, path, query and body: what makes it the same request.

    Of a long body it was made before, away from the event loop.
    """
    made: bytes | None = request.scope.get(FINGERPRINT)
    return made or digest_of(request, await request.body())


def digest_of(request: Request, body: bytes) -> bytes:
    """Return the fingerprint of a request with that body."""
    head = (request.method, request.scope["path"], request.scope["query_string"].decode("latin-1"))
    digest = hashlib.sha256("\n".join(head).encode("utf-8", "surrogatepass"))
    digest.update(b"\n")
    digest.update(body)
    return digest.digest()


class Replay(Exception):  # noqa: N818 - not a failure: it ends the request with a stored answer
    """Ends a request with the answer stored for its key; the transaction writes nothing."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        """Keep the stored answer."""
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.body = body

    def response(self) -> Response:
        """Return the stored answer, marked as a replay."""
        headers = {**self.headers, "Idempotency-Replayed": "true"}
        return Response(self.body, self.status, headers=headers)
