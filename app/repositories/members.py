"""Members of organisations, each beside the principal that acts."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Member, Organisation, Principal
from app.repositories.pages import page_of


class MembersRepository:
    """Questions about people who act for an organisation."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within the transaction of `session`."""
        self._session = session

    async def add(self, principal: Principal, member: Member) -> None:
        """Store a new member, and the principal it acts as before it."""
        self._session.add(principal)
        await self._session.flush()
        member.id = principal.id
        self._session.add(member)
        await self._session.flush()
        await self._session.refresh(principal)

    async def organisation_of(self, member_id: UUID) -> UUID | None:
        """Return whose member it is; that never changes."""
        statement = select(Member.organisation_id).where(Member.id == member_id)
        return await self._session.scalar(statement)

    async def get(self, member_id: UUID) -> tuple[Principal, Member]:
        """Return a member that is there, as it is now."""
        statement = _members().where(Member.id == member_id)
        found = await self._session.execute(statement.execution_options(populate_existing=True))
        principal, member = found.one()
        return principal, member

    async def locked(self, member_id: UUID) -> tuple[Principal, Member]:
        """Return a member that is there, as it is now, kept from other writers."""
        await self._session.execute(
            select(Member.id).where(Member.id == member_id).with_for_update(key_share=True)
        )
        return await self.get(member_id)

    async def who_may_sign_in(self, limit: int) -> Sequence[tuple[Principal, str, str]]:
        """Return up to `limit` members who are not disabled, with organisation and role."""
        statement = (
            select(Principal, Organisation.name, Member.role)
            .join(Member, Member.id == Principal.id)
            .join(Organisation, Organisation.id == Member.organisation_id)
            .where(Principal.revoked_at.is_(None))
            .order_by(Organisation.name, Principal.name)
            .limit(limit)
        )
        return [(row[0], row[1], row[2]) for row in await self._session.execute(statement)]

    async def of_identity(
        self, known_as: Collection[bytes], invited_at: Collection[bytes]
    ) -> UUID | None:
        """Return the member of an identity, else one who has none yet and was invited there.

        Both are hashes. Of several the one who was invited first; none who is disabled.
        """
        is_unknown = Member.identity_hash.is_(None)
        statement = (
            select(Member.id)
            .join(Principal, Principal.id == Member.id)
            .where(Principal.revoked_at.is_(None))
            .where(
                Member.identity_hash.in_(known_as)
                | (is_unknown & Member.email_hash.in_(invited_at))
            )
            .order_by(is_unknown, Member.invited_at, Member.id)
            .limit(1)
        )
        return await self._session.scalar(statement)

    async def by_email(self, organisation_id: UUID, hashes: Collection[bytes]) -> Member | None:
        """Return an organisation's member of an address, disabled or not."""
        statement = select(Member).where(Member.organisation_id == organisation_id)
        return await self._session.scalar(statement.where(Member.email_hash.in_(hashes)))

    async def page(
        self, organisation_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[tuple[Principal, Member]]:
        """Return up to `limit` members of an organisation after a cursor, newest first."""
        statement = _members().where(Member.organisation_id == organisation_id)
        order = (Principal.created_at, Principal.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return [(row[0], row[1]) for row in await self._session.execute(page)]


def _members() -> Select[Principal, Member]:
    return select(Principal, Member).join(Member, Member.id == Principal.id)
