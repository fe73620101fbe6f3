"""The public report of how fair a gate's queues were on a day."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.certificate import Told
from app.domain.errors import GateNotFoundError
from app.domain.fairness import Fairness, fairness
from app.domain.log.retelling import KINDS
from app.domain.vocabulary import Direction, Queue, QueueMode
from app.repositories.fairness import LONGEST
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today


@dataclass(frozen=True, slots=True)
class QueueFairness:
    """One queue: what its log tells, and what only the service knows."""

    queue: Queue
    mode: QueueMode
    told: Fairness
    backfills: Mapping[tuple[str, str], int]
    exceptions: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class FairnessReport:
    """The queues of a gate on a legal day; a day that is not over has what there is so far.

    Of those who registered before the day `since`, it has whom it called (ADR 59).
    """

    gate: str
    day: date
    since: date
    as_of: datetime
    queues: Sequence[QueueFairness]


async def fairness_of(uow: UnitOfWork, today: Today, gate: str, day: date) -> FairnessReport:
    """Return how fair the queues of a gate were on a legal day.

    Raises:
        GateNotFoundError: there is no such gate.
    """
    if gate not in today.reference.gates:
        raise GateNotFoundError(gate=gate)
    begin = today.reference.begin_of(day)
    within = (begin, today.reference.begin_of(day + timedelta(days=1)))
    queues = [
        await _queue(uow, Queue(gate, direction), mode, within)
        for direction in Direction
        if (mode := today.reference.mode(Queue(gate, direction), day)) is not None
    ]
    return FairnessReport(gate, day, day - LONGEST, today.now, queues)


async def _queue(
    uow: UnitOfWork, queue: Queue, mode: QueueMode, within: tuple[datetime, datetime]
) -> QueueFairness:
    told = await uow.fairness.told(queue, KINDS, within)
    return QueueFairness(
        queue=queue,
        mode=mode,
        told=await _played(told, within),
        backfills=await uow.fairness.backfills(queue, within),
        exceptions=await uow.fairness.exceptions(queue, within),
    )


async def _played(told: Sequence[Told], within: tuple[datetime, datetime]) -> Fairness:
    """Return the figures, found where it keeps nobody waiting: a full day takes a second."""
    return await asyncio.to_thread(fairness, told, *within)
