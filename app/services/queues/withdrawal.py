"""Taking back a call made by mistake: the vehicle waits on as if it had not been called."""

from uuid import UUID

from app.domain.errors import CallEndedError, CallNotFoundError
from app.domain.misses import CallOutcome
from app.domain.steps import Step
from app.domain.vocabulary import Direction, Queue
from app.models import Call, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.joining import join_line
from app.services.queues.waiting import queue_of


class Withdrawal:
    """Withdraws calls."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def withdraw(self, call_id: UUID, reason: str) -> tuple[Call, Entry]:
        """Put a called vehicle back in its place at no cost, with a reason; asked again it is done.

        Raises:
            CallNotFoundError: there is no such call.
            CallEndedError: it was answered or missed, or its vehicle's way has ended.
        """
        found = await self._uow.queues.call(call_id)
        entry = await self._uow.entries.by_id(found.entry_id) if found else None
        if found is None or entry is None:
            raise CallNotFoundError
        if queue_of(entry) != Queue(found.gate_code, Direction(found.direction)):
            return await self._done_before(call_id, entry)  # diverted: its call has ended
        # Nobody calls meanwhile: the vehicle is the next, or it is not.
        await self._uow.queues.lock(
            Queue(found.gate_code, Direction(found.direction)), exclusive=True
        )
        act, entry, line = await join_line(self._uow, self._act, entry)
        call = line.calls.get(entry.id)
        if call is None or call.id != call_id:
            return await self._done_before(call_id, entry)
        call.outcome, call.ended_at = CallOutcome.WITHDRAWN.value, act.now
        call.charge, call.withdrawn_by, call.withdrawal_reason = 0, act.principal.id, reason
        await line.put_back(entry, Step.WITHDRAW, "call.withdrawn", call=str(call.id))
        entry.changed_at = act.now
        await self._uow.flush()
        await self._uow.records.insert_events(line.events)
        return call, entry

    async def _done_before(self, call_id: UUID, entry: Entry) -> tuple[Call, Entry]:
        call = await self._uow.queues.call(call_id)
        if call is None or call.outcome != CallOutcome.WITHDRAWN:
            raise CallEndedError(outcome=call.outcome if call else None)
        return call, entry
