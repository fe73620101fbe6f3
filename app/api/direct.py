"""Endpoints called directly: how an endpoint is asked is found out once, and not at each request.

Of a short request the framework's own way to an endpoint took a third of the time. It stays the
way of whatever is not plain: parameters of path or query, a body that breaks a rule (whose errors
it tells), dependencies that are overridden.
"""

import inspect
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from app.api.idempotency import key_of

Handle = Callable[[Request], Coroutine[Any, Any, Response]]
Asked = Callable[[Request], Awaitable[object]]
RETRY_KEY = "Idempotency-Key"
STACKS = ("fastapi_middleware_astack", "fastapi_inner_astack", "fastapi_function_astack")


class Plan(NamedTuple):
    """How an endpoint is asked: what its body is made of, and what it depends on."""

    endpoint: Callable[..., Awaitable[Response]]
    body: str
    model: type[BaseModel]
    dependencies: Mapping[str, Asked]


def direct(route: APIRoute, handle: Handle) -> Handle:
    """Return a handler that calls the endpoint of `route` itself; `handle` where that is not plain.

    The endpoint gives a whole response, takes a body, and depends on what a request alone tells.
    """
    plan = _plan(route)
    if plan is None:
        return handle
    endpoint, name, model, dependencies = plan
    validate = model.__pydantic_validator__.validate_python

    async def call(request: Request) -> Response:
        if request.app.dependency_overrides:
            return await _as_framework(handle, request)
        try:
            body = validate(await request.json())
        except ValidationError:
            return await _as_framework(handle, request)
        found = {one: await asked(request) for one, asked in dependencies.items()}
        return await endpoint(**{name: body}, **found)

    return call


async def _as_framework(handle: Handle, request: Request) -> Response:
    """Let the framework's handler answer, with the stacks that it looks for in a scope."""
    async with AsyncExitStack() as stack:
        request.scope.update(dict.fromkeys(STACKS, stack))
        return await handle(request)


def _plan(route: APIRoute) -> Plan | None:
    whole, endpoint = route.dependant, route.endpoint
    model = _model(route)
    if model is None or endpoint.__annotations__.get("return") is not Response:
        return None
    asked = {one.name: _asked(one) for one in whole.dependencies if one.name}
    dependencies = {name: ask for name, ask in asked.items() if ask is not None}
    body = whole.body_params[0].name
    is_plain = {body, *dependencies} == set(inspect.signature(endpoint).parameters)
    return Plan(endpoint, body, model, dependencies) if is_plain else None


def _model(route: APIRoute) -> type[BaseModel] | None:
    """Return what the body is made of, where it is the one of its kind and must be there."""
    if route.body_field is None or len(route.dependant.body_params) != 1:
        return None
    kind: object = route.body_field.field_info.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _asked(one: Dependant) -> Asked | None:
    """Return how a dependency is asked that needs a request, with its retry key, and no more."""
    call, fields = one.call, one.header_params
    others = (one.dependencies, one.path_params, one.query_params, one.cookie_params,
              one.body_params)  # fmt: skip
    if any(others) or one.request_param_name is None or not inspect.iscoroutinefunction(call):
        return None
    if not fields:
        return call
    if [field.alias for field in fields] != [RETRY_KEY]:
        return None

    # Whoever let the request in has read the key strictly already.
    async def with_key(request: Request) -> object:
        return await call(request, key_of(request))

    return None if fields[0].field_info.is_required() else with_key
