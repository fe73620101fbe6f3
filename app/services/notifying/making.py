"""Messages are made of events in the order of the feed, each at most once.

Safe to run several at a time and to stop at any instant: one row says how far they were made, it is
locked while they are, and moves in the same transaction; an event has one message at most.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.domain.driver_messages import MessageKind, MessageState, Planned, ToTell, choose
from app.models import Call, Entry, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.notifying.facts import call_facts, entry_facts

EVENTS_A_TURN: Final = 200


class Making:
    """Makes the messages that events call for."""

    def __init__(self, uow: UnitOfWork, act: Act, machine: datetime) -> None:
        """Work within one transaction, for one act, at an instant of the machine's clock."""
        self._uow = uow
        self._act = act
        self._machine = machine

    async def make(self) -> int:
        """Make messages of up to `EVENTS_A_TURN` events and return of how many it looked at."""
        messages = self._uow.driver_messages
        progress = await messages.progress()
        newest = await messages.newest()
        if newest <= progress.position:
            return 0
        news = await messages.news(progress.position, newest, EVENTS_A_TURN)
        is_full = len(news) == EVENTS_A_TURN
        await messages.insert(await self._rows([event for _, event in news]))
        progress.position = news[-1][0] if is_full else newest
        await self._uow.flush()
        return len(news)

    async def skip(self) -> None:
        """Make nothing of what has happened until now, also not later."""
        progress = await self._uow.driver_messages.progress()
        progress.position = await self._uow.driver_messages.newest()
        await self._uow.flush()

    async def _rows(self, events: Sequence[Event]) -> Sequence[Mapping[str, Any]]:
        ids = {event.entry_id for event in events if event.entry_id is not None}
        if not ids:
            return ()
        messages = self._uow.driver_messages
        entries, calls = await messages.entries(ids), _of_entries(await messages.calls(ids))
        told = defaultdict[UUID, set[datetime]](set)
        for entry_id, sends_from in await messages.told(ids):
            told[entry_id].add(sends_from)
        rows = []
        for event in events:
            entry = entries[event.entry_id] if event.entry_id else None
            planned = entry and self._plan(event, entry, calls[entry.id], told[entry.id])
            if entry and planned:
                rows.append(self._row(event, entry, planned))
                if planned.kind is MessageKind.PAPERS and planned.reason is None:
                    told[entry.id].add(planned.sends_from)
        return rows

    def _plan(
        self, event: Event, entry: Entry, calls: Sequence[Call], told: set[datetime]
    ) -> Planned | None:
        named = event.data.get("call")
        to_tell = ToTell(event.kind, event.occurred_at, UUID(named) if named else None)
        return choose(
            to_tell, entry_facts(self._act, entry, told), map(call_facts, calls), self._act.now
        )

    def _row(self, event: Event, entry: Entry, planned: Planned) -> Mapping[str, Any]:
        state = MessageState.DROPPED if planned.reason else MessageState.PENDING
        return {
            "id": self._act.tools.new_id(),
            "event_number": event.number,
            "entry_id": entry.id,
            "call_id": planned.call,
            "kind": planned.kind.value,
            "language": planned.language.value,
            "state": state.value,
            "reason": planned.reason.value if planned.reason else None,
            "made_at": self._act.now,
            "sends_from": planned.sends_from,
            "sends_until": planned.sends_until,
            "ended_at": self._act.now if planned.reason else None,
            "due_at": self._machine,
            "attempts": 0,
        }


def _of_entries(calls: Iterable[Call]) -> Mapping[UUID, Sequence[Call]]:
    found = defaultdict[UUID, list[Call]](list)
    for call in calls:
        found[call.entry_id].append(call)
    return found
