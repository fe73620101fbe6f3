"""Policy editions: one member of the board proposes, another approves, everybody is told.

An approved edition is announced: it stands for ever as it is and rules from its day, by the same
rows and the same reading as those that ship with the service. Approvals and withdrawals wait for
one another at the lock of the reference data; those of an emergency take the queues' locks first.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
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
    EditionRefusedError,
    FieldError,
    PolicyUnfitError,
    UnknownCodeError,
)
from app.domain.notices import NoticeKind, Wanted
from app.domain.vocabulary import Direction, Queue, QueueMode, Text
from app.models import PolicyProposal
from app.repositories.editions import Told
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today
from app.services.queues.noticing import Noticing
from app.services.upkeep.announcing import PROPOSAL, STARTS_ON, Announcing

__all__ = ["Editions", "EmergencyWanted", "PolicyProposal", "Told", "proposal_state"]

EMERGENCY: Final = "/emergency"
HOURS: Final = "/emergency/hours"
BASED_ON: Final = "/base"


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


class Editions(Announcing[PolicyProposal]):
    """Proposes, announces and withdraws policy editions."""

    kind = "policy"

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        super().__init__(uow, act, uow.editions)

    async def propose(
        self,
        wanted: EditionWanted,
        base_code: str | None,
        starts_on: date | None,
        emergency: EmergencyWanted | None,
    ) -> Told[PolicyProposal]:
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
        return await self._keep(self._proposal(document, starts_on, emergency))

    async def approve(self, proposal_id: UUID) -> Told[PolicyProposal]:
        """Approve what another proposed, and so announce it; again it changes nothing.

        Raises:
            ProposalNotFoundError.
            SecondOfficerNeededError: it was this one who proposed it.
            EditionRefusedError: it was withdrawn, its day has come or is another edition's, or an
                emergency rules.
        """
        proposal = await self._locked(proposal_id)
        self._ensure_other(proposal)
        if proposal.approved_at is not None:
            return await self.told(proposal.id)
        await self._ensure_free(proposal)
        if proposal.hours is not None:
            proposal.starts_at = self._act.now
            proposal.ends_at = self._act.now + timedelta(hours=proposal.hours)
        await self._approve(proposal)
        await self._post_notices(proposal)
        await self._uow.reference.bump()
        return await self._tell(self.events.announced, proposal)

    async def withdraw(self, proposal_id: UUID, reason: str) -> Told[PolicyProposal]:
        """Take a proposal back, an edition before its day, or end an emergency; with a reason.

        Raises:
            ProposalNotFoundError.
            EditionRefusedError: its day has come, or the emergency is over.
        """
        proposal = await self._locked(proposal_id)
        if proposal.withdrawn_at is not None:
            return await self.told(proposal.id)
        if proposal.ends_at is not None and proposal.ends_at <= self._act.now:
            raise EditionRefusedError.because(PROPOSAL, EditionState.ENDED)
        return await self._withdraw(proposal, reason)

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
        found = await self._found(proposal_id)
        if found.hours is not None:
            queues = [Queue(gate, one) for gate in self._gates() for one in Direction]
            for queue in sorted(queues):
                await self._uow.queues.lock(queue, exclusive=True)
            told = [await self._uow.records.newest_at(queue) for queue in queues]
            self._act = self._act.not_before(*told)
        await self._uow.reference.lock()
        return await self._found(proposal_id)

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
        taken = {one.starts_on for one in announced if one.ended_at is None}
        self._ensure_day_free(proposal.starts_on, taken)

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

    def _hours(self, proposal: PolicyProposal) -> dict[str, bool | str | None]:
        starts_at, until = proposal.starts_at, _when(proposal).until
        return {
            "emergency": proposal.hours is not None,
            "starts_at": starts_at.isoformat() if starts_at else None,
            "ends_at": until.isoformat() if until else None,
        }


def _when(proposal: PolicyProposal) -> Announced:
    one = proposal
    return Announced(one.code, one.starts_on, one.starts_at, one.ends_at, one.withdrawn_at)
