"""Reading calls: what became of them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.domain.errors import CallNotFoundError
from app.domain.vocabulary import Queue
from app.models import Call, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.calling import queue_at


class Calls:
    """Gathers calls with the entries they called."""

    def __init__(self, uow: UnitOfWork, today: Today) -> None:
        """Ask within one transaction."""
        self._uow = uow
        self._today = today

    async def page(
        self, queue: Queue, after: Sequence[Any] | None, limit: int, *, awaited: bool = False
    ) -> Sequence[tuple[Call, Entry]]:
        """Return up to `limit` calls of a queue after a cursor, newest first.

        Where only the `awaited` are asked for, those that nothing has come of yet.

        Raises:
            GateNotFoundError, QueueNotFoundError.
        """
        queue_at(self._today, queue)
        return await self._uow.queues.page_of_calls(queue, after, limit, awaited=awaited)

    async def get(self, call_id: UUID) -> tuple[Call, Entry]:
        """Return a call.

        Raises:
            CallNotFoundError: there is none of that id.
        """
        call = await self._uow.queues.call(call_id)
        entry = await self._uow.entries.by_id(call.entry_id) if call else None
        if call is None or entry is None:
            raise CallNotFoundError
        return call, entry
