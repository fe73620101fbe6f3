"""What Prometheus is told of requests: how many, how they ended, how long they took.

Labels are route templates, never paths: a path may hold a plate or a token.
"""

from collections.abc import Callable
from typing import Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from starlette.types import Scope

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
UNMATCHED: Final = "unmatched"


class Metrics:
    """The metrics of one application; services may add theirs to `registry`."""

    def __init__(self) -> None:
        """Make a registry of its own, so that several applications fit in one process."""
        self.registry = CollectorRegistry()
        for collector in (GCCollector, PlatformCollector, ProcessCollector):
            collector(registry=self.registry)
        self._requests = Counter(
            "gate_http_requests",
            "Requests by route template and status.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "gate_http_request_seconds",
            "Time from a request's first byte to the answer's last, in seconds.",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        # Finding a labelled child costs more than counting: keep the pairs.
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (method, route, status)
        pair = self._known.get(key)
        if pair is None:
            counter = self._requests.labels(method, route, str(status))
            pair = self._known[key] = (counter, self._seconds.labels(method, route))
        pair[0].inc()
        pair[1].observe(seconds)

    def payload(self) -> bytes:
        """Return every metric in Prometheus' text format, to be sent as `CONTENT_TYPE`."""
        return generate_latest(self.registry)


def templates_of(app: FastAPI) -> Callable[[Scope], str]:
    """Return the function that tells the template of the route which a request has matched.

    The router leaves only the endpoint in the scope; templates are looked up by it, once.
    """
    known: dict[object, str] = {}

    def route_of(scope: Scope) -> str:
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return UNMATCHED
        if endpoint not in known:
            known.update(_templates(app))
        return known.setdefault(endpoint, UNMATCHED)

    return route_of


def _templates(app: FastAPI) -> dict[object, str]:
    """Return the path of each endpoint, and of each mounted application."""
    return {
        context.endpoint or getattr(context.route, "app", None): context.path or UNMATCHED
        for context in iter_route_contexts(app.routes)
    }
