"""A day at a gate hour by hour, as far as it has come: who arrived, who was called, who waited."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.errors import GateNotFoundError
from app.domain.reports import WaitsCounted
from app.domain.vocabulary import Direction, Queue, QueueMode
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today

HOURS = range(24)
BY_HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Hour:
    """One hour of a queue; `called` is None where nobody is called.

    `waited` are those whose waiting was over then, `median` what half of them waited at most, in
    open seconds.
    """

    direction: Direction
    hour: int
    arrived: int
    called: int | None
    waited: int
    median: int | None


@dataclass(frozen=True, slots=True)
class GateHours:
    """The hours of a gate's queues on the legal day of `as_of`."""

    gate: str
    day: date
    as_of: datetime
    hours: Sequence[Hour]


async def hours_of(uow: UnitOfWork, today: Today, gate: str) -> GateHours:
    """Return the hours of today at a gate, in three statements.

    Raises:
        GateNotFoundError: there is no such gate.
    """
    if gate not in today.reference.gates:
        raise GateNotFoundError(gate=gate)
    begin, tomorrow = today.reference.begin_of(today.day), today.day + timedelta(days=1)
    arrived = await uow.boards.arrivals_by_hour(gate, begin)
    called = await uow.boards.calls_by_hour(gate, begin)
    found = await uow.stays.waits(today.day, tomorrow, [gate], BY_HOUR)
    waits = {(one.queue.direction, one.slot): one for one in found if one.lane is None}
    hours = [
        _hour(direction, hour, arrived, called if calls else None, waits.get((direction, hour)))
        for direction, calls in _queues(today, gate)
        for hour in HOURS
    ]
    return GateHours(gate, today.day, today.now, hours)


def _queues(today: Today, gate: str) -> Iterator[tuple[Direction, bool]]:
    """Yield the directions in which a gate has a queue today, and whether it calls."""
    for direction in Direction:
        mode = today.reference.mode(Queue(gate, direction), today.day)
        if mode is not None:
            yield direction, mode is QueueMode.CALLED


def _hour(
    direction: Direction,
    hour: int,
    arrived: Mapping[tuple[Direction, int], int],
    called: Mapping[tuple[Direction, int], int] | None,
    waits: WaitsCounted | None,
) -> Hour:
    return Hour(
        direction=direction,
        hour=hour,
        arrived=arrived.get((direction, hour), 0),
        called=None if called is None else called.get((direction, hour), 0),
        waited=waits.vehicles if waits else 0,
        median=waits.ranks[0] if waits else None,
    )
