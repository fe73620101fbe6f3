"""Calling: the next by the rule, under the lock, each call with everything that explains it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.errors import (
    CallsPausedError,
    GateClosedError,
    GateNotFoundError,
    OverrideRefusedError,
    QueueCallsNobodyError,
    QueueNotFoundError,
)
from app.domain.notices import Notice
from app.domain.overrides import OverrideRefusal
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Choice, choose
from app.domain.steps import Step, step
from app.domain.sub_queues import Barrier, SubQueue, sub_queues, unbarred
from app.domain.vocabulary import Queue, QueueMode, State
from app.models import Call, Entry, Override
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.barriers import Barriers
from app.services.queues.closing import by_notice, excludes_some, exclusion_of
from app.services.queues.deadlines import BATCH, Deadlines
from app.services.queues.notice_limits import used_up
from app.services.queues.noticing import on_newest_notices
from app.services.queues.out_of_turn import OutOfTurn
from app.services.queues.skips import KeptBack, Skip, first_of, skip_of, skips_of
from app.services.queues.summons import Summons
from app.services.queues.waiting import WaitingLine, sub_queue_of, waiting

Candidates = tuple[KeptBack | None, Sequence[Entry]]
Barred = list[tuple[Entry, Barrier]]


@dataclass(frozen=True, slots=True)
class Called:
    """The calls made, in order; fewer than asked where nobody else may be called.

    `stopped` is then who would have been next, and by what, where a notice or closure is the cause.
    """

    calls: Sequence[Call]
    entries: Mapping[Any, Entry]
    stopped: Skip | None = None


def queue_at(today: Today, queue: Queue) -> QueueMode:
    """Return how a queue runs today.

    Raises:
        GateNotFoundError: there is no such gate.
        QueueNotFoundError: the gate has no queue in this direction, or no edition is in force.
    """
    if queue.gate not in today.reference.gates:
        raise GateNotFoundError(gate=queue.gate)
    mode = today.reference.mode(queue, today.day)
    if mode is None:
        raise QueueNotFoundError(gate=queue.gate, direction=queue.direction.value)
    return mode


class Calling:
    """Calls vehicles of one queue."""

    def __init__(self, uow: UnitOfWork, act: Act, queue: Queue) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._queue = queue
        self._done_by: datetime | None = None
        self._used_up: Sequence[Notice] = ()
        self._stopped: Skip | None = None

    async def begin(self) -> Act:
        """Take the queue's lock exclusively, and return the act, dated after the last call.

        Raises:
            GateNotFoundError, QueueNotFoundError, QueueCallsNobodyError.
        """
        self._ensure_calls()
        await self._uow.queues.lock(self._queue, exclusive=True)
        last_call, revision = await self._uow.queues.before_calling(self._queue)
        act = await on_newest_notices(self._uow, self._act, revision)
        self._act = act.not_before(last_call)
        return self._act

    async def call_next(self, count: int) -> Called:
        """Call up to `count` vehicles, one after the other, each the one with the most points.

        Raises:
            GateNotFoundError, QueueNotFoundError, QueueCallsNobodyError, GateClosedError,
            CallsPausedError.
        """
        line = WaitingLine(self._uow, await self.begin(), self._queue)
        calls: list[Call] = []
        entries: dict[Any, Entry] = {}
        for _ in range(count):
            called = await self._call_one(line)
            if called is None:
                break
            call, entry = called
            calls.append(call)
            entries[call.id] = entry
        if line.events:
            await self._uow.records.insert_events(line.events)
        return Called(calls, entries, self._stopped)

    async def call_out_of_turn(self, override: Override) -> Call:
        """Call the vehicle of an override that is complete; ask after `begin`.

        Raises:
            OverrideRefusedError: it may not be called now, or the rule calls it next.
            GateClosedError, CallsPausedError.
        """
        entry = (await self._uow.entries.locked_in_queue(override.entry_id)).entry
        self._act = self._act.not_before(entry.changed_at)
        line = WaitingLine(self._uow, self._act, self._queue)
        called = await self._call_one(line, OutOfTurn(override, entry))
        if called is None:
            reason = self._stopped["reason"] if self._stopped else OverrideRefusal.NOT_WAITING
            raise OverrideRefusedError.because(reason)
        await self._uow.records.insert_events(line.events)
        return called[0]

    def _ensure_calls(self) -> None:
        if queue_at(self._act, self._queue) is not QueueMode.CALLED:
            raise QueueCallsNobodyError(gate=self._queue.gate)

    def _ensure_open(self) -> None:
        """Refuse calls in a pause, and while the gate is closed but for the edition's lead."""
        act, clock = self._act, self._act.reference.clock(self._queue)
        pause = act.reference.notices.pause(self._queue, act.now)
        if pause is not None:
            ends_at = pause.ends_at
            until = ends_at.astimezone(act.reference.zone).isoformat() if ends_at else None
            raise CallsPausedError(
                gate=self._queue.gate, notice=str(pause.id), posted_by=pause.posted_by, until=until
            )
        if clock.is_open(act.now):
            return
        opens_at = clock.next_change(act.now)
        lead = timedelta(minutes=act.policy.lead_minutes)
        if opens_at is None or opens_at - act.now > lead:
            opens = opens_at.isoformat() if opens_at else None
            raise GateClosedError(gate=self._queue.gate, opens_at=opens)

    async def _has_changed_edition(self, line: WaitingLine) -> bool:
        """Go on under today's edition; its first call recomputes all keys from the points.

        Tell whether that was now: who stands first in which lane may be others then.
        """
        edition = self._act.policy
        if edition.code == (await line.edition()).code:
            return False
        entries = await self._uow.lines.keyed(self._queue)
        self._catch_up(line, entries)
        await line.adopt(edition, entries)
        return True

    def _catch_up(self, line: WaitingLine, entries: Iterable[Entry]) -> None:
        """Go on at a time when all that was done to these entries has happened.

        This act's own reading may be older: it was taken before the wait for the lock.
        """
        self._act = self._act.not_before(*(entry.changed_at for entry in entries))
        line.catch_up(self._act)

    async def _call_one(
        self, line: WaitingLine, instead: OutOfTurn | None = None
    ) -> tuple[Call, Entry] | None:
        excluded, candidates = await self._up_to_date(line)
        self._ensure_open()
        if await self._has_changed_edition(line):
            excluded, candidates = await self._candidates()
        edition = await line.edition()
        if instead is not None:
            await instead.ensure_callable(self._uow, self._act, line, excluded or ())
        everybody = excluded is not None
        chosen, barred = await self._choose(candidates, line, edition, everybody=everybody)
        if chosen is None:
            self._stop(line, first_of([*(excluded or ()), *barred], edition, line.clock))
            return None
        choice, entry = chosen
        full = next((one for one in self._used_up if not one.is_for_some), None)
        if full is not None:
            self._stop(line, skip_of(entry, by_notice(full), edition, line.clock))
            return None
        skips = await skips_of(self._uow, line, choice, edition, excluded or ())
        skips += [skip_of(one, barrier, edition, line.clock) for one, barrier in barred]
        if instead is not None:
            choice, entry = instead.instead_of(self._act, choice, line, edition), instead.entry
        summons = Summons(self._act, line, edition)
        call = summons.call(entry, choice, skips, instead.override.id if instead else None)
        entry.state = step(State(entry.state), Step.CALL).value
        entry.awaits_place = not entry.inside
        entry.changed_at = self._act.now
        self._uow.add(call, *summons.deadlines(call, entry))
        await self._uow.flush()
        return call, entry

    async def _choose(
        self,
        candidates: Sequence[Entry],
        line: WaitingLine,
        edition: PolicyEdition,
        *,
        everybody: bool,
    ) -> tuple[tuple[Choice, Entry] | None, Barred]:
        """Return whom the rule chooses of those whom no barrier stops, and who was stopped.

        Of each barrier it is the one entry that would have been called. None where nobody is left.
        `everybody` tells that the candidates are all who may be compared, not heads.
        """
        barriers, barred = Barriers(self._uow, self._act, self._queue), Barred()
        while True:
            found = {entry.id: entry for entry in candidates}
            choice = choose(
                [waiting(entry) for entry in candidates], edition.rates, line.clock,
                strict=edition.strict,
            )  # fmt: skip
            if choice is None:
                return None, barred
            entry = found[choice.first.id]
            barrier = await barriers.before(choice.first.sub_queue)
            if barrier is None:
                return (choice, entry), barred
            barred.append((entry, barrier))
            free = self._unbarred([one for _, one in barred])
            candidates = (
                [one for one in candidates if sub_queue_of(one) in free]
                if everybody
                else await self._uow.lines.heads(self._queue, free)
            )

    def _unbarred(self, barriers: Collection[Barrier]) -> Sequence[SubQueue]:
        routes = self._act.reference.gates[self._queue.gate].routes
        return unbarred(sub_queues(route.code for route in routes), barriers)

    def _stop(self, line: WaitingLine, skip: Skip | None) -> None:
        """Keep who would have been called, and tell it in the queue."""
        if skip is not None:
            self._stopped = skip
            told = {"clock": line.clock, **skip}
            line.events.append(self._act.event("calls.stopped", self._queue, None, None, **told))

    async def _up_to_date(self, line: WaitingLine) -> Candidates:
        """Return whom `_candidates` gives when everything that is due by now has been done."""
        while True:
            excluded, candidates = await self._candidates()
            self._catch_up(line, candidates)
            if self._act.now == self._done_by:
                return excluded, candidates
            self._done_by = self._act.now
            deadlines = Deadlines(self._uow, self._act, self._queue)
            done, events = await deadlines.do_moving()
            line.events += events
            if not done:
                return excluded, candidates
            # More may be due than is done at once.
            self._done_by = None if done == BATCH else self._done_by

    async def _candidates(self) -> Candidates:
        """Return who is excluded by a closure or a notice, and who may be compared.

        Mostly nothing excludes anybody (None), and one head per lane is everybody.
        """
        self._used_up = await used_up(self._uow, self._act, self._queue)
        for_some = [notice for notice in self._used_up if notice.is_for_some]
        if not for_some and not excludes_some(self._act, self._queue):
            return None, await self._uow.lines.heads(self._queue)
        excluded: KeptBack = []
        callable_: list[Entry] = []
        for entry in await self._uow.lines.waiting(self._queue):
            exclusion = exclusion_of(self._act, entry, for_some)
            if exclusion is not None:
                excluded.append((entry, exclusion))
            elif not entry.held:
                callable_.append(entry)
        return excluded, callable_
