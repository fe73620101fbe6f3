"""Through the gate and out: observations that are taken, one permission that may be refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action, decide
from app.domain.errors import (
    BusyError,
    FieldError,
    ReasonRequiredError,
    ReleaseRefusedError,
    RetryMismatchError,
)
from app.domain.required_checks import Stage
from app.domain.steps import Observation as StepSeen
from app.domain.steps import Step, observed, step
from app.domain.vocabulary import State
from app.models import Entry, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.presence import doubt_presence, note_arrival
from app.services.crossing.release import missing_for_release, unpassed
from app.services.crossing.sightings import moment
from app.services.queues.company_limits import CompanyLimits
from app.services.queues.endings import Way
from app.services.queues.joining import join_line
from app.services.queues.waiting import WaitingLine, queue_of

EVENTS = {
    "admission": "entry.admitted",
    "exit": "entry.crossed",
    "acceptance": "entry.accepted",
    "refusal": "entry.turned_back",
}
STEPS_SEEN: Mapping[str, StepSeen] = {
    "admission": Step.ADMIT,
    "exit": Step.EXIT,
    "acceptance": Step.ACCEPT,
    "refusal": Step.TURN_BACK,
}
AT_GATE = frozenset({"admission", "exit"})
"""What is seen at the gate itself; where no arrival was recorded, this was it."""
MAY_END = frozenset({"exit", "refusal"})
CHECKS_BEFORE = {"admission": Stage.ADMISSION, "exit": Stage.EXIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """When something was seen, why it is told late or happened, under which own reference.

    The other side gives an acceptance a number of its own.
    """

    occurred_at: datetime | None = None
    reason: str | None = None
    source_reference: str | None = None
    number: str | None = None


class Passage:
    """Admission, release, exit, refusal, cancellation."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._cases = Contradictions(uow)

    async def observe(self, entry_id: UUID, kind: str, report: Report) -> Entry:
        """Record an `admission`, `exit`, `acceptance` or `refusal`; contradictions are noted.

        Raises:
            EntryNotFoundError, OccurredInFutureError, ReasonRequiredError.
        """
        seen_at = report.occurred_at if kind in AT_GATE else None
        entry, line = await self._under_lock(
            entry_id, Action.RECORD, may_end=kind in MAY_END, seen_at=seen_at
        )
        if await self._is_known(entry, kind, report):
            return entry
        at = moment(self._act, report.occurred_at, report.reason)
        seen = self._observation(entry, kind, report, at.occurred_at, backfilled=at.backfilled)
        self._uow.add(seen)
        await self._uow.flush()  # before the exceptions that refer to it
        before = State(entry.state)
        after = observed(before, STEPS_SEEN[kind])
        if after.exception is not None:
            self._cases.open(self._act, after.exception, entry, seen)
        if after.state is not before:
            await self._except_unfit(entry, kind, seen)
        await Way(self._uow, self._act).go_on(entry, line, after.state, why=kind)
        if kind in AT_GATE and entry.arrived_at is None:
            doubt_presence(self._cases, self._act, entry, seen)
            await note_arrival(self._uow, self._act, entry, line, at.occurred_at)
        event = self._act.event(
            EVENTS[kind], line.queue, entry.id, at.occurred_at,
            before=before, state=after.state, backfilled=at.backfilled, **_numbered(report),
        )  # fmt: skip
        await self._store(entry, line, event)
        return entry

    async def release(self, entry_id: UUID) -> Entry:
        """Let an entry leave: every check passed, no hold open, every due order paid.

        Raises:
            EntryNotFoundError, StepRefusedError.
            ReleaseRefusedError: its errors list everything that is missing.
        """
        entry, line = await self._under_lock(entry_id, Action.RECORD)
        if entry.state == State.RELEASED:
            return entry
        after = step(State(entry.state), Step.RELEASE)
        missing = await missing_for_release(self._uow, self._act, entry)
        if missing:
            raise ReleaseRefusedError(errors=missing, missing=len(missing))
        entry.state = after.value
        await self._store(entry, line, self._act.event("entry.released", line.queue, entry.id))
        return entry

    async def cancel(self, entry_id: UUID, reason: str | None) -> Entry:
        """End an entry: the company cancels before arrival, an officer revokes with a reason.

        Raises:
            EntryNotFoundError, StepRefusedError.
            ReasonRequiredError: an officer gave none.
        """
        entry, line = await self._under_lock(entry_id, Action.CANCEL, may_end=True)
        wanted, ending = self._ending_of(reason)
        if entry.state == ending:
            return entry
        after = step(State(entry.state), wanted)
        if wanted is Step.CANCEL:
            await self._count_late(entry, line)
        await Way(self._uow, self._act).go_on(entry, line, after, why=wanted.value)
        entry.end_reason = reason
        event = self._act.event(f"entry.{after.value}", line.queue, entry.id)
        await self._store(entry, line, event)
        return entry

    async def _count_late(self, entry: Entry, line: WaitingLine) -> None:
        """Count a cancellation after the call as a miss of the company, as the edition says."""
        call = line.calls.get(entry.id)
        edition = self._act.reference.policy_at(self._act.now)
        if call is not None and edition is not None and edition.cancelling_counts:
            limits = CompanyLimits(self._uow, self._act)
            line.events += await limits.strike(entry, call, self._act.now)

    def _ending_of(self, reason: str | None) -> tuple[Step, State]:
        if not decide(self._act.principal, Action.CANCEL):  # of its own alone
            return Step.CANCEL, State.CANCELLED
        if reason is None:
            raise ReasonRequiredError(errors=(FieldError("/reason", ReasonRequiredError.code),))
        return Step.REVOKE, State.REVOKED

    async def _under_lock(
        self,
        entry_id: UUID,
        action: Action,
        *,
        may_end: bool = False,
        seen_at: datetime | None = None,
    ) -> tuple[Entry, WaitingLine]:
        """Take the queue's lock and the entry; before them its plate's, which an ending frees."""
        entry = await reached(self._uow, self._act, entry_id, action)
        plate = entry.tractor_plate
        if may_end and plate is not None:
            await self._uow.entries.lock_plate(plate, queue_of(entry).direction)
        self._act, entry, line = await join_line(self._uow, self._act, entry, seen_at)
        if may_end and entry.tractor_plate != plate:
            raise BusyError  # substituted meanwhile: the lock is of another plate
        return entry, line

    async def _is_known(self, entry: Entry, kind: str, report: Report) -> bool:
        """Tell whether the same reporter told the same before; refuse what it told otherwise."""
        if report.source_reference is None:
            return False
        organisation = self._act.principal.organisation_id
        known = await self._uow.records.observation_by_source(organisation, report.source_reference)
        if known is not None and (known.entry_id, known.kind) != (entry.id, kind):
            error = FieldError("/source_reference", RetryMismatchError.code)
            raise RetryMismatchError(errors=(error,))
        return known is not None

    def _observation(
        self, entry: Entry, kind: str, report: Report, occurred_at: datetime, *, backfilled: bool
    ) -> Observation:
        act = self._act
        return Observation(
            id=act.tools.new_id(),
            kind=kind,
            entry_id=entry.id,
            gate_code=entry.gate_code,
            direction=entry.direction,
            occurred_at=occurred_at,
            recorded_at=act.now,
            reason=report.reason,
            backfilled=backfilled,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=report.source_reference,
            acceptance_number=report.number,
        )

    async def _except_unfit(self, entry: Entry, kind: str, seen: Observation) -> None:
        """Note an admission or exit under a hold, or without the checks needed before it."""
        stage = CHECKS_BEFORE.get(kind)
        if stage is None:
            return
        if entry.held:
            self._cases.open(self._act, f"{kind}-while-held", entry, seen)
        kinds = await unpassed(self._uow, self._act, entry, (stage,))
        if kinds:
            rule, checks = f"{kind}-without-checks", ",".join(kinds)
            self._cases.open(self._act, rule, entry, seen, checks=checks)

    async def _store(self, entry: Entry, line: WaitingLine, event: Mapping[str, Any]) -> None:
        act = self._act
        entry.changed_at = act.now
        await self._uow.flush()
        opened = self._cases.events(act, line.queue)
        await self._uow.records.insert_events([event, *line.events, *opened])


def _numbered(report: Report) -> Mapping[str, str]:
    return {"number": report.number} if report.number is not None else {}
