"""The vehicle of an entry gives way to another: plate and claims, contests, holds, the release."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.declaration import read_declaration
from app.domain.discrepancies import confirmed
from app.domain.errors import (
    BusyError,
    FieldError,
    PlateAlreadyRegisteredError,
    SubstituteInPositionError,
)
from app.domain.steps import Step, step
from app.domain.vocabulary import State
from app.models import Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.crossing.positions import claims_of
from app.services.crossing.release import take_back
from app.services.crossing.scoped_holds import meet_holds
from app.services.declarations.contests import Contests
from app.services.declarations.declaring import Document
from app.services.declarations.redeclaring import declare
from app.services.queues.endings import Way
from app.services.queues.waiting import WaitingLine

ABSORBED = "substituted"
"""Why an entry ends that a yard opened for a vehicle before it was named as a substitute."""


@dataclass(frozen=True, slots=True)
class Met:
    """An entry under its locks, and the other open entries on the plate that it is to have.

    `lines` has it and those of the others that nobody registered, each with its queue; `plates` are
    the two whose locks were taken: what it had when it was found, and what it is to have.
    """

    entry: Entry
    line: WaitingLine
    others: Sequence[Entry]
    lines: Mapping[UUID, tuple[Entry, WaitingLine]]
    plates: tuple[str | None, str | None]

    @property
    def there(self) -> list[Entry]:
        """The entry, and what was opened for the vehicle: all that tells where it stands."""
        return [one for one, _ in self.lines.values()]

    @property
    def opened(self) -> list[tuple[Entry, WaitingLine]]:
        """What a yard or guard opened for the vehicle when nobody had named it."""
        return [pair for pair in self.lines.values() if pair[0].id != self.entry.id]


class Replacement:
    """Gives an entry the vehicle of another declaration."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act that holds the locks of both plates."""
        self._uow = uow
        self._act = act

    async def replace(self, met: Met, document: Document) -> None:
        """Let `document` be declared of the entry; the caller judges it and stores the events.

        Raises:
            PlateAlreadyRegisteredError: the company has another open entry on the plate.
            SubstituteInPositionError: another entry holds the plate or a container.
            BusyError: it was substituted meanwhile, and the locks are of other plates.
        """
        entry, line = met.entry, met.line
        before = claims_of(entry)
        contests = Contests(self._uow, self._act)
        old, new = met.plates
        if (old, new) != (entry.tractor_plate, read_declaration(document).tractor_plate):
            raise BusyError
        left = await contests.rivals_of(entry) if old != new else []
        rivals = await contests.rivals(met.others)
        self._ensure_first(entry, rivals)
        for one in met.opened:
            await self._absorb(entry, line, *one)
        entry.discrepancies = confirmed(entry.discrepancies)
        await declare(self._uow, self._act, entry, document, {})
        if old != new:
            entry.contested = bool(rivals)
            line.events += [*contests.settle(left), *contests.mark(rivals)]
        await self._move_claims(entry, before)
        await meet_holds(self._uow, self._act, entry, line)
        take_back(self._act, entry, line)

    def _ensure_first(self, entry: Entry, rivals: Sequence[Entry]) -> None:
        for rival in rivals:
            if rival.organisation_id == entry.organisation_id:
                error = FieldError(
                    "/change/vehicle/tractor_plate", PlateAlreadyRegisteredError.code
                )
                raise PlateAlreadyRegisteredError(errors=(error,), reference=rival.reference)

    async def _absorb(
        self, entry: Entry, line: WaitingLine, opened: Entry, its_line: WaitingLine
    ) -> None:
        """End what was opened for the vehicle; that it is there tells of the entry from now on."""
        if State(opened.state) is not State.REGISTERED:
            raise SubstituteInPositionError
        yard = self._act.reference.yards.get(opened.yard_code or "")
        if opened.in_position and yard is not None and entry.gate_code in yard.serves:
            entry.in_position, entry.was_in_yard = True, True
            line.stand(entry, yard.code)
            entry.presence_at = entry.presence_at or self._act.now
        after = step(State.REGISTERED, Step.REVOKE)
        await Way(self._uow, self._act).go_on(opened, its_line, after, why=ABSORBED)
        opened.end_reason, opened.changed_at = ABSORBED, self._act.now
        line.events.append(self._act.event("entry.revoked", its_line.queue, opened.id))

    async def _move_claims(self, entry: Entry, before: Sequence[tuple[str, str]]) -> None:
        if not entry.in_position:
            return
        after = claims_of(entry)
        if not await self._uow.claims.take(entry.id, after):
            raise SubstituteInPositionError
        gone = set(before) - set(after)
        if gone:
            await self._uow.claims.let_go(entry.id, gone)
