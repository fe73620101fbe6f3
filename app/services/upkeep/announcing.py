"""What is the same for all that the board announces: four eyes, a day, a withdrawal.

Editions of either kind, and reductions of prices.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, Final, Generic, NamedTuple, TypeVar
from uuid import UUID

from app.domain.editions import EditionState
from app.domain.errors import (
    EditionCodeTakenError,
    EditionRefusedError,
    ProposalNotFoundError,
    ReductionCodeTakenError,
    ReductionRefusedError,
    SecondOfficerNeededError,
)
from app.models import PolicyProposal, ReductionProposal, TariffProposal
from app.repositories.editions import ProposalsRepository, Told
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

P = TypeVar("P", PolicyProposal, TariffProposal, ReductionProposal)
E = TypeVar("E", PolicyProposal, TariffProposal)

STARTS_ON: Final = "/starts_on"
PROPOSAL: Final = ""
SECOND: Final = timedelta(seconds=1)


def knowable(now: datetime, known_at: datetime | None) -> datetime:
    """Return now, or the first second after all that is known by now.

    Ask under the lock of the reference data, so that knowledge has one order.
    """
    return max(now, known_at + SECOND) if known_at else now


class Kinds(NamedTuple):
    """The events that tell of what is proposed."""

    proposed: str
    announced: str
    taken_back: str
    withdrawn: str


class Proposing(Generic[P]):
    """The steps from a proposal to its announcement, whatever is proposed."""

    events: ClassVar[Kinds]
    taken: ClassVar[type[EditionCodeTakenError | ReductionCodeTakenError]]
    refused: ClassVar[type[EditionRefusedError | ReductionRefusedError]]
    _proposals: ProposalsRepository[P]

    def __init__(self, uow: UnitOfWork, act: Act, proposals: ProposalsRepository[P]) -> None:
        """Work within one transaction, for one act, on proposals of one kind."""
        self._uow = uow
        self._act = act
        self._proposals = proposals

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Told[P]]:
        """Return up to `limit` proposals after a cursor, the last proposed first."""
        return await self._proposals.page(after, limit)

    async def told(self, proposal_id: UUID) -> Told[P]:
        """Return a proposal with who stands behind it.

        Raises:
            ProposalNotFoundError: there is none of that id.
        """
        found = await self._proposals.told(proposal_id)
        if found is None:
            raise ProposalNotFoundError
        return found

    async def _keep(self, proposal: P) -> Told[P]:
        """Store a proposal under a code that no other has, and tell of it."""
        await self._uow.reference.lock()
        if await self._proposals.is_taken(proposal.code):
            raise self.taken(code=proposal.code)
        self._uow.add(proposal)
        return await self._tell(self.events.proposed, proposal)

    async def _found(self, proposal_id: UUID) -> P:
        found = await self._proposals.get(proposal_id)
        if found is None:
            raise ProposalNotFoundError
        return found

    def _ensure_other(self, proposal: P) -> None:
        """Refuse the word of who proposed it, and a word on what was taken back."""
        if proposal.proposed_by == self._act.principal.id:
            raise SecondOfficerNeededError
        if proposal.approved_at is None and proposal.withdrawn_at is not None:
            raise self.refused.because(PROPOSAL, EditionState.WITHDRAWN)

    async def _approve(self, proposal: P) -> None:
        """Put the second word under a proposal and keep what it says for ever."""
        proposal.approved_at, proposal.approved_by = self._act.now, self._act.principal.id
        await self._proposals.announce(proposal)

    def _take_back(self, proposal: P, reason: str) -> None:
        """Write down who takes a proposal back, or what was announced, and why."""
        proposal.withdrawn_at, proposal.withdrawn_by = self._act.now, self._act.principal.id
        proposal.withdrawal_reason = reason

    async def _tell_withdrawn(self, proposal: P) -> Told[P]:
        """Store a withdrawal; everybody is told what they were told of."""
        await self._uow.flush()
        if proposal.approved_at is None:
            return await self._tell(self.events.taken_back, proposal)
        await self._uow.reference.bump()
        return await self._tell(self.events.withdrawn, proposal)

    async def _tell(self, kind: str, proposal: P) -> Told[P]:
        """Store what is pending, tell of it, and return how the proposal is told."""
        await self._uow.flush()
        event = self._act.event(kind, None, None, None, **self._facts(proposal))
        await self._uow.records.insert_events([event])
        return await self.told(proposal.id)

    def _facts(self, proposal: P) -> dict[str, bool | int | str | None]:
        """Return what an event tells of a proposal."""
        raise NotImplementedError


class Announcing(Proposing[E]):
    """The steps that editions of every kind take from their proposal to their day."""

    kind: ClassVar[str]
    events = Kinds(
        "edition.proposed", "edition.announced", "edition.proposal_withdrawn", "edition.withdrawn"
    )
    taken = EditionCodeTakenError
    refused = EditionRefusedError

    def _ensure_day_free(self, starts_on: date, taken: Collection[date | None]) -> None:
        """Refuse a day that has come, or on which another edition begins; ask under the lock."""
        if starts_on <= self._act.day:
            raise self.refused.because(STARTS_ON, "future-day")
        if starts_on in taken:
            raise self.refused.because(STARTS_ON, "day-taken")

    async def _withdraw(self, proposal: E, reason: str) -> Told[E]:
        """Take back a proposal, or what was announced before its day."""
        first = proposal.starts_on if proposal.approved_at is not None else None
        if first is not None and first <= self._act.day:
            raise EditionRefusedError.because(STARTS_ON, "edition-begun")
        self._take_back(proposal, reason)
        return await self._tell_withdrawn(proposal)

    def _facts(self, proposal: E) -> dict[str, bool | int | str | None]:
        return {
            "edition_kind": self.kind,
            "edition": proposal.code,
            "starts_on": proposal.starts_on.isoformat() if proposal.starts_on else None,
            **self._hours(proposal),
        }

    def _hours(self, _: E) -> dict[str, bool | str | None]:
        """Return whether an edition rules for some hours only, and for which."""
        return {"emergency": False, "starts_at": None, "ends_at": None}
