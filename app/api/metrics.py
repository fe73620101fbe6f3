"""What Prometheus is told of requests: how many, how they ended, how long they took.

Labels are route templates, never paths: a path may hold a plate or a token.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import accumulate
from math import inf
from typing import Final, NamedTuple

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString

CONTENT_TYPE: Final = CONTENT_TYPE_PLAIN_0_0_4
BUCKETS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1.0, 3.0, 10.0)
BOUNDS: Final = tuple(map(floatToGoString, (*BUCKETS, inf)))


class Operation(NamedTuple):
    """What a request asked for: its id in the document, and the template of its path."""

    name: str
    route: str


UNMATCHED: Final = Operation("unmatched", "unmatched")


class Requests(Collector):
    """What Prometheus reads of requests, counted by one event loop.

    The library's own counters lock and check at each request, which took as long as finding a
    ready answer.
    """

    def __init__(self) -> None:
        """Begin with nothing counted."""
        self._tallies: dict[tuple[Operation, str, int], _Tally] = {}

    def count(self, operation: Operation, method: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        key = (operation, method, status)
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = _Tally()
        tally.seconds += seconds
        tally.by_bucket[bisect_left(BUCKETS, seconds)] += 1

    def collect(self) -> Iterator[CounterMetricFamily | HistogramMetricFamily]:
        """Yield both metrics as they are now; times are told by class of status."""
        counts = CounterMetricFamily(
            "gate_http_requests",
            "Requests by route template and status.",
            labels=("operation", "method", "route", "status"),
        )
        times = HistogramMetricFamily(
            "gate_http_request_seconds",
            "Time from a request's first byte to the answer's last, in seconds.",
            labels=("operation", "method", "route", "status_class"),
        )
        by_class: dict[tuple[str, str, str, str], _Tally] = {}
        for (operation, method, status), tally in self._tallies.items():
            labels = (operation.name, method, operation.route)
            counts.add_metric((*labels, str(status)), sum(tally.by_bucket))
            by_class.setdefault((*labels, f"{status // 100}xx"), _Tally()).add(tally)
        for named, tally in by_class.items():
            times.add_metric(named, tally.buckets(), tally.seconds)
        yield from (counts, times)


class Counted(Collector):
    """What Prometheus reads of something that is counted by one label."""

    def __init__(self, name: str, words: str, label: str, values: Iterable[str]) -> None:
        """Begin with none of each of its values."""
        self._told = (name, words)
        self._label = label
        self._counts = Counter(dict.fromkeys(values, 0))

    def count(self, value: str) -> None:
        """Count one more with this value of the label."""
        self._counts[value] += 1

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the metric as it is now."""
        counts = CounterMetricFamily(*self._told, labels=(self._label,))
        for value, count in self._counts.items():
            counts.add_metric((value,), count)
        yield counts


class Gauged(Collector):
    """What Prometheus reads of something that a process has now."""

    def __init__(self, name: str, words: str, value: Callable[[], float]) -> None:
        """Ask `value` whenever somebody reads."""
        self._told = (name, words)
        self._value = value

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metric as it is now."""
        yield GaugeMetricFamily(*self._told, value=self._value())


class _Tally:
    """How many requests took how long; the last bucket has no bound."""

    __slots__ = ("by_bucket", "seconds")

    def __init__(self) -> None:
        self.seconds = 0.0
        self.by_bucket = [0] * len(BOUNDS)

    def add(self, other: "_Tally") -> None:
        self.seconds += other.seconds
        for place, more in enumerate(other.by_bucket):
            self.by_bucket[place] += more

    def buckets(self) -> list[tuple[str, float]]:
        """Return how many took up to each bound, as Prometheus names it."""
        return list(zip(BOUNDS, accumulate(self.by_bucket), strict=True))


class Metrics:
    """The metrics of one application; services may add theirs to `registry`."""

    def __init__(self) -> None:
        """Make a registry of its own, so that several applications fit in one process."""
        self.registry = CollectorRegistry()
        for collector in (GCCollector, PlatformCollector, ProcessCollector):
            collector(registry=self.registry)
        requests = Requests()
        self.registry.register(requests)
        self.count = requests.count

    def counted(
        self, name: str, words: str, label: str, values: Iterable[str]
    ) -> Callable[[str], None]:
        """Add a metric of something that is counted by a label; return what counts one."""
        counted = Counted(name, words, label, values)
        self.registry.register(counted)
        return counted.count

    def gauged(self, name: str, words: str, value: Callable[[], float]) -> None:
        """Add a metric of something that the process has now."""
        self.registry.register(Gauged(name, words, value))

    def payload(self) -> bytes:
        """Return every metric in Prometheus' text format, to be sent as `CONTENT_TYPE`."""
        return generate_latest(self.registry)


def operations_of(app: FastAPI) -> Callable[[object], Operation]:
    """Return the function that tells which operation the endpoint does that a request has matched.

    The router leaves only the endpoint in the scope; operations are looked up by it, once.
    """
    known: dict[object, Operation] = {}

    def operation_of(endpoint: object) -> Operation:
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
