"""API keys: which of them open something, and what becomes of them, by the machine's clock."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.checkup import KeysGiven
from app.domain.vocabulary import Agency, Role
from app.models import ApiKey, Principal


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

    async def add(self, key: ApiKey, lasts: timedelta | None) -> ApiKey:
        """Store a new key, which opens something for so long from now; None is for ever."""
        key.expires_at = None if lasts is None else func.clock_timestamp() + lasts
        self._session.add(key)
        await self._session.flush()
        return key

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
