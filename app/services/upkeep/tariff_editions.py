"""Tariff editions: one of the board drafts or brings in, another approves, everybody is told.

An announced edition is in force from its day. What was known before stays told: its announcement
and its withdrawal are instants later than all knowledge before them, given under the lock of the
reference data, so that the price that was right by the knowledge of any instant can be asked.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from app.domain.charges.drafts import (
    Document,
    TariffWanted,
    content_of,
    drafted,
    faults_of,
    faults_of_draft,
)
from app.domain.editions import EditionState, tariff_state
from app.domain.errors import (
    FieldError,
    NoTariffInForceError,
    TariffUnfitError,
    UnknownCodeError,
)
from app.models import TariffProposal
from app.repositories.editions import Told
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.upkeep.announcing import STARTS_ON, Announcing, knowable
from app.services.upkeep.reference_data import read_force

__all__ = ["TariffEditions", "TariffProposal", "Told", "compared_with", "tariff_proposal_state"]

BASED_ON: Final = "/base"


def tariff_proposal_state(proposal: TariffProposal, today: Today) -> EditionState:
    """Return where a proposal or its edition stands."""
    if proposal.withdrawn_at is not None:
        return EditionState.WITHDRAWN
    if proposal.approved_at is None:
        return EditionState.PROPOSED
    if proposal.starts_on is not None and proposal.starts_on > today.day:
        return EditionState.ANNOUNCED
    return tariff_state(today.reference.tariffs, None, proposal.code, today.day)


class TariffEditions(Announcing[TariffProposal]):
    """Proposes, announces and withdraws tariff editions."""

    kind = "tariff"

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        super().__init__(uow, act, uow.tariff_editions)

    async def propose(
        self, wanted: TariffWanted, base_code: str | None, starts_on: date
    ) -> Told[TariffProposal]:
        """Propose an edition made from another, for a legal day.

        Raises:
            UnknownCodeError: there is no edition to make it from.
            NoTariffInForceError: none is named, and none is in force.
            TariffUnfitError: it contradicts itself or the one it is made from, or its day is past.
            EditionCodeTakenError.
        """
        base = self._base(base_code)
        self._ensure_coming(starts_on, wanted.code)
        if wrong := faults_of_draft(base, wanted):
            raise TariffUnfitError(errors=wrong, tariff=wanted.code)
        return await self._store(drafted(base, wanted), starts_on)

    async def bring_in(
        self,
        document: Document,
        code: str | None,
        starts_on: date,
        faults: Sequence[FieldError] = (),
    ) -> Told[TariffProposal]:
        """Propose an edition whose whole document was brought in; `code` names it anew.

        `faults` are those of the file itself; they are told before those of the document.

        Raises:
            TariffUnfitError: everything that is wrong with it; nothing is stored.
            EditionCodeTakenError.
        """
        named = _named(document, code)
        if wrong := (*faults, *faults_of(named)):
            raise TariffUnfitError(errors=wrong, tariff=_name(named))
        self._ensure_coming(starts_on, named["code"])
        return await self._store(named, starts_on)

    async def approve(self, proposal_id: UUID) -> Told[TariffProposal]:
        """Approve what another proposed, and so announce it; again it changes nothing.

        Raises:
            ProposalNotFoundError.
            SecondOfficerNeededError: it was this one who proposed it.
            EditionRefusedError: it was withdrawn, or its day has come or is another edition's.
            TariffUnfitError: this release finds a fault in it.
        """
        await self._uow.reference.lock()
        proposal = await self._found(proposal_id)
        self._ensure_other(proposal)
        if proposal.approved_at is not None:
            return await self.told(proposal.id)
        if wrong := faults_of(proposal.document):
            raise TariffUnfitError(errors=wrong, tariff=proposal.code)
        force = await read_force(self._uow, self._act.reference.zone)
        assert proposal.starts_on is not None
        latest = (row for row in force.force if row.known.end is None)
        self._ensure_day_free(proposal.starts_on, {row.valid.first for row in latest})
        proposal.known_from = knowable(self._act.now, force.known_at)
        await self._approve(proposal)
        await self._uow.reference.bump()
        return await self._tell(self.events.announced, proposal)

    async def withdraw(self, proposal_id: UUID, reason: str) -> Told[TariffProposal]:
        """Take a proposal back, or an announced edition before its day; with a reason.

        Raises:
            ProposalNotFoundError.
            EditionRefusedError: its day has come.
        """
        await self._uow.reference.lock()
        proposal = await self._found(proposal_id)
        if proposal.withdrawn_at is not None:
            return await self.told(proposal.id)
        if proposal.known_from is not None:
            force = await read_force(self._uow, self._act.reference.zone)
            proposal.known_to = knowable(self._act.now, force.known_at)
        return await self._withdraw(proposal, reason)

    def _base(self, code: str | None) -> Document:
        """Return the document that the edition is made from; without a code, that of today."""
        reference = self._act.reference
        named = code or reference.tariffs.in_force(self._act.day).code
        found: Document | None = reference.documents["tariffs"].get(named)
        if found is None:
            raise UnknownCodeError.at(BASED_ON, named)
        return found

    def _ensure_coming(self, starts_on: date, code: str) -> None:
        if starts_on <= self._act.day:
            wrong = FieldError(STARTS_ON, "future-day", starts_on.isoformat())
            raise TariffUnfitError(errors=(wrong,), tariff=code)

    async def _store(self, document: dict[str, Any], starts_on: date) -> Told[TariffProposal]:
        return await self._keep(
            TariffProposal(
                id=self._act.tools.new_id(),
                code=document["code"],
                document=document,
                starts_on=starts_on,
                proposed_at=self._act.now,
                proposed_by=self._act.principal.id,
            )
        )


def _named(document: Document, code: str | None) -> Any:  # noqa: ANN401 - what was brought in
    """Return what an edition says, under another code where one is given; it may be anything."""
    if not isinstance(document, dict):
        return document
    return content_of(document) | ({"code": code} if code else {})


def _name(document: object) -> str:
    code = document.get("code") if isinstance(document, dict) else None
    return code if isinstance(code, str) and code.isprintable() else ""


def compared_with(proposal: TariffProposal, today: Today) -> Document | None:
    """Return the edition in force on the day before a proposal's first; None where none is."""
    assert proposal.starts_on is not None
    try:
        before = today.reference.tariffs.in_force(proposal.starts_on - timedelta(days=1))
    except NoTariffInForceError:
        return None
    found: Document = today.reference.documents["tariffs"][before.code]
    return found
