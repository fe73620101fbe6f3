"""Policy editions: one member of the board proposes, another approves, everybody is told.

An approved edition is announced: it stands for ever as it is and rules from its day, by the same
rows and the same reading as those that ship with the service. Approvals and withdrawals wait for
one another at the lock of the reference data; those of an emergency take the queues' locks first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from app.domain.editions import (
    Announced,
    Document,
    EditionState,
    EditionWanted,
    drafted,
    longest_emergency,
    state_of,
    unlimited,
)
from app.domain.errors import (
    EditionCodeTakenError,
    EditionRefusedError,
    FieldError,
    PolicyUnfitError,
    ProposalNotFoundError,
    SecondOfficerNeededError,
    UnknownCodeError,
)
from app.domain.notices import NoticeKind, Wanted
from app.domain.vocabulary import Direction, Queue, QueueMode, Text
from app.models import PolicyProposal
from app.repositories.editions import Told
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.noticing import Noticing

__all__ = ["Editions", "EmergencyWanted", "PolicyProposal", "Told", "proposal_state"]

STARTS_ON: Final = "/starts_on"
EMERGENCY: Final = "/emergency"
HOURS: Final = "/emergency/hours"
BASED_ON: Final = "/base"
PROPOSAL: Final = ""


@dataclass(frozen=True, slots=True)
class EmergencyWanted:
    """For how many hours an edition is to rule at once, why, and what is told to the public."""

    hours: int
    reason: str
    notice: Text


def proposal_state(proposal: PolicyProposal, today: Today) -> EditionState:
    """Return where a proposal or its edition stands."""
    if proposal.approved_at is None:
        withdrawn = proposal.withdrawn_at is not None
        return EditionState.WITHDRAWN if withdrawn else EditionState.PROPOSED
    first = proposal.starts_on.isoformat() if proposal.starts_on else None
    unread = {"code": proposal.code, "valid_from": first, "valid_to": None}
    document = today.reference.documents["policies"].get(proposal.code, unread)
    return state_of(document, _when(proposal), today.now, today.day)


class Editions:
    """Proposes, announces and withdraws policy editions."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def propose(
        self,
        wanted: EditionWanted,
        base_code: str | None,
        starts_on: date | None,
        emergency: EmergencyWanted | None,
    ) -> Told:
        """Propose an edition for a legal day, or for some hours at once.

        Raises:
            UnknownCodeError: there is no edition to make it from.
            PolicyUnfitError: it contradicts itself, or its day or hours are not to be had.
            SharesOverCapacityError, EditionCodeTakenError.
        """
        base = self._base(base_code)
        self._ensure_time(base, wanted.code, starts_on, emergency)
        document = drafted(base, wanted)
        without_bound = tuple(unlimited(wanted, self._act.reference.lane_rows.produce))
        if without_bound:
            raise PolicyUnfitError(errors=without_bound, policy=wanted.code)
        await self._uow.reference.lock()
        if await self._uow.editions.is_taken(wanted.code):
            raise EditionCodeTakenError(code=wanted.code)
        proposal = self._proposal(document, starts_on, emergency)
        self._uow.add(proposal)
        return await self._tell("edition.proposed", proposal)

    async def approve(self, proposal_id: UUID) -> Told:
        """Approve what another proposed, and so announce it; again it changes nothing.

        Raises:
            ProposalNotFoundError.
            SecondOfficerNeededError: it was this one who proposed it.
            EditionRefusedError: it was withdrawn, its day has come or is another edition's, or an
                emergency rules.
        """
        proposal = await self._locked(proposal_id)
        if proposal.proposed_by == self._act.principal.id:
            raise SecondOfficerNeededError
        if proposal.approved_at is not None:
            return await self._uow.editions.told(proposal.id)
        if proposal.withdrawn_at is not None:
            raise EditionRefusedError.because(PROPOSAL, EditionState.WITHDRAWN)
        await self._ensure_free(proposal)
        proposal.approved_at, proposal.approved_by = self._act.now, self._act.principal.id
        if proposal.hours is not None:
            proposal.starts_at = self._act.now
            proposal.ends_at = self._act.now + timedelta(hours=proposal.hours)
        await self._uow.editions.announce(proposal)
        await self._post_notices(proposal)
        await self._uow.reference.bump()
        return await self._tell("edition.announced", proposal)

    async def withdraw(self, proposal_id: UUID, reason: str) -> Told:
        """Take a proposal back, an edition before its day, or end an emergency; with a reason.

        Raises:
            ProposalNotFoundError.
            EditionRefusedError: its day has come, or the emergency is over.
        """
        proposal = await self._locked(proposal_id)
        if proposal.withdrawn_at is not None:
            return await self._uow.editions.told(proposal.id)
        if proposal.starts_on is not None and proposal.approved_at is not None:
            if proposal.starts_on <= self._act.day:
                raise EditionRefusedError.because(STARTS_ON, "edition-begun")
        elif proposal.ends_at is not None and proposal.ends_at <= self._act.now:
            raise EditionRefusedError.because(PROPOSAL, EditionState.ENDED)
        proposal.withdrawn_at, proposal.withdrawn_by = self._act.now, self._act.principal.id
        proposal.withdrawal_reason = reason
        await self._uow.flush()
        if proposal.approved_at is None:
            return await self._uow.editions.told(proposal.id)
        await self._uow.reference.bump()
        return await self._tell("edition.withdrawn", proposal)

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Told]:
        """Return up to `limit` proposals after a cursor, the last proposed first."""
        return await self._uow.editions.page(after, limit)

    def _base(self, code: str | None) -> Document:
        """Return the document that the edition is made from; without a code, that of today."""
        documents = self._act.reference.documents["policies"]
        found = documents.get(code or self._act.policy.code)
        if found is None:
            raise UnknownCodeError.at(BASED_ON, code or "")
        document: Document = found
        return document

    def _ensure_time(
        self, base: Document, code: str, starts_on: date | None, emergency: EmergencyWanted | None
    ) -> None:
        if starts_on is not None and starts_on <= self._act.day:
            wrong = FieldError(STARTS_ON, "future-day", starts_on.isoformat())
            raise PolicyUnfitError(errors=(wrong,), policy=code)
        if emergency and timedelta(hours=emergency.hours) > longest_emergency(base):
            wrong = FieldError(HOURS, "emergency-too-long", emergency.hours)
            raise PolicyUnfitError(errors=(wrong,), policy=code)

    def _proposal(
        self, document: Document, starts_on: date | None, emergency: EmergencyWanted | None
    ) -> PolicyProposal:
        notice = emergency.notice if emergency else None
        return PolicyProposal(
            id=self._act.tools.new_id(),
            code=document["code"],
            document=document,
            starts_on=starts_on,
            hours=emergency.hours if emergency else None,
            reason=emergency.reason if emergency else None,
            notice_vi=notice["vi"] if notice else None,
            notice_en=notice["en"] if notice else None,
            notice_zh=notice["zh"] if notice else None,
            proposed_at=self._act.now,
            proposed_by=self._act.principal.id,
        )

    async def _locked(self, proposal_id: UUID) -> PolicyProposal:
        """Return a proposal under the locks of all that its edition changes."""
        found = await self._uow.editions.get(proposal_id)
        if found is None:
            raise ProposalNotFoundError
        if found.hours is not None:
            queues = [Queue(gate, one) for gate in self._gates() for one in Direction]
            for queue in sorted(queues):
                await self._uow.queues.lock(queue, exclusive=True)
            told = [await self._uow.records.newest_at(queue) for queue in queues]
            self._act = self._act.not_before(*told)
        await self._uow.reference.lock()
        proposal = await self._uow.editions.get(proposal_id)
        assert proposal is not None
        return proposal

    def _gates(self) -> list[str]:
        """Return the gates that have a queue which calls."""
        modes = self._act.policy.modes.items()
        return sorted({queue.gate for queue, mode in modes if mode is QueueMode.CALLED})

    async def _ensure_free(self, proposal: PolicyProposal) -> None:
        """Refuse an edition whose time is not to be had any more; ask under the lock."""
        announced = (await self._uow.editions.announced()).values()
        if proposal.starts_on is None:
            if any(one.covers(self._act.now) for one in announced):
                raise EditionRefusedError.because(EMERGENCY, "emergency-in-force")
            return
        if proposal.starts_on <= self._act.day:
            raise EditionRefusedError.because(STARTS_ON, "future-day")
        taken = {one.starts_on for one in announced if one.ended_at is None}
        if proposal.starts_on in taken:
            raise EditionRefusedError.because(STARTS_ON, "day-taken")

    async def _post_notices(self, proposal: PolicyProposal) -> None:
        """Tell the public of an emergency, at each gate that calls."""
        if proposal.notice_vi is None:
            return
        for gate in self._gates():
            wanted = Wanted(
                NoticeKind.ADVICE,
                gate,
                proposal.notice_vi,
                proposal.notice_en,
                proposal.notice_zh,
                ends_at=proposal.ends_at,
            )
            await Noticing(self._uow, self._act).post(wanted)

    async def _tell(self, kind: str, proposal: PolicyProposal) -> Told:
        await self._uow.flush()
        one, until = proposal, _when(proposal).until
        event = self._act.event(
            kind, None, None, None,
            edition_kind="policy", edition=one.code, emergency=one.hours is not None,
            starts_on=one.starts_on.isoformat() if one.starts_on else None,
            starts_at=one.starts_at.isoformat() if one.starts_at else None,
            ends_at=until.isoformat() if until else None,
        )  # fmt: skip
        await self._uow.records.insert_events([event])
        return await self._uow.editions.told(proposal.id)


def _when(proposal: PolicyProposal) -> Announced:
    one = proposal
    return Announced(one.code, one.starts_on, one.starts_at, one.ends_at, one.withdrawn_at)
