"""The query of a request: a name that no parameter has is refused, as an unknown field is.

A filter that is misspelt would else be passed over, and the whole list taken for what it found.
"""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import params
from fastapi.dependencies.models import Dependant
from fastapi.dependencies.utils import get_flat_params
from starlette.requests import Request
from starlette.responses import Response

from app.api.failures import InvalidRequestError
from app.api.field_errors import MOST_ERRORS, RequestFieldError, storable

Handle = Callable[[Request], Coroutine[Any, Any, Response]]

UNKNOWN: Final = "unknown-field"


def asked_by_name(handle: Handle, dependant: Dependant) -> Handle:
    """Return `handle` for those only who ask by names that its operation has.

    An operation without query parameters is left as it is: what is added to its address, as
    browsers and caches do, changes no answer.
    """
    fields = get_flat_params(dependant)
    known = frozenset(one.alias for one in fields if isinstance(one.field_info, params.Query))
    if not known:
        return handle

    async def ask(request: Request) -> Response:
        unknown = request.scope["query_string"] and sorted(request.query_params.keys() - known)
        if unknown:
            errors = [RequestFieldError(f"query:{storable(one)}", UNKNOWN) for one in unknown]
            raise InvalidRequestError(errors=errors[:MOST_ERRORS])
        return await handle(request)

    return ask
