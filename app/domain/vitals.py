"""What tells whether the service is well: what workers did and when, what was called today."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.domain.misses import CallOutcome
from app.domain.vocabulary import Lane, Queue

PATIENCE = timedelta(seconds=60)
ROUNDS = 3
"""A job may miss two rounds, and a minute for a start anew, before anybody is told."""


@dataclass(frozen=True, slots=True)
class Work:
    """What one process did of a job since it last said so; `succeeded` tells of the last time."""

    job: str
    process: str
    every_seconds: int
    runs: int
    failures: int
    done: int
    took_ms: int
    last_took_ms: int
    succeeded: bool


@dataclass(frozen=True, slots=True)
class Pulse:
    """What all processes ever did of a job; instants are the machine's."""

    job: str
    process: str
    every_seconds: int
    ran_at: datetime
    succeeded_at: datetime | None
    runs: int
    failures: int
    done: int
    took_ms: int
    last_took_ms: int

    def is_late(self, machine: datetime) -> bool:
        """Tell whether nobody has done the job for too long."""
        return machine - self.ran_at > ROUNDS * timedelta(seconds=self.every_seconds) + PATIENCE

    @property
    def fails(self) -> bool:
        """Whether it failed when it was last done."""
        return self.succeeded_at is None or self.succeeded_at < self.ran_at


@dataclass(frozen=True, slots=True)
class OldestDue:
    """The business instants of what waits longest for a worker; None where nothing is there.

    `deadline` may lie ahead; `event` happened and is in no report yet. `backlog` counts deliveries
    to webhooks that are pending, `quarantined` partners' messages that nobody could be found for,
    `books_differing` what the last check of the books found, `prices_differing` how many charges
    the last finished check of prices did, None where there was none;
    `stopped` has the queues whose logs cannot be gone on with.
    """

    deadline: datetime | None = None
    event: datetime | None = None
    backlog: int = 0
    quarantined: int = 0
    books_differing: int | None = None
    prices_differing: int | None = None
    stopped: Collection[Queue] = ()

    def lags(self, now: datetime) -> dict[str, int]:
        """Return by how many seconds each job is behind, by its name."""
        oldest = {"deadlines": self.deadline, "counting": self.event}
        second = timedelta(seconds=1)
        return {job: max((now - at) // second, 0) if at else 0 for job, at in oldest.items()}


@dataclass(frozen=True, slots=True)
class CallsMade:
    """How many calls of a queue and lane came to an outcome; None: they still stand."""

    queue: Queue
    lane: Lane
    outcome: CallOutcome | None
    count: int
