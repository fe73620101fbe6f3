"""Diverting: an entry leaves one gate's queue for another's with what it has waited.

Both queues' locks are taken in the order of their keys, before any event number is drawn.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.diversion import asked_anew, diverted, ensure_other_queue
from app.domain.required_checks import CheckKind, CheckResult
from app.domain.vocabulary import Queue, QueueMode, Role, State
from app.models import Check, CheckRequest, Diversion, Entry
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.crossing.positions import claims_of
from app.services.declarations.redeclaring import declare, follow
from app.services.declarations.views import passed
from app.services.queues.joining import join_line
from app.services.queues.waiting import WaitingLine, queue_of

__all__ = ["Diversion", "Diverting"]


class Diverting:
    """Sends vehicles to other gates."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def of_entry(self, entry_id: UUID) -> Sequence[Diversion]:
        """Return the diversions of an entry that the principal may see, oldest first.

        Raises:
            EntryNotFoundError.
        """
        await reached(self._uow, self._act, entry_id, Action.READ)
        return await self._uow.moves.diversions(entry_id)

    async def divert(self, entry_id: UUID, gate: str, reason: str) -> Entry:
        """Let an entry wait at another gate with the points and the open seconds it has.

        Raises:
            EntryNotFoundError, UnknownCodeError, DiversionUnfitError, StepRefusedError,
            DiversionAfterCallError, BusyError.
        """
        found = await reached(self._uow, self._act, entry_id, Action.DIVERT)
        here = queue_of(found)
        there = here._replace(gate=self._act.reference.gate(gate).code)
        ensure_other_queue(here, there, self._mode(there))
        entry, old = await self._under_locks(found, there)
        by_officer = self._act.principal.role is Role.OFFICER
        after = diverted(State(entry.state), by_officer=by_officer)
        before = await self._uow.moves.diversions(entry.id)
        left = self._diversion(entry, there, reason, before)
        waited = await old.send_off(entry, there)
        _find_season_again(entry, there, before)
        entry.state = after.value
        await self._join(entry, old, there, waited)
        left.waited, left.carried = waited, entry.points_carried
        await self._uow.flush()
        return entry

    def _mode(self, queue: Queue) -> QueueMode | None:
        return self._act.reference.mode(queue, self._act.day)

    async def _under_locks(self, found: Entry, there: Queue) -> tuple[Entry, WaitingLine]:
        """Take both queues' locks and the entry; the act is no earlier than the calls of either."""
        for queue in sorted({queue_of(found), there}):
            await self._uow.queues.lock(queue)
        act, entry, old = await join_line(self._uow, self._act, found)
        self._act = act.not_before(await self._uow.queues.last_called_at(there))
        old.catch_up(self._act)
        return entry, old

    async def _join(self, entry: Entry, old: WaitingLine, there: Queue, waited: int | None) -> None:
        """Declare the other gate; then position, deadlines, checks, verdict, price, place."""
        uow, act = self._uow, self._act
        here, line = old.queue, WaitingLine(uow, act, there)
        # Another gate has other routes; the company may name one.
        document = {key: value for key, value in entry.declared.items() if key != "route"}
        await declare(uow, act, entry, {**document, "gate": there.gate}, {})
        line.stand(entry, entry.yard_code)
        await uow.deadlines.move(entry.id, there)
        await self._position(entry, there)
        holds = await uow.records.holds([entry.id])
        causes = [str(hold.id) for hold in holds if hold.lifted_at is None]
        line.take_in(entry, here, waited, causes)
        asked = await self._ask_anew(entry, there)
        await follow(uow, act, entry, line, "diverted", *old.events, *asked)

    async def _position(self, entry: Entry, there: Queue) -> None:
        """Keep or take position where the yard serves the other gate, too; else give it up."""
        yard = self._act.reference.yards.get(entry.yard_code or "")
        edition = self._act.policy
        serves = yard is not None and there.gate in yard.serves
        counts = serves and yard is not None and yard.location in edition.in_position
        if not (counts and self._mode(there) is QueueMode.CALLED):
            entry.in_position = False
            await self._uow.claims.release(entry.id)
        elif not entry.in_position:
            entry.in_position = await self._uow.claims.take(entry.id, claims_of(entry))

    def _diversion(
        self, entry: Entry, there: Queue, reason: str, before: Sequence[Diversion]
    ) -> Diversion:
        """Keep and return what is known of the stay at the gate that is left."""
        act = self._act
        came_at = before[-1].diverted_at if before else entry.presence_at
        row = Diversion(
            id=act.tools.new_id(),
            entry_id=entry.id,
            number=len(before),
            from_gate=entry.gate_code,
            to_gate=there.gate,
            lane=entry.lane,
            came_at=came_at if entry.presence_at else None,
            diverted_at=act.now,
            diverted_by=act.principal.id,
            authority=act.principal.authority,
            reason=reason,
            carried=entry.points_carried,
            season_asked_on=entry.season_asked_on,
            season_on=entry.season_on,
        )
        self._uow.add(row)
        return row

    async def _ask_anew(self, entry: Entry, there: Queue) -> list[Mapping[str, Any]]:
        """Ask again for what the gate that is left had confirmed of the vehicle there."""
        checks = await self._uow.records.checks(entry.id)
        asked = [self._request(entry, kind) for kind in asked_anew(passed(checks))]
        self._uow.add(*asked)
        await self._uow.flush()
        self._uow.add(
            *(
                CheckRequest(
                    check_id=one.id, entry_id=entry.id, kind=one.kind, requested_at=self._act.now
                )
                for one in asked
            )
        )
        return [
            self._act.event(
                "check.requested", there, entry.id, None, check=one.kind, result=one.result
            )
            for one in asked
        ]

    def _request(self, entry: Entry, kind: CheckKind) -> Check:
        act = self._act
        return Check(
            id=act.tools.new_id(),
            entry_id=entry.id,
            kind=kind.value,
            agency=act.principal.authority,
            result=CheckResult.REQUESTED.value,
            occurred_at=act.now,
            recorded_at=act.now,
            reason="diverted",
            backfilled=False,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
        )


def _find_season_again(entry: Entry, there: Queue, before: Sequence[Diversion]) -> None:
    """Give an entry the seasonal place that it had, or did not get, when it left that gate."""
    stay = next((one for one in reversed(before) if one.from_gate == there.gate), None)
    if stay is not None:
        entry.season_asked_on, entry.season_on = stay.season_asked_on, stay.season_on
