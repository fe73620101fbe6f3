"""Which answer each exception gets; wired into the application by `app/api/manners.py`."""

from collections.abc import Mapping
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.api.failures import (
    InvalidRequestError,
    MethodNotAllowedError,
    NoSuchPathError,
    NotJsonMediaTypeError,
    UnacceptableRequestError,
    UnnamedError,
)
from app.api.field_errors import faults_of
from app.api.idempotency import Replay
from app.api.problems import problem_response
from app.domain.errors import DomainError

METHOD_NOT_ALLOWED: Final = 405

# What the framework itself raises, by status.
_BY_STATUS: Final[Mapping[int, type[DomainError]]] = {
    400: UnacceptableRequestError,
    404: NoSuchPathError,
    415: NotJsonMediaTypeError,
}


def install_handlers(app: FastAPI) -> None:
    """Answer every exception that means something as a problem, and a replay as it was stored."""
    app.add_exception_handler(DomainError, answer_domain_error)
    app.add_exception_handler(RequestValidationError, answer_invalid_request)
    app.add_exception_handler(HTTPException, answer_http_exception)
    app.add_exception_handler(Replay, answer_replay)


async def answer_domain_error(request: Request, error: Exception) -> Response:
    """Return the problem of a failure that the rules or HTTP know."""
    assert isinstance(error, DomainError)
    return problem_response(error, request.scope)


async def answer_invalid_request(request: Request, error: Exception) -> Response:
    """Return the problem that names each field which breaks a rule of shape."""
    assert isinstance(error, RequestValidationError)
    return problem_response(InvalidRequestError(errors=faults_of(error)), request.scope)


async def answer_http_exception(request: Request, error: Exception) -> Response:
    """Return the problem of what the framework refused, with the headers it asked for."""
    assert isinstance(error, HTTPException)
    if isinstance(error.__cause__, DomainError):  # raised while a form was being read
        return problem_response(error.__cause__, request.scope)
    response = problem_response(_named(error, request), request.scope, error.status_code)
    for name, value in (error.headers or {}).items():
        response.headers[name] = value
    if error.status_code == METHOD_NOT_ALLOWED:
        response.headers["Allow"] = ", ".join(methods_at(request.app, request.scope["path"]))
    return response


async def answer_replay(_: Request, replay: Exception) -> Response:
    """Return the stored answer of the first request with the same idempotency key."""
    assert isinstance(replay, Replay)
    return replay.response()


def _named(error: HTTPException, request: Request) -> DomainError:
    if error.status_code == METHOD_NOT_ALLOWED:
        return MethodNotAllowedError(method=request.method)
    return _BY_STATUS.get(error.status_code, UnnamedError)()


def methods_at(app: FastAPI, path: str) -> list[str]:
    """Return every method that some route takes at `path`; the router itself names one route's."""
    own: set[str] = set()
    found: set[str] = set()
    for context in iter_route_contexts(app.routes):
        if context.methods and context.path_regex.match(path):
            found |= context.methods
            own |= context.methods if context.path == path else set()
    return sorted(own or found)
