"""Policy editions that the board proposes and announces."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.editions import Announced
from app.models import EditionConfirmation, PolicyEdition, PolicyProposal, Principal
from app.repositories.pages import page_of

POLICY = "policy"


class Told(NamedTuple):
    """A proposal with the names of who stands behind it."""

    proposal: PolicyProposal
    proposed_by: str
    approved_by: str | None
    withdrawn_by: str | None


class EditionsRepository:
    """Questions about the board's editions."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def get(self, proposal_id: UUID) -> PolicyProposal | None:
        """Return a proposal as it is now; to change it, ask under the lock of reference data."""
        return await self._session.get(PolicyProposal, proposal_id, populate_existing=True)

    async def is_taken(self, code: str) -> bool:
        """Tell whether an edition has this code, announced or proposed and not withdrawn."""
        announced = select(PolicyEdition.code).where(PolicyEdition.code == code)
        proposed = select(PolicyProposal.code).where(
            PolicyProposal.code == code, PolicyProposal.withdrawn_at.is_(None)
        )
        return (await self._session.scalar(announced.union(proposed))) is not None

    async def announced(self) -> Mapping[str, Announced]:
        """Return when each edition rules that the board has announced, by code."""
        statement = select(
            PolicyProposal.code,
            PolicyProposal.starts_on,
            PolicyProposal.starts_at,
            PolicyProposal.ends_at,
            PolicyProposal.withdrawn_at,
            PolicyProposal.reason,
            PolicyProposal.withdrawal_reason,
        ).where(PolicyProposal.approved_at.is_not(None))
        return {row.code: Announced(*row) for row in await self._session.execute(statement)}

    async def announce(self, proposal: PolicyProposal) -> None:
        """Keep a proposal's edition for ever, with the words of the two who stand behind it."""
        self._session.add(PolicyEdition(code=proposal.code, document=proposal.document))
        await self._session.flush()
        for who in (proposal.proposed_by, proposal.approved_by):
            self._session.add(
                EditionConfirmation(
                    kind=POLICY,
                    edition_code=proposal.code,
                    principal_id=who,
                    confirmed_at=proposal.approved_at,
                )
            )
        await self._session.flush()

    async def told(self, proposal_id: UUID) -> Told:
        """Return a proposal that is there, with who stands behind it."""
        statement = _told().where(PolicyProposal.id == proposal_id)
        return Told(*(await self._session.execute(statement)).one())

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Told]:
        """Return up to `limit` proposals after a cursor, the last proposed first."""
        order = (PolicyProposal.proposed_at, PolicyProposal.id)
        page = page_of(_told(), order, after, limit, newest_first=True)
        return [Told(*row) for row in await self._session.execute(page)]


def _told() -> Select[*tuple[Any, ...]]:
    proposed, approved, withdrawn = (aliased(Principal) for _ in range(3))
    return (
        select(PolicyProposal, proposed.name, approved.name, withdrawn.name)
        .join(proposed, proposed.id == PolicyProposal.proposed_by)
        .outerjoin(approved, approved.id == PolicyProposal.approved_by)
        .outerjoin(withdrawn, withdrawn.id == PolicyProposal.withdrawn_by)
    )
