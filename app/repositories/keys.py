"""API keys: which of them open something, and what becomes of them, by the machine's clock."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ciphers import NewKey
from app.domain.checkup import KeysGiven
from app.domain.members import MemberRole
from app.domain.vocabulary import Agency, Role, Scope
from app.models import ApiKey, Member, Principal
from app.repositories.pages import page_of


def opens() -> tuple[ColumnElement[bool], ...]:
    """Return what must be true of a key and its principal at this instant."""
    is_lasting = ApiKey.expires_at.is_(None) | (ApiKey.expires_at > func.clock_timestamp())
    return ApiKey.revoked_at.is_(None), is_lasting, Principal.revoked_at.is_(None)


class KeysRepository:
    """Keys of principals."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within the transaction of `session`."""
        self._session = session

    async def opening(self, name: str, key_hash: bytes) -> ApiKey | None:
        """Return the key of that hash, where it opens something for the principal of that name."""
        statement = select(ApiKey).join(Principal, Principal.id == ApiKey.principal_id)
        return await self._session.scalar(
            statement.where(Principal.name == name, ApiKey.key_hash == key_hash, *opens())
        )

    async def add(
        self, principal_id: UUID, made: NewKey, scopes: Collection[Scope], lasts: timedelta | None
    ) -> ApiKey:
        """Store a new key, which opens something for so long from now; None is for ever."""
        key = ApiKey(
            principal_id=principal_id,
            prefix=made.prefix,
            key_hash=made.key_hash,
            scopes=sorted(scopes),
            expires_at=None if lasts is None else func.clock_timestamp() + lasts,
        )
        self._session.add(key)
        await self._session.flush()
        await self._session.refresh(key)
        return key

    async def owner(self, key_id: UUID) -> UUID | None:
        """Return whose key it is; that never changes."""
        return await self._session.scalar(select(ApiKey.principal_id).where(ApiKey.id == key_id))

    async def get(self, key_id: UUID) -> ApiKey:
        """Return a key that is there, as it is now."""
        statement = select(ApiKey).where(ApiKey.id == key_id)
        found = await self._session.execute(statement.execution_options(populate_existing=True))
        return found.scalar_one()

    async def page(
        self, principal_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[ApiKey]:
        """Return up to `limit` keys of a principal after a cursor, newest first."""
        statement = select(ApiKey).where(ApiKey.principal_id == principal_id)
        order = (ApiKey.created_at, ApiKey.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def clock(self) -> datetime:
        """Return the time by which keys expire, that of the database's machine."""
        now: datetime = (await self._session.execute(select(func.clock_timestamp()))).scalar_one()
        return now

    async def revoke(self, key: ApiKey) -> None:
        """Revoke a key, which opens nothing from the end of this transaction on."""
        key.revoked_at = func.coalesce(ApiKey.revoked_at, func.clock_timestamp())
        await self._stored(key)

    async def end(self, key: ApiKey, after: timedelta) -> None:
        """Let a key expire after so long, if it does not sooner."""
        key.expires_at = func.least(ApiKey.expires_at, func.clock_timestamp() + after)
        await self._stored(key)

    async def used(self, ids: Collection[UUID]) -> None:
        """Write down that keys were used by now; in one order, for other processes do the same."""
        these = select(ApiKey.id).where(ApiKey.id.in_(ids)).order_by(ApiKey.id)
        mine = these.with_for_update(key_share=True)
        statement = update(ApiKey).where(ApiKey.id.in_(mine))
        await self._session.execute(statement.values(last_used_at=func.clock_timestamp()))

    async def anybody_manages(self, organisation_id: UUID) -> bool:
        """Tell whether an organisation has a key to manage it with, or a manager who signs in."""
        key = (
            select(ApiKey.id)
            .join(Principal, Principal.id == ApiKey.principal_id)
            .where(Principal.organisation_id == organisation_id)
            .where(ApiKey.scopes.contains([Scope.MANAGE.value]), *opens())
        )
        manager = (
            select(Member.id)
            .join(Principal, Principal.id == Member.id)
            .where(Member.organisation_id == organisation_id)
            .where(Member.role == MemberRole.MANAGER.value, Member.activated_at.is_not(None))
            .where(Principal.revoked_at.is_(None))
        )
        return bool(await self._session.scalar(select(or_(exists(key), exists(manager)))))

    async def _stored(self, key: ApiKey) -> None:
        await self._session.flush()
        await self._session.refresh(key)

    async def revoke_all(self, principal_id: UUID) -> None:
        """Revoke the keys of a principal that are not yet."""
        whose = ApiKey.principal_id == principal_id
        statement = update(ApiKey).where(whose, ApiKey.revoked_at.is_(None))
        await self._session.execute(statement.values(revoked_at=func.clock_timestamp()))

    async def given(self) -> Sequence[KeysGiven]:
        """Return how many keys open something, by role and agency."""
        statement = (
            select(Principal.role, Principal.agency, func.count())
            .join(ApiKey, ApiKey.principal_id == Principal.id)
            .where(*opens())
            .group_by(Principal.role, Principal.agency)
        )
        return [
            KeysGiven(Role(role), Agency(agency) if agency else None, count)
            for role, agency, count in (await self._session.execute(statement)).all()
        ]
