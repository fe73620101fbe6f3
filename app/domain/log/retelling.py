"""Events as they are stored, or sealed in the log, told again in the words of the replay.

Server and verifier read them by this one table: in the order in which the queue saw them, which is
that of their numbers (drawn under the queue's lock) and of the leaves. A call that a closure let
skip somebody names whom; for that one call they are held. One that a barrier let skip sub-queues
names the barrier and the first whom it stopped.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.domain.overrides import Overridden
from app.domain.queue_order import Rates
from app.domain.replay import (
    Brought,
    Called,
    Entered,
    Event,
    Gone,
    GroundConfirmed,
    GroundGone,
    Held,
    LaneChanged,
    Left,
    Lifted,
    Moved,
    RatesChanged,
    Returned,
)
from app.domain.sub_queues import SubQueue, read_barrier
from app.domain.vocabulary import Lane

# Before the first edition is told nobody earns anything, so that whoever waits then is a fault.
NO_RATES: Final[Rates] = dict.fromkeys(Lane, 0)
HELD: Final = "held"
RATES_CHANGED: Final = "rates.changed"
CALL_MADE: Final = "call.made"

Data = Mapping[str, Any]
Told = tuple[str, UUID | None, Data]
"""An event as it is stored: kind, entry, data."""


def replayed(stored: Iterable[Told]) -> Iterator[Event]:
    """Yield stored events, in the order of their numbers, as the pure replay knows them."""
    for told in stored:
        yield from retold(*told)


def retold(kind: str, entry: UUID | None, data: Data) -> tuple[Event, ...]:
    """Return what one stored event is to the replay: mostly one event, none where it is no word."""
    if kind == RATES_CHANGED:
        strict, overrides = _lanes(data["strict"]), data.get("overrides")
        return (RatesChanged(_rates(data["rates"]), data["clock"], strict, overrides),)
    if entry is None:
        return ()
    if kind == CALL_MADE:
        return _call(entry, data)
    tell = _OF_ENTRY.get(kind)
    return () if tell is None else (tell(entry, data),)


def _started(entry: UUID, data: Data) -> Event:
    waits_from = datetime.fromisoformat(data["waits_from"])
    lane, rate, clock = Lane(data["lane"]), data["rate"], data["clock"]
    carried, where = data["carried"], _sub_queue(data)
    return Entered(entry, lane, rate, clock, waits_from, carried, sub_queue=where)


def _moved(entry: UUID, data: Data) -> Event:
    return Moved(entry, _sub_queue(data))


def _stopped(entry: UUID, data: Data) -> Event:
    return Left(entry, data["clock"], data.get("carried"))


def _lane_changed(entry: UUID, data: Data) -> Event:
    return LaneChanged(entry, Lane(data["lane"]), data["rate"], data["clock"], data["carried"])


def _joined(entry: UUID, data: Data) -> Event:
    lane = data.get("by_ground")
    return Brought(entry, data["carried"], data["holds"], None if lane is None else Lane(lane))


def _returned(entry: UUID, data: Data) -> Event:
    return Returned(entry, data["charges"])


def _call(entry: UUID, data: Data) -> tuple[Event, ...]:
    """Return a call; whom a closure kept from it is held for as long as it takes."""
    skips = [(skip, read_barrier(skip)) for skip in data["skips"] if skip["reason"] != HELD]
    barriers = tuple(barrier for _, barrier in skips if barrier is not None)
    kept = [(UUID(skip["entry"]), skip["reason"]) for skip, barrier in skips if barrier is None]
    held = (Held(skipped, reason) for skipped, reason in kept)
    lifted = (Lifted(skipped, reason) for skipped, reason in kept)
    override = UUID(data["override"]) if data.get("override") else None
    return (*held, Called(entry, data["clock"], barriers, override, data.get("points")), *lifted)


def _sub_queue(data: Data) -> SubQueue:
    """Return where an entry waits; events from before there were sub-queues do not say."""
    return SubQueue(data.get("route"), data.get("inside", False))


def _rates(rates: Mapping[str, int]) -> Rates:
    return {Lane(lane): rate for lane, rate in rates.items()}


def _lanes(names: Iterable[str]) -> frozenset[Lane]:
    return frozenset(Lane(name) for name in names)


_OF_ENTRY: Final[Mapping[str, Callable[[UUID, Data], Event]]] = {
    "override.made": Overridden.parse,
    "waiting.started": _started,
    "waiting.moved": _moved,
    "waiting.stopped": _stopped,
    "lane.changed": _lane_changed,
    "entry.diverted": lambda entry, data: Gone(entry, data["earned"]),
    "ground.confirmed": lambda entry, data: GroundConfirmed(entry, Lane(data["lane"])),
    "ground.withdrawn": lambda entry, _: GroundGone(entry),
    "ground.lapsed": lambda entry, _: GroundGone(entry),
    "entry.joined": _joined,
    "hold.placed": lambda entry, data: Held(entry, data["hold"]),
    "hold.lifted": lambda entry, data: Lifted(entry, data["hold"]),
    "call.missed": _returned,
    "call.excused": _returned,
    "call.withdrawn": _returned,
}
KINDS: Final = (RATES_CHANGED, CALL_MADE, *_OF_ENTRY)
"""The kinds of event that tell of a queue's order; `retold` leaves all others aside."""
