"""What becomes due by itself, done once and dated at the instant at which it was due.

A worker does it, and so does whoever comes first to what it changes: a call is made, and an entry
is acted on, after everything that was due by then. So the order of events is the order of instants,
however late a worker is, and a window ends at its end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.deadlines import MOVING, DeadlineKind
from app.domain.errors import BusyError
from app.domain.misses import (
    Fault,
    FaultKind,
    Miss,
    Trouble,
    Window,
    closed_parts,
    faults,
    judge_miss,
    noticed_parts,
    overrun,
)
from app.domain.steps import Step
from app.domain.vocabulary import Lane, Queue, State
from app.models import Call, Deadline, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.queues.closing import is_about
from app.services.queues.company_limits import CompanyLimits
from app.services.queues.endings import Way
from app.services.queues.expiry import Expiry
from app.services.queues.stay_limits import warn_of_stay
from app.services.queues.waiting import WaitingLine, queue_of

BATCH = 50


class Deadlines:
    """Does what is due in one queue, whose lock the caller holds."""

    def __init__(self, uow: UnitOfWork, act: Act, queue: Queue) -> None:
        """Work within one transaction; what is due happens at its own instant, not at the act's."""
        self._uow = uow
        self._act = act
        self._queue = queue

    async def do_all(self) -> int:
        """Do up to `BATCH` things that are due by now, and tell how many were done.

        Then let begin to wait for whom the limit of their company has room again, and end who was
        never ready in time.
        """
        due = await self._uow.deadlines.due(self._queue, self._act.now, tuple(DeadlineKind), BATCH)
        done, events = await self._do(due)
        let_in, more = await self._let_in()
        expired, last = await Expiry(self._uow, self._act).expire(self._queue, BATCH)
        await self._uow.records.insert_events([*events, *more, *last])
        return done + let_in + expired

    async def do_moving(self) -> tuple[int, list[Mapping[str, Any]]]:
        """Do up to `BATCH` things that are due by now and may change who is next.

        Tell how many were done, and give the events of it, which the caller stores.
        """
        due = await self._uow.deadlines.due(self._queue, self._act.now, MOVING, BATCH)
        return await self._do(due)

    async def do_those_of(self, entry: Entry, until: datetime) -> None:
        """Do what was due for an entry, which the caller has locked, by an instant.

        Raises:
            BusyError: the entry is to end, and its plate is being registered at this moment.
        """
        due = await self._uow.deadlines.due_of(entry.id, until, MOVING)
        done, events = await self._do(due)
        if done < len(due):
            raise BusyError
        await self._uow.records.insert_events(events)

    async def _do(self, due: Iterable[Deadline]) -> tuple[int, list[Mapping[str, Any]]]:
        done, events = 0, list[Mapping[str, Any]]()
        for deadline in due:
            told = await self._happen(deadline)
            if told is not None:
                deadline.done_at = self._act.now
                done += 1
                events += told
            await self._uow.flush()
        return done, events

    async def _let_in(self) -> tuple[int, list[Mapping[str, Any]]]:
        """Give places that became free among a limited company's to its next, dated now."""
        kept_out = await self._uow.strikes.kept_out(self._queue)
        if not kept_out:
            return 0, []
        service = await self._uow.access.service()
        last_call = await self._uow.queues.last_called_at(self._queue)
        act = replace(self._act, principal=service).not_before(last_call)
        line = WaitingLine(self._uow, act, self._queue)
        done = 0
        for entry_id in kept_out:
            entry = await self._uow.entries.locked(entry_id)
            await line.begin(entry)
            if entry.state == State.QUEUED:
                entry.changed_at = max(entry.changed_at, act.now)
                done += 1
            await self._uow.flush()
        return done, line.events

    async def _happen(self, deadline: Deadline) -> list[Mapping[str, Any]] | None:
        """Do one thing and return its events; None where it must wait for a plate's lock."""
        entry = await self._uow.entries.locked(deadline.entry_id)
        service = await self._uow.access.service()
        last_call = await self._uow.queues.last_called_at(queue_of(entry))
        act = replace(self._act, now=deadline.due_at, principal=service).not_before(last_call)
        line = WaitingLine(self._uow, act, queue_of(entry))
        done = True
        if deadline.kind == DeadlineKind.STAY_LIMIT:
            warn_of_stay(self._uow, act, entry, line)
        elif deadline.call_id is None:
            done = await self._resume(entry, line, deadline)
        else:
            call = await self._uow.queues.call(deadline.call_id)
            happen = self._remind if deadline.kind == DeadlineKind.REMINDER else self._end_window
            done = call is None or await happen(entry, call, line, act)
        return [{**event, "recorded_at": self._act.now} for event in line.events] if done else None

    async def _remind(self, entry: Entry, call: Call, line: WaitingLine, act: Act) -> bool:
        if call.outcome is None and call.window_ends_at > self._act.now:
            until = call.window_ends_at.isoformat()
            event = act.event(
                "call.reminded", line.queue, entry.id, call=str(call.id), window_ends_at=until
            )
            line.events.append(event)
        return True

    async def _resume(self, entry: Entry, line: WaitingLine, deadline: Deadline) -> bool:
        """Let an entry wait whose deferral is over, or the limit that kept it out."""
        is_deferral = deadline.kind == DeadlineKind.DEFERRAL_END
        until = entry.deferred_until if is_deferral else entry.limited_until
        if until is not None and until <= deadline.due_at:
            if is_deferral:
                entry.deferred_until, entry.left_line_at = None, until
            entry.changed_at = max(entry.changed_at, self._act.now)
            await line.begin(entry)
        return True

    async def _end_window(self, entry: Entry, call: Call, line: WaitingLine, act: Act) -> bool:
        """Let a call that nobody followed count or not; what was answered or withdrawn is over."""
        if call.outcome is not None:
            return True
        miss = await self._judge(entry, call, line)
        way = Way(self._uow, act)
        if miss.ending is not None and not await way.may_free_plate(entry):
            return False
        call.outcome, call.ended_at = miss.outcome.value, call.window_ends_at
        call.miss_number, call.charge = miss.number, miss.charge
        call.faults = [fault_document(fault) for fault in miss.faults]
        entry.changed_at = max(entry.changed_at, self._act.now)
        if miss.number is not None:
            line.events += await CompanyLimits(self._uow, act).strike(
                entry, call, call.window_ends_at
            )
        if miss.ending is None:
            await self._put_back(entry, call, miss, line)
            return True
        await way.go_on(entry, line, miss.ending, why=miss.ending.value)
        line.events.append(
            act.event("entry.no_show", line.queue, entry.id, call=str(call.id), number=miss.number)
        )
        return True

    async def _judge(self, entry: Entry, call: Call, line: WaitingLine) -> Miss:
        edition = self._act.reference.policy_codes[call.policy_code]
        window = Window(call.window_starts_at or call.called_at, call.window_ends_at)
        found = faults(window, await self._troubles(entry, window, line.queue), edition.uncounted)
        before = await self._uow.queues.count_misses(entry.id)
        rates = (await line.edition()).rates
        return judge_miss(edition, found, before, rates[Lane(entry.lane)])

    async def _troubles(self, entry: Entry, window: Window, queue: Queue) -> list[Trouble]:
        """Return what stood in a vehicle's way, as it is stored, whoever looks and when."""
        reference = self._act.reference
        holds = await self._uow.records.holds([entry.id])
        return [
            *noticed_parts(reference.notices.of(queue), lambda notice: is_about(notice, entry)),
            *closed_parts(window, reference.clock_of_closures(queue)),
            *(
                Trouble(FaultKind.AUTHORITY_HOLD, hold.placed_at, hold.lifted_at, hold.authority)
                for hold in holds
            ),
            *overrun(window, await self._uow.deadlines.traffic(queue, window)),
        ]

    async def _put_back(self, entry: Entry, call: Call, miss: Miss, line: WaitingLine) -> None:
        kind = "call.excused" if miss.faults else "call.missed"
        await line.put_back(
            entry, Step.MISS, kind, miss.charge,
            call=str(call.id), number=miss.number, faults=[fault.kind for fault in miss.faults],
        )  # fmt: skip


def fault_document(fault: Fault) -> dict[str, Any]:
    """Return a fault as it is stored with its call."""
    return {
        "code": fault.kind.value,
        "from": fault.starts_at.isoformat(),
        "until": fault.ends_at.isoformat(),
        "by": fault.by,
    }
