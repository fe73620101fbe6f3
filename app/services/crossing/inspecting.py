"""Inspections: an officer weighs a vehicle again, or finds other goods; the fee follows at once.

A price that rises asks for the difference, one that falls makes it due back. Nothing is refused
after the end of an entry, but then its price stays and the contradiction is for review.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.domain.authorisation import Action
from app.domain.errors import (
    FieldError,
    GoodsGroupNotForDirectionError,
    RetryMismatchError,
    UnknownCodeError,
)
from app.domain.inspections import Found
from app.domain.steps import ENDINGS
from app.domain.vocabulary import Direction, State
from app.models import Entry, Inspection
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached
from app.services.crossing.contradictions import Contradictions
from app.services.crossing.sightings import Moment, moment
from app.services.declarations.redeclaring import follow
from app.services.fees import Repriced
from app.services.queues.joining import join_line
from app.services.queues.waiting import WaitingLine

__all__ = ["Inspecting", "Inspection", "InspectionReport"]

GROUP: Final = "/goods_group"
INSPECTED: Final = "inspected"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectionReport:
    """What somebody found, by the names of `Found`; None takes an earlier word back."""

    words: Mapping[str, Any]
    reason: str
    document_reference: str | None = None
    occurred_at: datetime | None = None
    source_reference: str | None = None


class Inspecting:
    """Records what officers find of entries, and what it does to their prices."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def of_entry(self, entry_id: UUID) -> Sequence[Inspection]:
        """Return what was found of an entry, oldest first.

        Raises:
            EntryNotFoundError: none of that id, or not the principal's to see.
        """
        await reached(self._uow, self._act, entry_id, Action.READ)
        return await self._uow.inspections.of_entry(entry_id)

    async def record(self, entry_id: UUID, report: InspectionReport) -> Inspection:
        """Record what was found; of one source reference once.

        Raises:
            EntryNotFoundError, OccurredInFutureError, RetryMismatchError.
            UnknownCodeError, GoodsGroupNotForDirectionError: of the goods group.
        """
        entry = await reached(self._uow, self._act, entry_id, Action.RECORD)
        self._act, entry, line = await join_line(self._uow, self._act, entry)
        if (known := await self._known(entry, report)) is not None:
            return known
        at = moment(self._act, report.occurred_at, report.reason)
        self._ensure_group(entry, report.words.get("goods_group"))
        found = Found.parse(entry.inspected).said(report.words)
        made = self._inspection(entry, report, found, at)
        if State(entry.state) in ENDINGS:
            await self._after_end(entry, line, made)
        else:
            entry.inspected = found.document()
            told = self._told(line, made)
            done = await follow(self._uow, self._act, entry, line, INSPECTED, told)
            made.outcome = outcome_of(done)
        self._uow.add(made)
        await self._uow.flush()
        return made

    async def _after_end(self, entry: Entry, line: WaitingLine, made: Inspection) -> None:
        """Note what came too late for the price: a person decides what becomes of it."""
        cases = Contradictions(self._uow)
        cases.open(self._act, "observed-after-end", entry)
        entry.changed_at = self._act.now
        opened = cases.events(self._act, line.queue)
        await self._uow.records.insert_events([self._told(line, made), *opened])

    async def _known(self, entry: Entry, report: InspectionReport) -> Inspection | None:
        """Return what the same reporter told before; refuse what it told otherwise."""
        if report.source_reference is None:
            return None
        organisation = self._act.principal.organisation_id
        known = await self._uow.inspections.by_source(organisation, report.source_reference)
        if known is not None and (known.entry_id, known.words) != (entry.id, dict(report.words)):
            error = FieldError("/source_reference", RetryMismatchError.code)
            raise RetryMismatchError(errors=(error,))
        return known

    def _ensure_group(self, entry: Entry, group: str | None) -> None:
        if group is None:
            return
        editions = self._act.reference.tariffs.editions.values()
        of_code = [one for one in editions if group in one.groups]
        if not of_code:
            raise UnknownCodeError.at(GROUP, group)
        direction = Direction(entry.direction)
        if not any(one.has_group(group, direction) for one in of_code):
            error = FieldError(GROUP, GoodsGroupNotForDirectionError.code, group)
            raise GoodsGroupNotForDirectionError(errors=(error,))

    def _inspection(
        self, entry: Entry, report: InspectionReport, found: Found, at: Moment
    ) -> Inspection:
        act = self._act
        return Inspection(
            id=act.tools.new_id(),
            entry_id=entry.id,
            authority=act.principal.authority,
            document_reference=report.document_reference,
            words=dict(report.words),
            found=found.document() or {},
            occurred_at=at.occurred_at,
            recorded_at=act.now,
            reason=report.reason,
            backfilled=at.backfilled,
            principal_id=act.principal.id,
            organisation_id=act.principal.organisation_id,
            source_reference=report.source_reference,
        )

    def _told(self, line: WaitingLine, made: Inspection) -> Mapping[str, Any]:
        facts = {name: made.found.get(name) for name in ("payload_kg", "container_length_ft")}
        return self._act.event(
            "entry.inspected", line.queue, made.entry_id, made.occurred_at,
            inspection=str(made.id), goods_group=made.found.get("goods_group"), **facts,
        )  # fmt: skip


def outcome_of(done: Repriced) -> dict[str, Any] | None:
    """Return what became of the price as plain JSON values; None where it stays."""
    if done.charge is None:
        return None
    return {
        "charge": str(done.charge["id"]),
        "before_vnd": done.before_vnd,
        "after_vnd": done.charge["total_vnd"],
        "changes": [
            {"cause": one.cause.value, "before": one.before, "after": one.after}
            for one in done.changes
        ],
        "orders": [
            {"id": str(one["id"]), "code": one["code"], "amount_vnd": one["amount_vnd"]}
            for one in done.orders
        ],
        "refunds": [
            {"id": str(one["id"]), "code": one["code"], "amount_vnd": one["amount_vnd"]}
            for one in done.refunds
        ],
        "cancelled": [str(one) for one in done.cancelled],
    }
