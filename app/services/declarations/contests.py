"""One plate, several companies: each is told that there is another one, none is told which."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.domain.findings import warning
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.waiting import queue_of

CONTESTED = warning("plate-contested", "/vehicle/tractor_plate")


class Contests:
    """Marks the open entries that share a plate, and frees the last one of the mark."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def rivals(self, others: Iterable[Entry]) -> list[Entry]:
        """Return those of other entries on a plate that are declared and open, as they are now.

        They are kept from other writers: one of them may be changing right now. Ask under the
        plate's lock, after any queue's and before taking or freeing a claim; whoever moves a rival
        has its row first and then waits for claims.
        """
        declared = sorted(one.id for one in others if one.organisation_id is not None)
        locked = [await self._uow.entries.locked(identity) for identity in declared]
        return [one for one in locked if one.ended_at is None]

    async def rivals_of(self, entry: Entry) -> list[Entry]:
        """Return the rivals of an entry that is about to end; ask as `rivals` says."""
        if not entry.contested or entry.tractor_plate is None:
            return []
        on_plate = await self._uow.entries.open_with_plate(
            entry.tractor_plate, queue_of(entry).direction
        )
        return await self.rivals(one for one in on_plate if one.id != entry.id)

    def mark(self, rivals: Iterable[Entry]) -> list[Mapping[str, Any]]:
        """Mark entries that were there before a rival; return the events of it."""
        return [self._set(rival, contested=True) for rival in rivals if not rival.contested]

    def settle(self, left: Sequence[Entry]) -> list[Mapping[str, Any]]:
        """Free the entry that is left alone on the plate of one that has ended."""
        return [self._set(one, contested=False) for one in left if len(left) == 1]

    def _set(self, entry: Entry, *, contested: bool) -> Mapping[str, Any]:
        others = [one for one in entry.findings if one["rule"] != CONTESTED.rule]
        entry.findings = [*others, CONTESTED.document()] if contested else others
        entry.contested = contested
        entry.changed_at = max(entry.changed_at, self._act.now)
        kind = "entry.contested" if contested else "entry.uncontested"
        return self._act.event(kind, queue_of(entry), entry.id)
