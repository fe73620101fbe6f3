"""What is the same for the board's editions of either kind: four eyes, a day, a withdrawal."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from app.domain.editions import EditionState
from app.domain.errors import (
    EditionCodeTakenError,
    EditionRefusedError,
    ProposalNotFoundError,
    SecondOfficerNeededError,
)
from app.models import PolicyProposal, TariffProposal
from app.repositories.editions import EditionsRepository, Told
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act

P = TypeVar("P", PolicyProposal, TariffProposal)

STARTS_ON: Final = "/starts_on"
PROPOSAL: Final = ""


class Announcing(Generic[P]):
    """The steps that editions of every kind take from their proposal to their day."""

    _editions: EditionsRepository[P]

    def __init__(self, uow: UnitOfWork, act: Act, editions: EditionsRepository[P]) -> None:
        """Work within one transaction, for one act, on editions of one kind."""
        self._uow = uow
        self._act = act
        self._editions = editions

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Told[P]]:
        """Return up to `limit` proposals after a cursor, the last proposed first."""
        return await self._editions.page(after, limit)

    async def told(self, proposal_id: UUID) -> Told[P]:
        """Return a proposal with who stands behind it.

        Raises:
            ProposalNotFoundError: there is none of that id.
        """
        found = await self._editions.told(proposal_id)
        if found is None:
            raise ProposalNotFoundError
        return found

    async def _keep(self, proposal: P) -> Told[P]:
        """Store a proposal under a code that no other has, and tell of it."""
        await self._uow.reference.lock()
        if await self._editions.is_taken(proposal.code):
            raise EditionCodeTakenError(code=proposal.code)
        self._uow.add(proposal)
        return await self._tell("edition.proposed", proposal)

    async def _found(self, proposal_id: UUID) -> P:
        found = await self._editions.get(proposal_id)
        if found is None:
            raise ProposalNotFoundError
        return found

    def _ensure_other(self, proposal: P) -> None:
        """Refuse the word of who proposed it, and a word on what was taken back."""
        if proposal.proposed_by == self._act.principal.id:
            raise SecondOfficerNeededError
        if proposal.approved_at is None and proposal.withdrawn_at is not None:
            raise EditionRefusedError.because(PROPOSAL, EditionState.WITHDRAWN)

    def _ensure_day_free(self, starts_on: date, taken: Collection[date | None]) -> None:
        """Refuse a day that has come, or on which another edition begins; ask under the lock."""
        if starts_on <= self._act.day:
            raise EditionRefusedError.because(STARTS_ON, "future-day")
        if starts_on in taken:
            raise EditionRefusedError.because(STARTS_ON, "day-taken")

    async def _approve(self, proposal: P) -> None:
        """Put the second word under a proposal and keep its edition for ever."""
        proposal.approved_at, proposal.approved_by = self._act.now, self._act.principal.id
        await self._editions.announce(proposal)

    async def _withdraw(self, proposal: P, reason: str) -> Told[P]:
        """Take back a proposal, or what was announced; everybody is told what they were told of."""
        first = proposal.starts_on if proposal.approved_at is not None else None
        if first is not None and first <= self._act.day:
            raise EditionRefusedError.because(STARTS_ON, "edition-begun")
        proposal.withdrawn_at, proposal.withdrawn_by = self._act.now, self._act.principal.id
        proposal.withdrawal_reason = reason
        await self._uow.flush()
        if proposal.approved_at is None:
            return await self._tell("edition.proposal_withdrawn", proposal)
        await self._uow.reference.bump()
        return await self._tell("edition.withdrawn", proposal)

    async def _tell(self, kind: str, proposal: P) -> Told[P]:
        """Store what is pending, tell of it, and return how the proposal is told."""
        await self._uow.flush()
        event = self._act.event(
            kind, None, None, None,
            edition_kind=self._editions.kind, edition=proposal.code,
            starts_on=proposal.starts_on.isoformat() if proposal.starts_on else None,
            **self._hours(proposal),
        )  # fmt: skip
        await self._uow.records.insert_events([event])
        return await self.told(proposal.id)

    def _hours(self, _: P) -> dict[str, bool | str | None]:
        """Return whether an edition rules for some hours only, and for which."""
        return {"emergency": False, "starts_at": None, "ends_at": None}
