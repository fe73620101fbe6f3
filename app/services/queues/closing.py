"""Which closure of a gate keeps an entry from being called today, while its queue goes on."""

from app.domain.closures import Candidate, Closure, excluding, exclusion
from app.domain.declaration import read_declaration
from app.models import Entry
from app.services.act import Today
from app.services.queues.waiting import queue_of


def closure_of(today: Today, entry: Entry) -> Closure | None:
    """Return the first closure of today that excludes an entry, or None."""
    queue = queue_of(entry)
    closures = today.reference.gates[queue.gate].closures
    if not excluding(closures, today.day, queue.direction):  # on most days
        return None
    candidate = Candidate(
        direction=queue.direction,
        registered_on=today.reference.day(entry.registered_at),
        waits_on=today.reference.day(entry.waits_from) if entry.waits_from else None,
        goods_groups=read_declaration(entry.declared).goods_groups,
    )
    return exclusion(closures, today.day, candidate)
