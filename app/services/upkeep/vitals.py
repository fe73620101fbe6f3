"""What a scrape tells of queues and workers: read once a second at most, for whoever asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from app.domain.vitals import CallsMade, Pulse
from app.domain.vocabulary import Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.publishing.boards import QueueBoard
from app.services.upkeep.readiness import Readiness


@dataclass(frozen=True, slots=True)
class Vitals:
    """How well the service is; where the database is not fit, only what that lacks.

    `lags` are business seconds by job, `calls` those of the legal day, `backlog` deliveries to
    webhooks that are pending, `quarantined` partners' messages that wait, `stopped` the logs that
    cannot be gone on with, `books_differing` and `prices_differing` what the last checks found.
    """

    readiness: Readiness
    boards: Mapping[Queue, QueueBoard]
    calls: Sequence[CallsMade]
    pulses: Sequence[Pulse]
    lags: Mapping[str, int]
    backlog: int = 0
    quarantined: int = 0
    books_differing: int | None = None
    prices_differing: int | None = None
    stopped: Collection[Queue] = ()


async def read_vitals(
    uow: UnitOfWork, today: Today, readiness: Readiness, boards: Mapping[Queue, QueueBoard]
) -> Vitals:
    """Return the vitals beside boards that were drawn already, in two statements."""
    pulses, oldest = await uow.upkeep.pulses()
    midnight = datetime.combine(today.day, time(), today.reference.zone)
    calls = await uow.upkeep.calls_since(midnight)
    return Vitals(
        readiness,
        boards,
        calls,
        pulses,
        oldest.lags(today.now),
        oldest.backlog,
        oldest.quarantined,
        oldest.books_differing,
        oldest.prices_differing,
        oldest.stopped,
    )
