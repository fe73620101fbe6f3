"""Checks: each authority's own word, in any order, taken once per source reference.

Many entries at once are one act: queues are locked in the order of their keys, entries in the order
of their ids, and each row has an outcome of its own.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.amendment import Certificate, certified
from app.domain.authorisation import Action
from app.domain.errors import (
    CheckNotNeededError,
    CheckNotYoursError,
    DomainError,
    EntryEndedError,
    EntryNotFoundError,
    FieldError,
    OccurredInFutureError,
    ReasonRequiredError,
    RetryMismatchError,
    WaiverNotYoursError,
)
from app.domain.powers import may_waive
from app.domain.required_checks import CheckKind, CheckResult, makes_needed, needed
from app.domain.steps import ENDINGS
from app.domain.transshipment import NOT_ENTERED
from app.domain.vocabulary import State
from app.models import Check, CheckRequest, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached_all
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.release import lacks_receiver, needed_before_release, take_back
from app.services.crossing.sightings import Moment, moment
from app.services.declarations.assessment import driver_name_of, reassess
from app.services.declarations.views import facts_of, passed
from app.services.queues.joining import join_lines
from app.services.queues.waiting import WaitingLine

SOURCE = "/source_reference"
REFUSALS = (
    CheckNotYoursError,
    EntryNotFoundError,
    OccurredInFutureError,
    ReasonRequiredError,
    RetryMismatchError,
)
"""Why a row alone is not taken; all are asked before anything changes."""
RESULTS = {True: CheckResult.PASSED, False: CheckResult.FAILED}


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckReport:
    """What an agency confirms; a certificate comes with plant quarantine only."""

    kind: CheckKind
    passed: bool
    occurred_at: datetime | None = None
    reason: str | None = None
    source_reference: str | None = None
    certificate: Certificate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word without a result: that a kind of check is asked for, or is not; with its reason."""

    kind: CheckKind
    reason: str
    source_reference: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row: the check, or why there is none."""

    check: Check | None = None
    refusal: DomainError | None = None


class Checks:
    """Records what authorities say of kinds of check."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._entries: Mapping[UUID, tuple[Entry, WaitingLine]] = {}
        self._said: Mapping[UUID, list[Check]] = {}
        self._known: dict[str, Check] = {}
        self._events: list[Mapping[str, Any]] = []
        self._answered: list[tuple[UUID, str]] = []

    async def record(self, entry_id: UUID, report: CheckReport) -> Check:
        """Record a check, an observation that is never refused to the agency whose kind it is.

        Raises:
            EntryNotFoundError, CheckNotYoursError, RetryMismatchError, OccurredInFutureError,
            ReasonRequiredError.
        """
        self._ensure_own(report.kind)
        await self._load([entry_id], [report.source_reference])
        check = await self._take(entry_id, report)
        await self._store()
        return check

    async def record_all(self, rows: Sequence[tuple[UUID, CheckReport]]) -> Sequence[Outcome]:
        """Record many checks and return what became of each; a bad row spoils no good one."""
        await self._load([entry for entry, _ in rows], [row.source_reference for _, row in rows])
        outcomes: dict[int, Outcome] = {}
        # In the order of queues and entries, in which everybody takes numbers and places.
        for index in sorted(range(len(rows)), key=lambda index: self._order(rows[index][0])):
            try:
                outcomes[index] = Outcome(check=await self._take(*rows[index]))
            except REFUSALS as refusal:
                outcomes[index] = Outcome(refusal=refusal)
        await self._store()
        return [outcomes[index] for index in range(len(rows))]

    async def request(self, entry_id: UUID, word: Word) -> Check:
        """Ask for a kind of check, which the entry then needs, again where it had passed.

        Raises:
            EntryNotFoundError, EntryEndedError, RetryMismatchError.
            CheckNotNeededError: no row makes the kind needed by this entry, even if requested.
        """
        await self._load([entry_id], [word.source_reference])
        entry, line = self._found(entry_id)
        known = self._same(entry_id, word.kind, CheckResult.REQUESTED, word.source_reference)
        if known is not None:
            return known
        self._ensure_open(entry)
        facts = facts_of(self._act.reference, entry, self._said[entry.id])
        if not makes_needed(word.kind, facts, self._act.reference.required_checks, self._act.day):
            raise CheckNotNeededError(check=word.kind.value)
        check = self._say(entry, word, CheckResult.REQUESTED)
        await self._uow.flush()
        request = CheckRequest(
            check_id=check.id, entry_id=entry.id, kind=check.kind, requested_at=self._act.now
        )
        self._uow.add(request)
        self._undo_release(entry, line, word.kind)
        self._tell("check.requested", entry, line, check)
        await self._store()
        return check

    async def waive(self, entry_id: UUID, word: Word) -> Check:
        """Say that an entry goes on without a kind of check; a later result counts again.

        Raises:
            WaiverNotYoursError, EntryNotFoundError, EntryEndedError, RetryMismatchError.
            CheckNotNeededError: the entry does not need the kind.
        """
        act = self._act
        if not may_waive(act.principal, word.kind, act.reference.required_checks, act.day):
            raise WaiverNotYoursError(check=word.kind.value)
        await self._load([entry_id], [word.source_reference])
        entry, line = self._found(entry_id)
        known = self._same(entry_id, word.kind, CheckResult.WAIVED, word.source_reference)
        if known is not None:
            return known
        self._ensure_open(entry)
        if not self._is_needed(entry, word.kind):
            raise CheckNotNeededError(check=word.kind.value)
        check = self._say(entry, word, CheckResult.WAIVED)
        self._tell("check.waived", entry, line, check)
        await self._store()
        return check

    async def open_requests(
        self, kind: CheckKind | None, gate: str | None, after: Sequence[Any] | None, limit: int
    ) -> Sequence[tuple[Check, Entry]]:
        """Return up to `limit` requests that nobody has answered, with their entries.

        Of one kind; else of those the principal records, or all where it records none.
        """
        rules, day = self._act.reference.required_checks, self._act.day
        own = [
            one
            for one in CheckKind
            if self._act.principal.authority in {by.value for by in rules.recorders_of(one, day)}
        ]
        kinds = [kind] if kind else own or list(CheckKind)
        return await self._uow.records.open_requests(kinds, gate, after, limit)

    # --- load --------------------------------------------------------------------------------

    async def _load(self, entry_ids: Sequence[UUID], sources: Sequence[str | None]) -> None:
        """Take the locks of the entries that are there, then read what was said of them."""
        found = await reached_all(self._uow, self._act, set(entry_ids), Action.RECORD)
        self._act, self._entries = await join_lines(self._uow, self._act, found)
        self._said = defaultdict(list)
        for check in await self._uow.records.checks_of(list(self._entries)):
            self._said[check.entry_id].append(check)
        named = [source for source in sources if source is not None]
        if named:
            organisation = self._act.principal.organisation_id
            known = await self._uow.records.checks_by_source(organisation, named)
            self._known = {str(check.source_reference): check for check in known}

    def _order(self, entry_id: UUID) -> tuple[str, str, UUID]:
        found = self._entries.get(entry_id)
        queue = found[1].queue if found else ("", "")
        return (*queue, entry_id)

    def _found(self, entry_id: UUID) -> tuple[Entry, WaitingLine]:
        if entry_id not in self._entries:
            raise EntryNotFoundError
        return self._entries[entry_id]

    # --- decide ------------------------------------------------------------------------------

    def _ensure_own(self, kind: CheckKind) -> None:
        principal = self._act.principal
        recorders = self._act.reference.required_checks.recorders_of(kind, self._act.day)
        if principal.authority not in {one.value for one in recorders}:
            raise CheckNotYoursError(check=kind.value, authority=principal.authority)

    def _ensure_open(self, entry: Entry) -> None:
        if State(entry.state) in ENDINGS:
            raise EntryEndedError(state=entry.state)

    def _same(
        self, entry_id: UUID, kind: CheckKind, result: CheckResult, source: str | None
    ) -> Check | None:
        """Return what the same organisation said before under its reference."""
        check = self._known.get(source) if source is not None else None
        said = (entry_id, kind.value, result.value)
        if check is not None and (check.entry_id, check.kind, check.result) != said:
            raise RetryMismatchError(errors=(FieldError(SOURCE, RetryMismatchError.code),))
        return check

    def _is_needed(self, entry: Entry, kind: CheckKind) -> bool:
        """Tell whether an entry needs a kind before any stage."""
        rules, day = self._act.reference.required_checks, self._act.day
        facts = facts_of(self._act.reference, entry, self._said[entry.id])
        return any(kind in kinds for kinds in needed(facts, rules, day).values())

    async def _take(self, entry_id: UUID, report: CheckReport) -> Check:
        """Note one check; everything that may refuse it is asked before anything changes."""
        self._ensure_own(report.kind)
        entry, line = self._found(entry_id)
        result = RESULTS[report.passed]
        known = self._same(entry_id, report.kind, result, report.source_reference)
        if known is not None:
            return known
        at = moment(self._act, report.occurred_at, report.reason)
        cases = await self._contradictions(entry, report)
        check = self._say(entry, report, result, at)
        await self._certify(entry, line, report.certificate)
        if not report.passed:
            self._undo_release(entry, line, report.kind)
        certificate = report.certificate.status if report.certificate else None
        self._tell("check.recorded", entry, line, check, certificate=certificate)
        self._events += cases.events(self._act, line.queue)
        return check

    async def _contradictions(self, entry: Entry, report: CheckReport) -> Contradictions:
        """Open an exception where a check came before those that must precede it."""
        cases = Contradictions(self._uow)
        done = passed(self._said[entry.id])
        rules = self._act.reference.required_checks
        missing = [kind.value for kind in rules.missing_before(report.kind, done)]
        moves = report.kind is CheckKind.TRANSSHIPMENT and report.passed
        if moves and await lacks_receiver(self._uow, entry):
            missing.append(NOT_ENTERED)
        if missing and report.passed:
            rule = "check-before-its-preconditions"
            facts = {"check": report.kind.value, "missing": ", ".join(missing)}
            cases.open(self._act, rule, entry, None, **facts)
        if State(entry.state) in ENDINGS:
            cases.open(self._act, "observed-after-end", entry, check=report.kind.value)
        return cases

    def _undo_release(self, entry: Entry, line: WaitingLine, kind: CheckKind) -> None:
        if kind in needed_before_release(self._act, entry, self._said[entry.id]):
            take_back(self._act, entry, line)

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

    # --- store -------------------------------------------------------------------------------

    def _say(
        self,
        entry: Entry,
        word: CheckReport | Word,
        result: CheckResult,
        at: Moment | None = None,
    ) -> Check:
        """Keep a word on a kind of check; where it is the newest it answers requests before it."""
        act = self._act
        check = Check(
            id=act.tools.new_id(),
            entry_id=entry.id,
            kind=word.kind.value,
            agency=act.principal.authority,
            result=result.value,
            occurred_at=at.occurred_at if at else act.now,
            recorded_at=act.now,
            reason=word.reason,
            backfilled=at.backfilled if at else False,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=word.source_reference,
        )
        self._uow.add(check)
        said = self._said[entry.id]
        said.append(check)
        said.sort(key=lambda one: (one.occurred_at, one.recorded_at, one.id))
        of_kind = [one.result for one in said if one.kind == check.kind]
        if CheckResult.REQUESTED in of_kind and of_kind[-1] != CheckResult.REQUESTED:
            self._answered.append((entry.id, check.kind))
        if word.source_reference is not None:
            self._known[word.source_reference] = check
        return check

    def _tell(
        self,
        kind: str,
        entry: Entry,
        line: WaitingLine,
        check: Check,
        **data: str | None,
    ) -> None:
        """Collect the event of a word, and after it those of what followed."""
        entry.changed_at = self._act.now
        said = {"check": check.kind, "result": check.result, **data}
        event = self._act.event(kind, line.queue, entry.id, check.occurred_at, **said)
        self._events += [event, *line.events]
        line.events.clear()

    async def _store(self) -> None:
        await self._uow.flush()
        if self._answered:
            await self._uow.records.drop_answered(self._answered)
        await self._uow.records.insert_events(self._events)
