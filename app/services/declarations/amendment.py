"""Amending and completing: declared data change, the place stays; price and verdict follow."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from uuid import UUID

from app.domain.amendment import (
    ensure_amendable,
    ensure_of_vehicle,
    merged,
    pointers_of,
    with_word_kept,
)
from app.domain.authorisation import Action, decide
from app.domain.errors import EntryEndedError, StaleVersionError
from app.domain.steps import ENDINGS
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import related
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.scoped_holds import meet_holds
from app.services.declarations.contests import Contests
from app.services.declarations.declaring import Document, Driver
from app.services.declarations.redeclaring import declare, follow
from app.services.queues.joining import join_line
from app.services.queues.waiting import WaitingLine, queue_of, sub_queue_of


class Amendment:
    """Changes what was declared of an entry that is already there."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def amend(
        self,
        entry_id: UUID,
        versions: Collection[int],
        patch: Document,
        driver: Mapping[str, str | None],
    ) -> Entry:
        """Change declared data of a version the caller read; the place is kept.

        Raises:
            EntryNotFoundError, StaleVersionError, EntryEndedError, NotAmendableError,
            UnknownCodeError.
            PartForbiddenError: the principal's organisation carries it, and the goods are not its.
        """
        if "consignments" in patch:
            await self._uow.entries.lock_holds()
        entry, line = await self._under_lock(entry_id, patch)
        _ensure_amendable_now(entry, versions)
        document = merged(entry.declared, patch)
        ensure_amendable(entry.declared, document)
        if document == entry.declared and not driver:
            return entry
        before = sub_queue_of(entry)
        await declare(self._uow, self._act, entry, document, driver)
        line.tell_moved(entry, before)
        if "consignments" in patch:
            await meet_holds(self._uow, self._act, entry, line)
        pointers = sorted(pointers_of({**patch, **({"driver": driver} if driver else {})}))
        data = {"pointers": pointers, "version": entry.version}
        told = [self._act.event("entry.amended", line.queue, entry.id, None, **data)]
        if driver:
            told.append(self._act.event("entry.driver_changed", line.queue, entry.id))
        await follow(self._uow, self._act, entry, line, "amended", *told)
        return entry

    async def complete(
        self, seen: Entry, document: Document, driver: Driver, others: Iterable[Entry]
    ) -> Entry:
        """Give an unregistered entry its declarant; ready and in position it begins to wait.

        `others` are all on its plate; the caller holds the plate's lock.

        Raises:
            UnknownCodeError.
        """
        bound_for = queue_of(seen)._replace(gate=document["gate"])
        for queue in sorted({queue_of(seen), bound_for}):
            await self._uow.queues.lock(queue)
        self._act, entry, _ = await join_line(self._uow, self._act, seen)
        contests = Contests(self._uow, self._act)
        rivals = await contests.rivals(others)
        entry.organisation_id = self._act.principal.organisation_id
        entry.registered_by = self._act.principal.id
        entry.registered_at = self._act.now
        entry.contested = bool(rivals)
        document = with_word_kept(entry.declared, document)
        await self._uow.deadlines.move(entry.id, bound_for)
        await declare(self._uow, self._act, entry, document, asdict(driver))
        line = WaitingLine(self._uow, self._act, bound_for)
        line.stand(entry, entry.yard_code)  # of another gate now, it may stand outside
        line.events += contests.mark(rivals)
        await meet_holds(self._uow, self._act, entry, line)
        await self._claim_containers(entry, line)
        told = self._act.event("entry.registered", line.queue, entry.id, completed=True)
        await follow(self._uow, self._act, entry, line, "registered", told)
        return entry

    async def _claim_containers(self, entry: Entry, line: WaitingLine) -> None:
        """Hold what is declared only now; if another entry holds it, the position is lost."""
        claims = [("container", number) for number in entry.container_numbers]
        if not entry.in_position or await self._uow.claims.take(entry.id, claims):
            return
        entry.in_position = False
        await self._uow.claims.release(entry.id)
        cases = Contradictions(self._uow)
        cases.open(self._act, "plate-already-in-position", entry)
        line.events += cases.events(self._act, line.queue)

    async def _under_lock(self, entry_id: UUID, patch: Document) -> tuple[Entry, WaitingLine]:
        """Return an entry of which the principal may amend what the patch names, under locks."""
        amending = (Action.AMEND, Action.AMEND_VEHICLE)
        found, relations = await related(self._uow, self._act, entry_id, *amending)
        if not decide(self._act.principal, Action.AMEND, relations):
            ensure_of_vehicle(patch)
        self._act, entry, line = await join_line(self._uow, self._act, found)
        return entry, line


def _ensure_amendable_now(entry: Entry, versions: Collection[int]) -> None:
    if entry.version not in versions:
        raise StaleVersionError(version=entry.version)
    if State(entry.state) in ENDINGS:
        raise EntryEndedError(state=entry.state)
