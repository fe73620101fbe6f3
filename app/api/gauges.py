"""What Prometheus is told of queues, workers and readiness: the database's words, not a process's.

Every process tells the same, so dashboards take the largest. Labels are codes of gates, directions,
lanes, outcomes and jobs: there are few of each, and none of them names a vehicle or a company.
Waits and lags are seconds of business time.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from pathlib import Path
from shutil import disk_usage
from typing import Final, Generic, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from app.domain.misses import CallOutcome
from app.domain.vitals import CallsMade, Pulse
from app.domain.vocabulary import Lane, Queue, QueueMode
from app.services.publishing.boards import QueueBoard
from app.services.upkeep.readiness import Readiness
from app.services.upkeep.vitals import Vitals

IN_ORDER: Final = "arrival-order"
"""The one lane of a queue that calls nobody."""
MISSES: Final = (CallOutcome.MISSED, CallOutcome.NO_SHOW, CallOutcome.EXCUSED)
QUEUE: Final = ("gate", "direction")
LANE: Final = (*QUEUE, "lane")
# Not `job`: Prometheus keeps that name for what it scrapes.
WORKER: Final = ("worker",)

T = TypeVar("T")
Samples = Iterable[tuple[Sequence[str], float]]
Family = type[GaugeMetricFamily] | type[CounterMetricFamily]


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """One metric that is read from a value."""

    name: str
    words: str
    value: Callable[[T], float]
    family: Family = GaugeMetricFamily


OF_QUEUES: Final[Sequence[Told[QueueBoard]]] = (
    Told("gate_queue_open", "Whether the queue is open now.", lambda board: board.is_open),
    Told("gate_queue_paused", "Whether a notice stops its calls.", lambda board: board.is_paused),
    Told("gate_queue_called", "Calls that stand.", lambda board: len(board.called_now)),
    Told("gate_queue_on_the_way", "Entries not in position yet.", lambda board: board.on_the_way),
    Told("gate_queue_not_ready", "Entries in position, not ready.", lambda board: board.not_ready),
)
OF_WORKERS: Final[Sequence[Told[Pulse]]] = (
    Told("gate_worker_runs", "Times a job was done.", lambda p: p.runs, CounterMetricFamily),
    Told("gate_worker_failures", "Times it failed.", lambda p: p.failures, CounterMetricFamily),
    Told("gate_worker_done", "How much it has done.", lambda p: p.done, CounterMetricFamily),
    Told("gate_worker_seconds", "What it took.", lambda p: p.took_ms / 1000, CounterMetricFamily),
    Told("gate_worker_last_seconds", "What it took last.", lambda p: p.last_took_ms / 1000),
    Told("gate_worker_interval_seconds", "Time between two.", lambda p: p.every_seconds),
    Told(
        "gate_worker_last_run_timestamp_seconds",
        "When it was done last, to some ten seconds.",
        lambda p: p.ran_at.timestamp(),
    ),
    Told(
        "gate_worker_last_success_timestamp_seconds",
        "When it was done last without failing; 0 is never.",
        lambda p: p.succeeded_at.timestamp() if p.succeeded_at else 0,
    ),
)


class Gauges(Collector):
    """The metrics of one reading of the vitals."""

    def __init__(self, vitals: Vitals, data_dir: Path) -> None:
        """Tell of `vitals`, and of the disk that `data_dir` is on."""
        self._vitals = vitals
        self._data_dir = data_dir

    @property
    def registry(self) -> CollectorRegistry:
        """A registry of these alone."""
        registry = CollectorRegistry()
        registry.register(self)
        return registry

    def collect(self) -> Iterator[Metric]:
        """Yield every metric."""
        vitals = self._vitals
        yield from _of_readiness(vitals.readiness)
        yield from _of_disk(self._data_dir)
        yield from _of_queues(vitals.boards)
        yield from _of_calls(vitals.calls, vitals.boards)
        yield from _of_workers(vitals.pulses, vitals.lags)
        words = "Deliveries to webhooks that are pending."
        yield _family("gate_webhook_backlog", words, [], [([], vitals.backlog)])
        words = "Partners' messages that wait in quarantine."
        yield _family("gate_messages_quarantined", words, [], [([], vitals.quarantined)])
        words = "Sums, orders and closed days of the books that differed at their last check."
        found: Samples = [([], one) for one in [vitals.books_differing] if one is not None]
        yield _family("gate_books_differing", words, [], found)
        words = "Charges that another price than theirs was derived for, at the last check of all."
        found = [([], one) for one in [vitals.prices_differing] if one is not None]
        yield _family("gate_prices_differing", words, [], found)
        words = "Whether the public log cannot be gone on with; those of others are not touched."
        stops = ((_names(queue), queue in vitals.stopped) for queue in vitals.boards)
        yield _family("gate_log_stopped", words, QUEUE, stops)


def _of_readiness(readiness: Readiness) -> Iterator[Metric]:
    parts = ([part.name] for part in fields(readiness))
    fit = ((part, not getattr(readiness, *part)) for part in parts)
    yield _family("gate_ready", "Whether a part is fit, as /health/ready says.", ["part"], fit)


def _of_disk(data_dir: Path) -> Iterator[Metric]:
    place = data_dir.resolve()
    usage = disk_usage(next(one for one in (place, *place.parents) if one.exists()))
    yield _family("gate_data_disk_free_bytes", "Free on GATE_DATA_DIR's.", [], [([], usage.free)])
    yield _family("gate_data_disk_size_bytes", "Size of GATE_DATA_DIR's.", [], [([], usage.total)])


def _of_queues(boards: Mapping[Queue, QueueBoard]) -> Iterator[Metric]:
    for one in OF_QUEUES:
        found = ((_names(queue), one.value(board)) for queue, board in boards.items())
        yield _family(one.name, one.words, QUEUE, found)
    lanes = list(_lanes(boards))
    waiting = ((names, count) for names, count, _ in lanes)
    yield _family("gate_queue_waiting", "Entries that wait.", LANE, waiting)
    oldest = ((names, wait) for names, _, wait in lanes)
    words = "Open seconds that the first of a lane has waited; 0 where nobody does."
    yield _family("gate_queue_oldest_wait_seconds", words, LANE, oldest)


def _lanes(boards: Mapping[Queue, QueueBoard]) -> Iterator[tuple[Sequence[str], int, int]]:
    """Yield how many wait in each lane and how long the first of them does."""
    for queue, board in boards.items():
        if board.mode is QueueMode.ARRIVAL_ORDER:
            yield _names(queue, IN_ORDER), board.waiting, board.oldest_wait or 0
        for one in board.lanes:
            yield _names(queue, one.lane), one.waiting, one.oldest_wait or 0


def _of_calls(calls: Sequence[CallsMade], boards: Mapping[Queue, QueueBoard]) -> Iterator[Metric]:
    """Yield the calls of the legal day: counters that begin anew each midnight."""
    found: Counter[tuple[Queue, str]] = Counter()
    for one in calls:
        found[one.queue, one.lane] += one.count
        found[one.queue, one.outcome or ""] += one.count
    calling = [queue for queue, board in boards.items() if board.mode is QueueMode.CALLED]
    for name, words, label, values in (
        ("gate_queue_calls", "Calls of the legal day.", "lane", Lane),
        ("gate_queue_misses", "Calls of the legal day not followed.", "outcome", MISSES),
    ):
        counts = ((_names(*key), found[key]) for key in product(calling, values))
        yield _family(name, words, (*QUEUE, label), counts, CounterMetricFamily)


def _of_workers(pulses: Sequence[Pulse], lags: Mapping[str, int]) -> Iterator[Metric]:
    for one in OF_WORKERS:
        found = (([pulse.job], one.value(pulse)) for pulse in pulses)
        yield _family(one.name, one.words, WORKER, found, one.family)
    behind = (([job], lag) for job, lag in lags.items())
    yield _family("gate_worker_lag_seconds", "How late the oldest thing due is.", WORKER, behind)


def _family(
    name: str,
    words: str,
    labels: Sequence[str],
    samples: Samples,
    family: Family = GaugeMetricFamily,
) -> Metric:
    metric = family(name, words, labels=labels)
    for names, value in samples:
        metric.add_metric(names, value)
    return metric


def _names(queue: Queue, *more: str) -> Sequence[str]:
    return (queue.gate, queue.direction, *more)
