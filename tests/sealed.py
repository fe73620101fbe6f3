"""Stored events of a queue as the leaves of a log, so that the verifier can say what it finds."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.log.canonical import canonical
from app.domain.log.leaves import Clock, LoggedEvent, is_logged, leaf_of, seal
from app.domain.log.verifying import Verdict, outages_in, verify
from app.domain.vocabulary import Queue
from app.models import Event

OFFICERS = {"officer": "sha256:" + "0" * 64, "first_officer": "sha256:" + "1" * 64}
"""Stand for any two who are not the same."""


async def logged(session: AsyncSession, queue: Queue) -> list[LoggedEvent]:
    """Return the events of a queue that its log has, in the order of their numbers."""
    statement = (
        select(Event)
        .where(Event.gate_code == queue.gate, Event.direction == queue.direction.value)
        .order_by(Event.number)
    )
    return [
        LoggedEvent(
            one.number, one.id, one.kind, one.entry_id, one.occurred_at, one.recorded_at, one.data
        )
        for one in await session.scalars(statement)
        if is_logged(one.kind)
    ]


def sealed(events: Iterable[LoggedEvent]) -> list[bytes]:
    """Return the leaves of events, each sealed as soon as it was recorded."""
    leaves: list[bytes] = []
    sealed_at = None
    for event in events:
        sealed_at = max(sealed_at or event.recorded_at, event.recorded_at)
        leaves.append(canonical(seal(sealed_at, 1, Clock.TIME)))
        leaves.append(canonical(leaf_of(event, OFFICERS)))
    return leaves


def verified(leaves: Sequence[bytes]) -> Verdict:
    """Return what the verifier finds."""
    return verify(leaves, outages_in(leaves))
