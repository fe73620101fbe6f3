"""Editions and reductions that the board proposes and announces."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.charges import AnnouncedReduction, AnnouncedTariff, Known
from app.domain.editions import Announced
from app.domain.validity import Validity
from app.models import (
    EditionConfirmation,
    PolicyEdition,
    PolicyProposal,
    Principal,
    ReductionProposal,
    TariffEdition,
    TariffProposal,
)
from app.repositories.pages import page_of

P = TypeVar("P", PolicyProposal, TariffProposal, ReductionProposal)
E = TypeVar("E", PolicyProposal, TariffProposal)


class Told(NamedTuple, Generic[P]):
    """A proposal with the names of who stands behind it."""

    proposal: P
    proposed_by: str
    approved_by: str | None
    withdrawn_by: str | None


class ProposalsRepository(Generic[P]):
    """Questions about what the board proposes of one kind."""

    proposals: type[P]

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def get(self, proposal_id: UUID) -> P | None:
        """Return a proposal as it is now; to change it, ask under the lock of reference data."""
        return await self._session.get(self.proposals, proposal_id, populate_existing=True)

    async def is_taken(self, code: str) -> bool:
        """Tell whether something has this code, announced or proposed and not withdrawn."""
        table = self.proposals
        named = select(table.code).where(
            table.code == code, table.approved_at.is_not(None) | table.withdrawn_at.is_(None)
        )
        return (await self._session.scalar(named.limit(1))) is not None

    async def announce(self, _: P, /) -> None:
        """Keep what was approved for ever; its own row is all that there is of it."""
        await self._session.flush()

    async def told(self, proposal_id: UUID) -> Told[P] | None:
        """Return a proposal with who stands behind it."""
        statement = self._told().where(self.proposals.id == proposal_id)
        row = (await self._session.execute(statement)).one_or_none()
        return Told(*row) if row else None

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Told[P]]:
        """Return up to `limit` proposals after a cursor, the last proposed first."""
        order = (self.proposals.proposed_at, self.proposals.id)
        page = page_of(self._told(), order, after, limit, newest_first=True)
        return [Told(*row) for row in await self._session.execute(page)]

    def _told(self) -> Select[*tuple[Any, ...]]:
        table = self.proposals
        proposed, approved, withdrawn = (aliased(Principal) for _ in range(3))
        return (
            select(table, proposed.name, approved.name, withdrawn.name)
            .join(proposed, proposed.id == table.proposed_by)
            .outerjoin(approved, approved.id == table.approved_by)
            .outerjoin(withdrawn, withdrawn.id == table.withdrawn_by)
        )


class EditionsRepository(ProposalsRepository[E]):
    """Questions about the board's editions of one kind."""

    kind: ClassVar[str]
    editions: type[PolicyEdition] | type[TariffEdition]

    async def is_taken(self, code: str) -> bool:
        """Tell whether an edition has this code: one that ships, or that the board proposed."""
        shipped = select(self.editions.code).where(self.editions.code == code)
        return (await self._session.scalar(shipped)) is not None or await super().is_taken(code)

    async def announce(self, proposal: E, /) -> None:
        """Keep a proposal's edition for ever, with the words of the two who stand behind it."""
        official = bool(proposal.document["official"])
        self._session.add(
            self.editions(code=proposal.code, document=proposal.document, official=official)
        )
        await self._session.flush()
        for who in (proposal.proposed_by, proposal.approved_by):
            self._session.add(
                EditionConfirmation(
                    kind=self.kind,
                    edition_code=proposal.code,
                    principal_id=who,
                    confirmed_at=proposal.approved_at,
                )
            )
        await self._session.flush()


class PolicyEditionsRepository(EditionsRepository[PolicyProposal]):
    """Questions about the policy editions that the board proposes and announces."""

    kind = "policy"
    proposals = PolicyProposal
    editions = PolicyEdition

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


class TariffEditionsRepository(EditionsRepository[TariffProposal]):
    """Questions about the tariff editions that the board proposes and announces."""

    kind = "tariff"
    proposals = TariffProposal
    editions = TariffEdition

    async def announced(self) -> Mapping[str, AnnouncedTariff]:
        """Return when each edition is in force that the board has announced, and by what."""
        statement = select(
            TariffProposal.code,
            TariffProposal.starts_on,
            TariffProposal.known_from,
            TariffProposal.known_to,
            TariffProposal.withdrawal_reason,
        ).where(TariffProposal.known_from.is_not(None))
        return {
            code: AnnouncedTariff(code, starts_on, Known(first, end), reason)
            for code, starts_on, first, end, reason in await self._session.execute(statement)
            if starts_on is not None
        }


class ReductionsRepository(ProposalsRepository[ReductionProposal]):
    """Questions about the reductions that the board proposes and announces."""

    proposals = ReductionProposal

    async def announced(self) -> list[AnnouncedReduction]:
        """Return every reduction that was announced, those that were withdrawn as well."""
        table = ReductionProposal
        found = await self._session.scalars(select(table).where(table.known_from.is_not(None)))
        return [announced_reduction(one) for one in found]


def announced_reduction(one: ReductionProposal) -> AnnouncedReduction:
    """Return a reduction as the rules read it."""
    return AnnouncedReduction(
        document=one.document,
        valid=Validity(one.starts_on, one.ends_on),
        known=Known(one.known_from, one.known_to),
        withdrawn_from=one.withdrawn_from,
        withdrawal_reason=one.withdrawal_reason,
    )
