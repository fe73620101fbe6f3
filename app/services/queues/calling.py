"""Calling: the next by the rule, under the lock, each call with everything that explains it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from app.domain.closures import Closure
from app.domain.deadlines import DeadlineKind, reminder_at
from app.domain.errors import (
    GateClosedError,
    GateNotFoundError,
    QueueCallsNobodyError,
    QueueNotFoundError,
)
from app.domain.policy import PolicyEdition
from app.domain.queue_order import (
    Bound,
    Choice,
    Waiting,
    bounds,
    change_rates,
    choose,
    points,
)
from app.domain.steps import Step, step
from app.domain.sub_queues import Barrier, SubQueue, sub_queues, unbarred
from app.domain.vocabulary import Lane, Queue, QueueMode, Role, State
from app.models import Call, Deadline, Entry, Hold
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.barriers import Barriers
from app.services.queues.closing import closure_of
from app.services.queues.deadlines import BATCH, Deadlines
from app.services.queues.waiting import WaitingLine, sub_queue_of, waiting

# More held entries than this before a chosen one are counted, not listed.
SKIPS_LISTED = 50
# Whose word the gates' calendars are.
POSTS_CLOSURES = Role.BOARD.value

Excluded = Sequence[tuple[Entry, Closure]]
Candidates = tuple[Excluded | None, Sequence[Entry]]
BarredEntry = tuple[Barrier, Entry]
Barred = list[BarredEntry]


@dataclass(frozen=True, slots=True)
class Called:
    """The calls made, in order; fewer than asked where nobody else may be called."""

    calls: Sequence[Call]
    entries: Mapping[Any, Entry]


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

    async def call_next(self, count: int) -> Called:
        """Call up to `count` vehicles, one after the other, each the one with the most points.

        Raises:
            GateNotFoundError, QueueNotFoundError, QueueCallsNobodyError, GateClosedError.
        """
        self._ensure_calls()
        await self._uow.queues.lock(self._queue, exclusive=True)
        self._act = self._act.not_before(await self._uow.queues.last_called_at(self._queue))
        line = WaitingLine(self._uow, self._act, self._queue)
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
        return Called(calls, entries)

    def _ensure_calls(self) -> None:
        if queue_at(self._act, self._queue) is not QueueMode.CALLED:
            raise QueueCallsNobodyError(gate=self._queue.gate)

    def _ensure_open(self) -> None:
        """Refuse calls while the gate is closed, but for the edition's lead before it opens."""
        act, clock = self._act, self._act.reference.clock(self._queue)
        if clock.is_open(act.now):
            return
        opens_at = clock.next_change(act.now)
        lead = timedelta(minutes=act.reference.policies.in_force(act.day).lead_minutes)
        if opens_at is None or opens_at - act.now > lead:
            opens = opens_at.isoformat() if opens_at else None
            raise GateClosedError(gate=self._queue.gate, opens_at=opens)

    async def _edition_in_force(self, line: WaitingLine) -> PolicyEdition:
        """Return today's edition; the first call under it recomputes all keys from the points."""
        kept = await line.edition()
        edition = self._act.reference.policies.in_force(self._act.day)
        if edition.code != kept.code:
            await self._rekey(line, kept, edition)
        return edition

    async def _rekey(self, line: WaitingLine, kept: PolicyEdition, edition: PolicyEdition) -> None:
        entries = await self._uow.entries.keyed(self._queue)
        self._catch_up(line, entries)
        for entry in entries:
            after = change_rates(waiting(entry), kept.rates, edition.rates, line.clock)
            entry.queue_key = after.key
        await self._uow.flush()
        await line.adopt(edition)

    def _catch_up(self, line: WaitingLine, entries: Iterable[Entry]) -> None:
        """Go on at a time when all that was done to these entries has happened.

        This act's own reading may be older: it was taken before the wait for the lock.
        """
        self._act = self._act.not_before(*(entry.changed_at for entry in entries))
        line.catch_up(self._act)

    async def _call_one(self, line: WaitingLine) -> tuple[Call, Entry] | None:
        excluded, candidates = await self._up_to_date(line)
        self._ensure_open()
        edition = await self._edition_in_force(line)
        chosen = await self._choose(candidates, line, edition, everybody=excluded is not None)
        if chosen is None:
            return None
        choice, entry, barred = chosen
        skips = await self._skips(choice, line, edition, excluded or ())
        skips += [{**_skip(one, line, edition), **barrier.document()} for barrier, one in barred]
        call = self._call(entry, choice, line, edition, skips)
        entry.state = step(State(entry.state), Step.CALL).value
        entry.awaits_place = not entry.inside
        entry.changed_at = self._act.now
        self._uow.add(call, *self._deadlines(call, edition))
        await self._uow.flush()
        return call, entry

    async def _choose(
        self,
        candidates: Sequence[Entry],
        line: WaitingLine,
        edition: PolicyEdition,
        *,
        everybody: bool,
    ) -> tuple[Choice, Entry, Barred] | None:
        """Return whom the rule chooses of those whom no barrier stops, and who was stopped.

        Of each barrier it is the one entry that would have been called. None where nobody is left.
        `everybody` tells that the candidates are all who may be compared, not heads.
        """
        barriers, barred = Barriers(self._uow, self._act, self._queue), list[BarredEntry]()
        while True:
            found = {entry.id: entry for entry in candidates}
            choice = choose(
                [waiting(entry) for entry in candidates], edition.rates, line.clock,
                strict=edition.strict,
            )  # fmt: skip
            if choice is None:
                return None
            entry = found[choice.first.id]
            barrier = await barriers.before(choice.first.sub_queue)
            if barrier is None:
                return choice, entry, barred
            barred.append((barrier, entry))
            free = self._unbarred([one for one, _ in barred])
            candidates = (
                [one for one in candidates if sub_queue_of(one) in free]
                if everybody
                else await self._uow.entries.heads(self._queue, free)
            )

    def _unbarred(self, barriers: Collection[Barrier]) -> Sequence[SubQueue]:
        routes = self._act.reference.gates[self._queue.gate].routes
        return unbarred(sub_queues(route.code for route in routes), barriers)

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
        """Return who is excluded by a closure of today, and who may be compared.

        On most days no closure excludes anybody (None), and one head per lane is everybody.
        """
        act, gate = self._act, self._act.reference.gates[self._queue.gate]
        if not any(closure.valid.covers(act.day) for closure in gate.closures):
            return None, await self._uow.entries.heads(self._queue)
        excluded: list[tuple[Entry, Closure]] = []
        callable_: list[Entry] = []
        for entry in await self._uow.entries.waiting(self._queue):
            closure = closure_of(act, entry)
            if closure is not None:
                excluded.append((entry, closure))
            elif not entry.held:
                callable_.append(entry)
        return excluded, callable_

    async def _skips(
        self,
        choice: Choice,
        line: WaitingLine,
        edition: PolicyEdition,
        excluded: Excluded,
    ) -> list[dict[str, Any]]:
        """Return who the rule would have called first but for a hold or a closure."""
        before = bounds(choice.first, edition.rates, line.clock, strict=edition.strict)
        held = await self._uow.entries.held_before(self._queue, before, SKIPS_LISTED)
        holds = await self._holds(held)
        skips = [
            {**_skip(entry, line, edition), **_why_held(holds.get(entry.id))} for entry in held
        ]
        skips += [
            {**_skip(entry, line, edition), **_why_closed(closure)}
            for entry, closure in excluded
            if not entry.held and _is_before(waiting(entry), before)
        ][:SKIPS_LISTED]
        return skips

    async def _holds(self, held: Sequence[Entry]) -> Mapping[Any, Hold]:
        if not held:
            return {}
        holds = await self._uow.records.holds([entry.id for entry in held])
        return {hold.entry_id: hold for hold in holds if hold.lifted_at is None}

    def _call(
        self,
        entry: Entry,
        choice: Choice,
        line: WaitingLine,
        edition: PolicyEdition,
        skips: list[dict[str, Any]],
    ) -> Call:
        act, begins = self._act, self._window_begins(line)
        heads = [self._head(head, edition, line) for head in _first_of_each_lane(choice)]
        line.events.append(
            act.event(
                "call.made", self._queue, entry.id,
                clock=line.clock, points=choice.points, policy=edition.code, heads=heads,
                skips=skips, call_number=entry.call_number,
            )
        )  # fmt: skip
        return Call(
            id=act.tools.new_id(),
            entry_id=entry.id,
            gate_code=self._queue.gate,
            direction=self._queue.direction.value,
            called_at=act.now,
            window_starts_at=begins,
            window_ends_at=begins + edition.window(self._location(entry)),
            call_number=entry.call_number,
            clock=line.clock,
            route_code=entry.route_code,
            lane=entry.lane,
            points=choice.points,
            open_wait=self._open_wait(choice.first.waits_from),
            policy_code=edition.code,
            heads=heads,
            skips=skips,
            called_by=act.principal.id,
        )

    def _head(self, head: Waiting, edition: PolicyEdition, line: WaitingLine) -> dict[str, Any]:
        """Return one of those who were compared, with all that the rule saw of it."""
        return {
            "entry": str(head.id),
            "lane": head.lane.value,
            "rate": edition.rates[head.lane],
            "points": points(head, edition.rates, line.clock),
            "waits_from": head.waits_from.isoformat(),
            "open_wait": self._open_wait(head.waits_from),
        }

    def _window_begins(self, line: WaitingLine) -> datetime:
        """Return from when a vehicle that is called now may come: not before the gate opens."""
        now = self._act.now
        opens_at = None if line.is_open else self._act.reference.clock(self._queue).next_change(now)
        return opens_at or now

    def _deadlines(self, call: Call, edition: PolicyEdition) -> list[Deadline]:
        """Return what becomes due of a call by itself: a reminder, and the end of its window."""
        starts_at, ends_at = call.window_starts_at or call.called_at, call.window_ends_at
        due = {
            DeadlineKind.REMINDER: reminder_at(starts_at, ends_at, edition.reminder_minutes),
            DeadlineKind.WINDOW_END: ends_at,
        }
        return [
            Deadline(
                id=self._act.tools.new_id(),
                gate_code=call.gate_code,
                direction=call.direction,
                kind=kind.value,
                entry_id=call.entry_id,
                call_id=call.id,
                due_at=due_at,
            )
            for kind, due_at in due.items()
            if due_at is not None
        ]

    def _open_wait(self, waits_from: datetime) -> int:
        return self._act.reference.clock(self._queue).seconds_between(waits_from, self._act.now)

    def _location(self, entry: Entry) -> str:
        """Return where the vehicle is summoned from; one between yards gets the longest window."""
        yard = self._act.reference.yards.get(entry.yard_code or "")
        return yard.location.value if yard else "outside-gate"


def _is_before(one: Waiting, before: Mapping[Lane, Bound]) -> bool:
    return one.lane in before and before[one.lane].covers(one)


def _first_of_each_lane(choice: Choice) -> list[Waiting]:
    """Return the heads that were compared: of many candidates, the first of each lane."""
    seen: dict[Lane, Waiting] = {}
    for head in choice.ranked:
        seen.setdefault(head.lane, head)
    return list(seen.values())


def _skip(entry: Entry, line: WaitingLine, edition: PolicyEdition) -> dict[str, Any]:
    """Return who would have been called."""
    return {
        "entry": str(entry.id),
        "call_number": entry.call_number,
        "lane": entry.lane,
        "points": points(waiting(entry), edition.rates, line.clock),
    }


def _why_held(hold: Hold | None) -> dict[str, Any]:
    """Return why not, and who said so; the words of a hold are for its parties only."""
    return {"reason": "held", "posted_by": hold.authority if hold else None, "cause": None}


def _why_closed(closure: Closure) -> dict[str, Any]:
    return {"reason": closure.kind.value, "posted_by": POSTS_CLOSURES, "cause": closure.reason}
