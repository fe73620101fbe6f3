"""Entries that changed, counted again: what reports rest on follows the events.

Safe to run twice and to stop at any instant: a stay is made from the rows as they are, and how far
the events have been counted is stored with it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from app.domain.reference import Reference
from app.domain.stays import EntryFacts, Seen, Wait, goods_groups_in, is_over, stay_of
from app.domain.vocabulary import Direction, Lane, QueueMode, State
from app.models import Diversion, Entry, StayProgress
from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.waiting import queue_of

EVENTS_A_TURN = 5000
Calls = Mapping[Any, tuple[Any, int]]


class Stays:
    """Makes the stays of entries that had events since they were last counted."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work within one transaction."""
        self._uow = uow

    async def has_news(self) -> bool:
        """Tell whether an event has not been counted."""
        progress = await self._uow.stays.progress()
        return await self._uow.stays.uncounted_since(progress.settled_to) is not None

    async def count(self, reference: Reference, after: int | None) -> int | None:
        """Count up to `EVENTS_A_TURN` events after a number, or after all that are settled.

        Give the last number counted where there may be more, None where that was all, or where
        somebody else counts at this moment.
        """
        stays = self._uow.stays
        if not await stays.lock():
            return None
        progress = await stays.progress()
        begin = progress.settled_to if after is None else after
        oldest, coming, newest = await stays.horizon()
        settles = progress.pending_xid is not None and progress.pending_xid <= oldest
        changed = await stays.changed_after(begin, EVENTS_A_TURN)
        if changed.last is None:
            return None
        await self._make(reference, changed.entries)
        progress.seen_to = max(progress.seen_to, changed.last)
        if settles and begin == progress.settled_to:
            _settle(progress, changed.last)
        if progress.pending_to is None and newest > progress.settled_to:
            progress.pending_to, progress.pending_xid = newest, coming
        await self._uow.flush()
        return changed.last if changed.is_full else None

    async def again(self) -> None:
        """Have every stay made anew, by whoever counts next."""
        await self._uow.stays.forget()

    async def _make(self, reference: Reference, ids: frozenset[Any]) -> None:
        stays = self._uow.stays
        entries = await stays.entries(ids)
        seen, calls = await stays.seen(ids), await stays.last_calls(ids)
        left: defaultdict[Any, list[Diversion]] = defaultdict(list)
        for one in await self._uow.moves.diversions_of(ids):
            left[one.entry_id].append(one)
        rows = [
            row
            for entry in entries
            for row in _rows(reference, entry, seen.get(entry.id, ()), calls, left[entry.id])
        ]
        await stays.replace(ids, rows)


def _settle(progress: StayProgress, counted_to: int) -> None:
    """Go on from here next time: nothing can appear any more below what was pending."""
    pending = progress.pending_to or 0
    progress.settled_to = max(progress.settled_to, min(pending, counted_to))
    if progress.settled_to >= pending:
        progress.pending_to = progress.pending_xid = None


def _rows(
    reference: Reference,
    entry: Entry,
    seen: Sequence[Seen],
    calls: Calls,
    left: Sequence[Diversion],
) -> Iterator[Mapping[str, Any]]:
    """Yield a stay for every gate to which an entry came: those it turned round from, and its."""
    facts = EntryFacts(
        direction=Direction(entry.direction),
        lane=Lane(entry.lane),
        state=State(entry.state),
        goods_groups=goods_groups_in(entry.declared),
        declared_at=entry.registered_at if entry.organisation_id else None,
        presence_at=_came_last(entry, left),
        ended_at=entry.ended_at,
        seen=seen,
        wait=_wait(reference, entry, seen, calls, left),
    )
    for one in left:
        if one.came_at is not None:
            there = replace(
                facts,
                lane=Lane(one.lane),
                presence_at=one.came_at,
                diverted_at=one.diverted_at,
                wait=None,
            )
            yield from _row(reference, entry, there, one.number, one.from_gate)
    yield from _row(reference, entry, facts, len(left), entry.gate_code)


def _row(
    reference: Reference, entry: Entry, facts: EntryFacts, number: int, gate: str
) -> Iterator[Mapping[str, Any]]:
    stay = stay_of(facts, reference.zone)
    if stay is not None:
        place = {"entry_id": entry.id, "number": number, "gate_code": gate}
        yield {**place, "direction": entry.direction, **asdict(stay)}


def _came_last(entry: Entry, left: Sequence[Diversion]) -> datetime | None:
    """Return when it came to its gate: of one that was there before, when it was diverted."""
    if entry.presence_at is None or not left:
        return entry.presence_at
    return max(entry.presence_at, left[-1].diverted_at)


def _wait(
    reference: Reference,
    entry: Entry,
    seen: Sequence[Seen],
    calls: Calls,
    left: Sequence[Diversion],
) -> Wait | None:
    """Return the wait up to the call that was followed; in arrival order, up to admission.

    A call before the last diversion was of another gate.
    """
    if entry.waits_from is None or not is_over(State(entry.state)):
        return None
    called_at, waited = calls.get(entry.id, (None, 0))
    if called_at is not None and not (left and called_at <= left[-1].diverted_at):
        return Wait(waited, called_at)
    admitted = min((one.occurred_at for one in seen if one.kind == "admission"), default=None)
    if admitted is None:
        return None
    queue = queue_of(entry)
    if reference.mode(queue, reference.day(entry.waits_from)) is not QueueMode.ARRIVAL_ORDER:
        return None
    waited = reference.clock(queue).seconds_between(entry.waits_from, admitted)
    return Wait(max(waited, 0), admitted)
