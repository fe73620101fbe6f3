"""A contested plate: what was seen is told at once, and counts once somebody names the entry."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

from app.domain.contested import counted_from_sighting
from app.domain.findings import is_ready
from app.domain.vocabulary import Queue
from app.models import Entry, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.company_limits import limit_of
from app.services.queues.waiting import queue_of

COMES: Final = "yard-in"
"""The one kind of observation by which a vehicle begins to wait in a queue that calls."""
NEUTRAL: Final = (
    "entry.contested", "entry.uncontested", "exception.opened", "exception.assigned",
    "exception.settled", "hold.placed", "hold.lift_agreed", "hold.lifted",
)  # fmt: skip
"""What never decides whether an entry may wait; a rival, or who holds it, can do these to it."""


async def tell_sighting(
    uow: UnitOfWork, act: Act, seen: Observation, queues: Iterable[Queue]
) -> list[Mapping[str, Any]]:
    """Return what tells each queue of a vehicle that came and may be in it, its locks taken.

    Locks come before the events' numbers, as those of waiting starts do.
    """
    if seen.kind != COMES:
        return []
    told = sorted(set(queues))
    for queue in told:
        await uow.queues.lock(queue)
    return [
        {
            **act.event("plate.contested", queue, None, sighting=str(seen.id)),
            "id": _event_id(seen.id, queue),
        }
        for queue in told
    ]


async def since_sighting(
    uow: UnitOfWork, act: Act, entry: Entry, sighting_id: UUID
) -> datetime | None:
    """Return from when the first wait of a named entry counts; None: from now. Ask under the lock.

    It could have waited since, for all that the rows tell: it was declared and ready, and neither
    it, nor the edition, nor the rates of its queue have changed; and its company has no limit.
    """
    told_at = await uow.records.event_told_at(_event_id(sighting_id, queue_of(entry)))
    is_first = entry.waits_from is None and not entry.in_position
    if told_at is None or not is_first or not is_ready(entry.findings):
        return None
    changed = await uow.records.last_told_but(entry.id, NEUTRAL)
    rates = await uow.records.rates_changed_at(queue_of(entry))
    floors = filter(None, (entry.registered_at, changed, rates))
    since = counted_from_sighting(told_at, act.now, floors)
    if since is None or act.reference.policy_at(since) != act.policy:
        return None
    company = entry.organisation_id
    is_limited = company is not None and await limit_of(uow, act, company) is not None
    return None if is_limited else since


def _event_id(sighting_id: UUID, queue: Queue) -> UUID:
    """Return the id of the one event by which a queue is told of a sighting."""
    return uuid5(sighting_id, f"{queue.gate}/{queue.direction.value}")
