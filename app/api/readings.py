"""Answers of reference data: ready bytes with their tag, which a client need not fetch twice."""

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from app.api.caching import conditional
from app.api.schemas.types import Out
from app.api.texts import language_of

MINUTES: Final = 300
"""How long, in seconds, rules and tables may be shown without asking again."""

MOMENT: Final = 10
"""The same for what is counted while one looks."""

AT_ONCE: Final = 1
"""The same for what a notice changes within a second."""

UNCHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Nothing changed since the answer with this `ETag`."}
}
"""The `responses=` of an operation that answers by `read`."""


def read(request: Request, answer: Out, max_age: int) -> Response:
    """Return `answer` with its tag, or 304 where the client has it; `max_age` in seconds."""
    body = answer.__pydantic_serializer__.to_json(answer)
    response = conditional(request, body, max_age, vary="Accept-Language")
    response.headers["Content-Language"] = language_of(request.scope).value
    return response
