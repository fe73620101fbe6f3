"""The manners of the API, installed on an application in one call."""

from collections.abc import Mapping

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from app.api.docs_pages import install_pages
from app.api.handlers import install_handlers
from app.api.metrics import Metrics, operations_of
from app.api.middleware import Asked, Manners
from app.api.openapi import install_document
from app.api.strict_json import DEPTH, StrictRoute
from app.core.spans import Spans

MEGABYTE = 1_048_576


def install(  # noqa: PLR0913 - each is one of the manners
    app: FastAPI,
    *,
    max_body_bytes: int = MEGABYTE,
    longer: Mapping[Asked, int] | None = None,
    max_body_depth: int = DEPTH,
    hsts: bool = False,
    metrics: Metrics | None = None,
    spans: Spans | None = None,
) -> Metrics:
    """Give `app` its problems, limits, headers, metrics and documents; call it after the routes.

    `longer` has the limits of operations that take more than `max_body_bytes`, by method and path.
    `hsts` is for servers reached by https only; requests are recorded in `spans` where there are
    any. Returns the metrics, for `/metrics`.

    Raises:
        TypeError: a route with a body does not read it strictly.
    """
    _ensure_strict(app)
    metrics = metrics or Metrics()
    app.state.max_body_depth = max_body_depth
    install_handlers(app)
    install_document(app)
    install_pages(app)
    app.add_middleware(
        Manners,
        operation_of=operations_of(app),
        metrics=metrics,
        max_body_bytes=max_body_bytes,
        longer=longer,
        hsts=hsts,
        spans=spans,
    )
    return metrics


def _ensure_strict(app: FastAPI) -> None:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute) and route.body_field and not isinstance(route, StrictRoute):
            message = f"{route.path}: make its router with APIRouter(route_class=StrictRoute)"
            raise TypeError(message)
