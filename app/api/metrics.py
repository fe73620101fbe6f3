"""What Prometheus is told of requests: how many, how they ended, how long they took.

Labels are route templates, never paths: a path may hold a plate or a token.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

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


class Operation(NamedTuple):
    """What a request asked for: its id in the document, and the template of its path."""

    name: str
    route: str


UNMATCHED: Final = Operation("unmatched", "unmatched")


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
            ("operation", "method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "gate_http_request_seconds",
            "Time from a request's first byte to the answer's last, in seconds.",
            ("operation", "method", "route", "status_class"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        # Finding a labelled child costs more than counting: keep the pairs.
        self._known: dict[tuple[Operation, str, int], tuple[Counter, Histogram]] = {}

    def count(self, operation: Operation, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (operation, method, status)
        pair = self._known.get(key)
        if pair is None:
            labels = (operation.name, method, operation.route)
            counter = self._requests.labels(*labels, str(status))
            histogram = self._seconds.labels(*labels, f"{status // 100}xx")
            pair = self._known[key] = (counter, histogram)
        pair[0].inc()
        pair[1].observe(seconds)

    def payload(self) -> bytes:
        """Return every metric in Prometheus' text format, to be sent as `CONTENT_TYPE`."""
        return generate_latest(self.registry)


def operations_of(app: FastAPI) -> Callable[[Scope], Operation]:
    """Return the function that tells which operation a request has matched.

    The router leaves only the endpoint in the scope; operations are looked up by it, once.
    """
    known: dict[object, Operation] = {}

    def operation_of(scope: Scope) -> Operation:
        endpoint = scope.get("endpoint")
        if endpoint is None:
            return UNMATCHED
        if endpoint not in known:
            known.update(_operations(app))
        return known.setdefault(endpoint, UNMATCHED)

    return operation_of


def _operations(app: FastAPI) -> dict[object, Operation]:
    """Return what each endpoint does, and each mounted application."""
    return {
        context.endpoint or getattr(context.route, "app", None): Operation(
            getattr(context.route, "name", "") or UNMATCHED.name, context.path or UNMATCHED.route
        )
        for context in iter_route_contexts(app.routes)
    }
