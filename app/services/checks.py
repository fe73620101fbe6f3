"""Checks and holds: each authority's own word, in any order, taken once per source reference."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.amendment import Certificate, certified
from app.domain.errors import (
    CheckNotYoursError,
    EntryEndedError,
    EntryNotFoundError,
    FieldError,
    HoldLiftedError,
    HoldNotFoundError,
    HoldNotYoursError,
    RetryMismatchError,
)
from app.domain.required_checks import CheckKind, Stage
from app.domain.steps import ENDINGS, Step, step
from app.domain.vocabulary import State
from app.models import Check, Entry, Hold
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.assessment import driver_name_of, reassess
from app.services.contradictions import Contradictions
from app.services.sightings import moment
from app.services.views import needed_checks, passed
from app.services.waiting import WaitingLine, join_line

SOURCE = "/source_reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What an agency confirms; a certificate comes with plant quarantine only."""

    kind: CheckKind
    passed: bool
    occurred_at: datetime | None = None
    reason: str | None = None
    source_reference: str | None = None
    certificate: Certificate | None = None


class Checks:
    """Records checks and holds on one entry at a time."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._cases = Contradictions(uow)

    async def record(self, entry_id: UUID, report: CheckReport) -> Check:
        """Record a check, an observation that is never refused to the agency whose kind it is.

        Raises:
            EntryNotFoundError, CheckNotYoursError, RetryMismatchError, OccurredInFutureError,
            ReasonRequiredError.
        """
        self._ensure_own(report.kind)
        known = await self._known(entry_id, report)
        if known is not None:
            return known
        at = moment(self._act, report.occurred_at, report.reason)
        entry, line = await self._under_lock(entry_id)
        act = self._act
        check = Check(
            id=act.tools.new_id(),
            entry_id=entry.id,
            kind=report.kind.value,
            agency=act.principal.authority,
            result="passed" if report.passed else "failed",
            occurred_at=at.occurred_at,
            recorded_at=act.now,
            reason=report.reason,
            backfilled=at.backfilled,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=report.source_reference,
        )
        await self._except_early(entry, report)
        self._uow.add(check)
        await self._certify(entry, line, report.certificate)
        if not report.passed and report.kind in self._needed_before_release(entry):
            self._take_back(entry, line)
        certificate = report.certificate.status if report.certificate else None
        await self._finish(
            entry, line, "check.recorded", at.occurred_at,
            check=check.kind, result=check.result, certificate=certificate,
        )  # fmt: skip
        return check

    async def place_hold(self, entry_id: UUID, reason: str, source_reference: str | None) -> Hold:
        """Stop an entry, with a reason; it keeps ageing but is not called or released.

        Raises:
            EntryNotFoundError, EntryEndedError, RetryMismatchError.
        """
        if source_reference is not None:
            known = await self._uow.records.hold_by_source(
                self._act.principal.organisation_id, source_reference
            )
            if known is not None:
                return _same(known, entry_id)
        entry, line = await self._under_lock(entry_id)
        if State(entry.state) in ENDINGS:
            raise EntryEndedError(state=entry.state)
        hold = self._hold(entry, reason, source_reference)
        entry.held = True
        self._uow.add(hold)
        self._take_back(entry, line)
        await self._finish(
            entry, line, "hold.placed", None, hold=str(hold.id), authority=hold.authority
        )
        return hold

    async def lift_hold(self, entry_id: UUID, hold_id: UUID, reason: str) -> Hold:
        """Lift a hold of the same authority; the entry may be called once no hold is left.

        Raises:
            EntryNotFoundError, HoldNotFoundError, HoldNotYoursError, HoldLiftedError.
        """
        entry, line = await self._under_lock(entry_id)
        holds = await self._uow.records.holds([entry.id])
        hold = next((one for one in holds if one.id == hold_id), None)
        if hold is None:
            raise HoldNotFoundError
        self._ensure_liftable(hold)
        hold.lifted_at, hold.lifted_by, hold.lift_reason = (
            self._act.now,
            self._act.principal.id,
            reason,
        )
        entry.held = any(one.lifted_at is None for one in holds)
        await self._finish(
            entry, line, "hold.lifted", None, hold=str(hold.id), authority=hold.authority
        )
        return hold

    def _ensure_own(self, kind: CheckKind) -> None:
        principal = self._act.principal
        recorders = self._act.reference.required_checks.recorders_of(kind, self._act.day)
        if principal.authority not in {one.value for one in recorders}:
            raise CheckNotYoursError(check=kind.value, authority=principal.authority)

    def _ensure_liftable(self, hold: Hold) -> None:
        if hold.authority != self._act.principal.authority:
            raise HoldNotYoursError(authority=hold.authority)
        if hold.lifted_at is not None:
            raise HoldLiftedError

    async def _known(self, entry_id: UUID, report: CheckReport) -> Check | None:
        if report.source_reference is None:
            return None
        check = await self._uow.records.check_by_source(
            self._act.principal.organisation_id, report.source_reference
        )
        result = "passed" if report.passed else "failed"
        said = (entry_id, report.kind.value, result)
        if check is not None and (check.entry_id, check.kind, check.result) != said:
            raise RetryMismatchError(errors=(FieldError(SOURCE, RetryMismatchError.code),))
        return check

    async def _under_lock(self, entry_id: UUID) -> tuple[Entry, WaitingLine]:
        entry = await self._uow.entries.get(entry_id, self._act.principal)
        if entry is None:
            raise EntryNotFoundError
        self._act, entry, line = await join_line(self._uow, self._act, entry)
        return entry, line

    async def _except_early(self, entry: Entry, report: CheckReport) -> None:
        """Open an exception where a check came before those that must precede it."""
        done = passed(await self._uow.records.checks(entry.id))
        missing = self._act.reference.required_checks.missing_before(report.kind, done)
        if missing and report.passed:
            rule = "check-before-its-preconditions"
            self._cases.open(self._act, rule, entry, check=report.kind.value)
        if State(entry.state) in ENDINGS:
            self._cases.open(self._act, "observed-after-end", entry, check=report.kind.value)

    async def _certify(
        self, entry: Entry, line: WaitingLine, certificate: Certificate | None
    ) -> None:
        """Let quarantine's word on the certificate decide the lane: rejected ends it."""
        if certificate is None or State(entry.state) in ENDINGS:
            return
        entry.declared = certified(entry.declared, certificate)
        entry.version += 1
        assessed = reassess(self._act, entry, driver_name_of(self._act, entry))
        await line.follow(entry, assessed)

    def _needed_before_release(self, entry: Entry) -> Collection[CheckKind]:
        needed = needed_checks(self._act.reference, entry, self._act.day)
        return {*needed[Stage.ADMISSION], *needed[Stage.RELEASE]}

    def _take_back(self, entry: Entry, line: WaitingLine) -> None:
        """Take back a release that no longer rests on anything; it may be given anew."""
        if State(entry.state) is State.RELEASED:
            entry.state = step(State.RELEASED, Step.TAKE_BACK).value
            event = self._act.event("entry.release_taken_back", line.queue, entry.id)
            line.events.append(event)

    def _hold(self, entry: Entry, reason: str, source_reference: str | None) -> Hold:
        act = self._act
        return Hold(
            id=act.tools.new_id(),
            entry_id=entry.id,
            authority=act.principal.authority,
            reason=reason,
            placed_at=act.now,
            placed_by=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=source_reference,
        )

    async def _finish(
        self,
        entry: Entry,
        line: WaitingLine,
        kind: str,
        occurred_at: datetime | None,
        **data: Any,  # noqa: ANN401
    ) -> None:
        entry.changed_at = self._act.now
        await self._uow.flush()
        event = self._act.event(kind, line.queue, entry.id, occurred_at, **data)
        opened = self._cases.events(self._act, line.queue)
        await self._uow.records.insert_events([event, *line.events, *opened])


def _same(hold: Hold, entry_id: UUID) -> Hold:
    if hold.entry_id != entry_id:
        raise RetryMismatchError(errors=(FieldError(SOURCE, RetryMismatchError.code),))
    return hold
