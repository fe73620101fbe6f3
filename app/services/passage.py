"""Through the gate and out: observations that are taken, one permission that may be refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.errors import EntryNotFoundError, FieldError, ReleaseRefusedError
from app.domain.required_checks import CheckKind, Stage
from app.domain.steps import ENDINGS, Step, observed, step
from app.domain.steps import Observation as StepSeen
from app.domain.vocabulary import Severity, State
from app.models import Entry, ExceptionCase, Observation
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.sightings import moment
from app.services.views import needed_checks, passed
from app.services.waiting import WaitingLine, join_line

EVENTS = {
    "admission": "entry.admitted",
    "exit": "entry.crossed",
    "refusal": "entry.turned_back",
}
STEPS_SEEN: Mapping[str, StepSeen] = {
    "admission": Step.ADMIT,
    "exit": Step.EXIT,
    "refusal": Step.TURN_BACK,
}
CHECKS_BEFORE = {"admission": Stage.ADMISSION, "exit": Stage.EXIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """When something was seen, why it is told late or happened, under which own reference."""

    occurred_at: datetime | None = None
    reason: str | None = None
    source_reference: str | None = None


class Passage:
    """Admission, release, exit, refusal, cancellation."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._opened: list[ExceptionCase] = []

    async def observe(self, entry_id: UUID, kind: str, report: Report) -> Entry:
        """Record an `admission`, an `exit` or a `refusal`; what contradicts the rules is noted.

        Raises:
            EntryNotFoundError, OccurredInFutureError, ReasonRequiredError.
        """
        entry, line = await self._under_lock(entry_id)
        if await self._is_known(report):
            return entry
        at = moment(self._act, report.occurred_at, report.reason)
        seen = self._observation(entry, kind, report, at.occurred_at, backfilled=at.backfilled)
        self._uow.add(seen)
        before = State(entry.state)
        after = observed(before, STEPS_SEEN[kind])
        if after.exception is not None:
            self._open(after.exception, entry, seen)
        await self._except_unchecked(entry, kind, seen)
        await self._move(entry, line, after.state, why=kind)
        event = self._act.event(
            EVENTS[kind], line.queue, entry.id, at.occurred_at,
            before=before, state=after.state, backfilled=at.backfilled,
        )  # fmt: skip
        await self._store(entry, line, event)
        return entry

    async def release(self, entry_id: UUID) -> Entry:
        """Let an entry leave: every check passed, no hold open, every due order paid.

        Raises:
            EntryNotFoundError, StepRefusedError.
            ReleaseRefusedError: its errors list everything that is missing.
        """
        entry, line = await self._under_lock(entry_id)
        if entry.state == State.RELEASED:
            return entry
        after = step(State(entry.state), Step.RELEASE)
        missing = await self._missing(entry)
        if missing:
            raise ReleaseRefusedError(errors=missing, missing=len(missing))
        entry.state = after.value
        await self._store(entry, line, self._act.event("entry.released", line.queue, entry.id))
        return entry

    async def cancel(self, entry_id: UUID, reason: str | None) -> Entry:
        """End an entry: the company cancels before arrival, an officer revokes with a reason.

        Raises:
            EntryNotFoundError, StepRefusedError.
        """
        entry, line = await self._under_lock(entry_id)
        own = not self._act.principal.sees_all
        wanted, ending = (Step.CANCEL, State.CANCELLED) if own else (Step.REVOKE, State.REVOKED)
        if entry.state == ending:
            return entry
        after = step(State(entry.state), wanted)
        await self._move(entry, line, after, why=wanted.value)
        kind = f"entry.{after.value}"
        event = self._act.event(kind, line.queue, entry.id, has_reason=bool(reason))
        await self._store(entry, line, event)
        return entry

    async def _under_lock(self, entry_id: UUID) -> tuple[Entry, WaitingLine]:
        entry = await self._uow.entries.get(entry_id, self._act.principal)
        if entry is None:
            raise EntryNotFoundError
        self._act, entry, line = await join_line(self._uow, self._act, entry)
        return entry, line

    async def _is_known(self, report: Report) -> bool:
        if report.source_reference is None:
            return False
        organisation = self._act.principal.organisation_id
        known = await self._uow.records.observation_by_source(organisation, report.source_reference)
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
        )

    async def _except_unchecked(self, entry: Entry, kind: str, seen: Observation) -> None:
        """Note an admission or exit without the checks that are needed before it."""
        stage = CHECKS_BEFORE.get(kind)
        if stage is None or State(entry.state) in ENDINGS:
            return
        unpassed = await self._unpassed(entry, (stage,))
        if unpassed:
            self._open(f"{kind}-without-checks", entry, seen, checks=",".join(unpassed))

    async def _unpassed(self, entry: Entry, stages: Sequence[Stage]) -> list[CheckKind]:
        needed = needed_checks(self._act.reference, entry, self._act.day)
        done = passed(await self._uow.records.checks(entry.id))
        return [kind for stage in stages for kind in needed[stage] if kind not in done]

    async def _missing(self, entry: Entry) -> list[FieldError]:
        """Return everything that stops a release, by the codes of the catalogue's sentences."""
        recorders = {row.kind: row.recorders[0] for row in self._act.reference.required_checks.rows}
        unpassed = await self._unpassed(entry, (Stage.ADMISSION, Stage.RELEASE))
        holds = await self._uow.records.holds([entry.id])
        orders = await self._uow.money.orders(entry.id)
        return [
            *(FieldError("/checks", kind.value, recorders[kind].value) for kind in unpassed),
            *(
                FieldError("/holds", "hold-open", hold.authority)
                for hold in holds
                if hold.lifted_at is None
            ),
            *(
                FieldError("/orders", "order-unpaid", order.code)
                for order in orders
                if order.state == "due"
            ),
            *(
                FieldError(finding["pointer"], finding["rule"], finding["value"])
                for finding in entry.findings
                if finding["severity"] == Severity.BLOCKING
            ),
        ]

    async def _move(self, entry: Entry, line: WaitingLine, after: State, *, why: str) -> None:
        """Set the state; who is in the gate or has ended waits no more, endings free the plate."""
        waits = entry.queue_key is not None and after not in {State.QUEUED, State.CALLED}
        if waits:
            await line.leave(entry, why=why)
        entry.state = after.value
        if after in ENDINGS and entry.ended_at is None:
            entry.ended_at = self._act.now
            entry.in_position = False
            await self._uow.entries.release_claims(entry.id)
            if entry.arrived_at is None:  # the fee is for using the gate
                await self._uow.money.cancel_due(entry.id)

    async def _store(self, entry: Entry, line: WaitingLine, event: Mapping[str, Any]) -> None:
        entry.changed_at = self._act.now
        await self._uow.flush()
        opened = [
            self._act.event("exception.opened", line.queue, entry.id, rule=case.rule)
            for case in self._opened
        ]
        await self._uow.records.insert_events([event, *line.events, *opened])

    def _open(self, rule: str, entry: Entry, seen: Observation, **facts: str) -> None:
        case = ExceptionCase(
            id=self._act.tools.new_id(),
            entry_id=entry.id,
            observation_id=seen.id,
            rule=str(rule),
            facts=facts,
            opened_at=self._act.now,
            opened_by=self._act.principal.id,
        )
        self._opened.append(case)
        self._uow.add(case)
