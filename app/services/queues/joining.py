"""Before anything is done with entries: their queues' locks, the rows as they are, nothing due."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from app.domain.errors import BusyError
from app.domain.vocabulary import State
from app.models import Call, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.deadlines import Deadlines
from app.services.queues.noticing import on_newest_notices
from app.services.queues.waiting import WaitingLine, queue_of


async def join_line(
    uow: UnitOfWork, act: Act, found: Entry, seen_at: datetime | None = None
) -> tuple[Act, Entry, WaitingLine]:
    """Take the lock of an entry's queue, then the entry as it is now, kept from other writers.

    Give the act back dated no earlier than the entry's last change and the queue's last call, which
    may have happened while it waited for the lock. What was due for the entry is done first,
    however late a worker is; of a vehicle seen at the gate at `seen_at`, what was due by then.

    Raises:
        BusyError: the entry's time is over, and its plate is being registered at this moment; or it
            was diverted meanwhile, and the lock is of the queue it has left.
    """
    queue = queue_of(found)
    await uow.queues.lock(queue)
    entry, called_at, revision = await uow.entries.locked_in_queue(found.id)
    if queue_of(entry) != queue:
        raise BusyError
    act = await on_newest_notices(uow, act, revision)
    act = act.not_before(entry.changed_at, called_at)
    line = WaitingLine(uow, act, queue)
    await _keep_up(uow, act, entry, line, seen_at)
    return act, entry, line


async def join_lines(
    uow: UnitOfWork, act: Act, found: Iterable[Entry]
) -> tuple[Act, Mapping[UUID, tuple[Entry, WaitingLine]]]:
    """Do for many entries what `join_line` does for one: queues in key order, entries by id.

    Raises:
        BusyError: as `join_line`.
    """
    found = list(found)
    queues = sorted({queue_of(entry) for entry in found})
    for queue in queues:
        await uow.queues.lock(queue)
    locked = await uow.entries.all_locked_in_queue([entry.id for entry in found]) if found else []
    if any(queue_of(one.entry) not in queues for one in locked):
        raise BusyError
    for one in locked[:1]:
        act = await on_newest_notices(uow, act, one.revision)
    act = act.not_before(*(at for one in locked for at in (one.entry.changed_at, one.called_at)))
    lines = {queue: WaitingLine(uow, act, queue) for queue in queues}
    entries = [one.entry for one in locked]
    for entry in entries:
        await _keep_up(uow, act, entry, lines[queue_of(entry)])
    return act, {entry.id: (entry, lines[queue_of(entry)]) for entry in entries}


async def _keep_up(
    uow: UnitOfWork, act: Act, entry: Entry, line: WaitingLine, seen_at: datetime | None = None
) -> None:
    """Do what was due for an entry, and let its line know the call that it may still follow."""
    call = await uow.queues.open_call(entry.id) if entry.state == State.CALLED else None
    until = act.now if seen_at is None else min(seen_at, act.now)
    if _is_overdue(entry, call, until):
        await Deadlines(uow, act, line.queue).do_those_of(entry, until)
    elif call is not None:
        line.calls[entry.id] = call


def _is_overdue(entry: Entry, call: Call | None, until: datetime) -> bool:
    waited_for = (entry.deferred_until, entry.limited_until)
    due = (call.window_ends_at,) if call else tuple(filter(None, waited_for))
    return any(at <= until for at in due)
