"""One plate, several companies: each is told that there is another one, none is told which."""

from collections.abc import Iterable, Mapping
from typing import Any

from app.domain.findings import warning
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.waiting import queue_of

CONTESTED = warning("plate-contested", "/vehicle/tractor_plate")


class Contests:
    """Marks the open entries that share a plate, and frees the last one of the mark."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    def mark(self, rivals: Iterable[Entry]) -> list[Mapping[str, Any]]:
        """Mark entries that were there before a rival; return the events of it."""
        return [self._set(rival, contested=True) for rival in rivals if not rival.contested]

    async def settle(self, ended: Entry) -> list[Mapping[str, Any]]:
        """Free the one entry that is left on the plate of one that has ended."""
        if not ended.contested or ended.tractor_plate is None:
            return []
        queue = queue_of(ended)
        everybody = await self._uow.entries.open_with_plate(ended.tractor_plate, queue.direction)
        left = [one for one in everybody if one.id != ended.id and one.organisation_id]
        return [self._set(one, contested=False) for one in left if len(left) == 1]

    def _set(self, entry: Entry, *, contested: bool) -> Mapping[str, Any]:
        others = [one for one in entry.findings if one["rule"] != CONTESTED.rule]
        entry.findings = [*others, CONTESTED.document()] if contested else others
        entry.contested = contested
        entry.changed_at = max(entry.changed_at, self._act.now)
        kind = "entry.contested" if contested else "entry.uncontested"
        return self._act.event(kind, queue_of(entry), entry.id)
