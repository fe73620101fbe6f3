"""Replay: what was stored of a queue, played again by the rule; how anybody is caught who cheats.

The stored events are told in the words of the pure replay (`app/domain/replay.py`), in the order of
their numbers: they were drawn under the queue's lock, so that is the order in which the queue saw
them. A call that a closure let skip somebody names whom; for that one call they are held. One that
a barrier let skip sub-queues names the barrier and the first whom it stopped.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.queue_order import Rates
from app.domain.replay import (
    Brought,
    Called,
    Difference,
    Entered,
    Event,
    Gone,
    Held,
    LaneChanged,
    Left,
    Lifted,
    Moved,
    RatesChanged,
    Returned,
    replay,
)
from app.domain.sub_queues import SubQueue, read_barrier
from app.domain.vocabulary import Lane, Queue
from app.repositories.unit_of_work import UnitOfWork

KINDS = (
    "rates.changed",
    "waiting.started",
    "waiting.moved",
    "waiting.stopped",
    "lane.changed",
    "entry.diverted",
    "entry.joined",
    "hold.placed",
    "hold.lifted",
    "call.made",
    "call.missed",
    "call.excused",
    "call.withdrawn",
)
"""The kinds of event that tell of a queue's order; `replayed` leaves all others aside."""

# Before the first edition is told nobody earns anything, so that whoever waits then is a fault.
NO_RATES: Rates = dict.fromkeys(Lane, 0)
HELD = "held"

Told = tuple[str, UUID | None, Mapping[str, Any]]
"""An event as it is stored: kind, entry, data."""


async def differences(uow: UnitOfWork, queue: Queue) -> list[Difference]:
    """Return where the stored events of a queue are not what the rule gives; none where all is.

    Reads every event of the queue's order into memory.
    """
    return replay(replayed(await uow.records.told(queue, KINDS)), NO_RATES)


def replayed(stored: Iterable[Told]) -> Iterator[Event]:
    """Yield stored events, in the order of their numbers, as the pure replay knows them."""
    for kind, entry, data in stored:
        if kind == "rates.changed":
            yield RatesChanged(_rates(data["rates"]), data["clock"], _lanes(data["strict"]))
        elif entry is not None:
            yield from _of_entry(kind, entry, data)


def _of_entry(kind: str, entry: UUID, data: Mapping[str, Any]) -> Iterator[Event]:
    match kind:
        case "waiting.started":
            waits_from = datetime.fromisoformat(data["waits_from"])
            lane, rate, clock = Lane(data["lane"]), data["rate"], data["clock"]
            carried, where = data["carried"], _sub_queue(data)
            yield Entered(entry, lane, rate, clock, waits_from, carried, sub_queue=where)
        case "waiting.moved":
            yield Moved(entry, _sub_queue(data))
        case "waiting.stopped":
            yield Left(entry, data["clock"])
        case "lane.changed":
            lane, rate = Lane(data["lane"]), data["rate"]
            yield LaneChanged(entry, lane, rate, data["clock"], data["carried"])
        case "hold.placed":
            yield Held(entry, data["hold"])
        case "hold.lifted":
            yield Lifted(entry, data["hold"])
        case "call.missed" | "call.excused" | "call.withdrawn":
            yield Returned(entry, data["charges"])
        case "call.made":
            yield from _call(entry, data)
        case _:
            yield from _of_diverted(kind, entry, data)


def _of_diverted(kind: str, entry: UUID, data: Mapping[str, Any]) -> Iterator[Event]:
    match kind:
        case "entry.diverted":
            yield Gone(entry, data["earned"])
        case "entry.joined":
            yield Brought(entry, data["carried"], data["holds"])
        case _:
            return


def _call(entry: UUID, data: Mapping[str, Any]) -> Iterator[Event]:
    """Yield a call; whom a closure kept from it is held for as long as it takes."""
    skips = [(skip, read_barrier(skip)) for skip in data["skips"] if skip["reason"] != HELD]
    barriers = tuple(barrier for _, barrier in skips if barrier is not None)
    kept = [(UUID(skip["entry"]), skip["reason"]) for skip, barrier in skips if barrier is None]
    yield from (Held(skipped, reason) for skipped, reason in kept)
    yield Called(entry, data["clock"], barriers)
    yield from (Lifted(skipped, reason) for skipped, reason in kept)


def _sub_queue(data: Mapping[str, Any]) -> SubQueue:
    """Return where an entry waits; events from before there were sub-queues do not say."""
    return SubQueue(data.get("route"), data.get("inside", False))


def _rates(rates: Mapping[str, int]) -> Rates:
    return {Lane(lane): rate for lane, rate in rates.items()}


def _lanes(names: Iterable[str]) -> frozenset[Lane]:
    return frozenset(Lane(name) for name in names)
