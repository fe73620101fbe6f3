"""Sessions of members: which of them open something, and what becomes of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import MemberSession
from app.repositories.pages import page_of

SEEN_EVERY: Final = timedelta(minutes=1)
"""A session that was seen less long ago is not written to."""


def open_since(
    at: datetime | ColumnElement[datetime], idle_since: datetime | ColumnElement[datetime]
) -> tuple[ColumnElement[bool], ...]:
    """Return what must be true of a session that opens something at an instant.

    It was used after `idle_since`.
    """
    return (
        MemberSession.revoked_at.is_(None),
        MemberSession.expires_at > at,
        MemberSession.seen_at > idle_since,
    )


class SessionsRepository:
    """Questions about who is signed in; instants are the machine clock's."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within the transaction of `session`."""
        self._session = session

    async def get(self, session_id: UUID) -> MemberSession | None:
        """Return a session, ended or not."""
        return await self._session.get(MemberSession, session_id)

    async def locked(self, session_id: UUID) -> MemberSession | None:
        """Return a session, ended or not, kept from other writers."""
        statement = select(MemberSession).where(MemberSession.id == session_id)
        return await self._session.scalar(statement.with_for_update(key_share=True))

    async def by_token(self, token_hash: bytes) -> MemberSession | None:
        """Return the session of a token, ended or not, kept from other writers."""
        statement = select(MemberSession).where(MemberSession.token_hash == token_hash)
        return await self._session.scalar(statement.with_for_update(key_share=True))

    async def page(
        self,
        principal_id: UUID,
        at: datetime,
        idle: timedelta,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[MemberSession]:
        """Return up to `limit` sessions of somebody that open something, newest first."""
        statement = select(MemberSession).where(
            MemberSession.principal_id == principal_id, *open_since(at, at - idle)
        )
        order = (MemberSession.created_at, MemberSession.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def end_all(self, principal_id: UUID) -> None:
        """End the sessions of somebody that are not yet."""
        whose = MemberSession.principal_id == principal_id
        statement = update(MemberSession).where(whose, MemberSession.revoked_at.is_(None))
        await self._session.execute(statement.values(revoked_at=func.clock_timestamp()))

    async def seen(self, ids: Collection[UUID], at: datetime) -> None:
        """Write down that sessions were used by now; in one order, as other processes do."""
        these = select(MemberSession.id).where(
            MemberSession.id.in_(ids), MemberSession.seen_at < at - SEEN_EVERY
        )
        mine = these.order_by(MemberSession.id).with_for_update(key_share=True)
        statement = update(MemberSession).where(MemberSession.id.in_(mine))
        await self._session.execute(statement.values(seen_at=at))

    async def forget(self, at: datetime, limit: int) -> int:
        """Delete up to `limit` sessions whose time is over; return how many."""
        over = select(MemberSession.id).where(MemberSession.expires_at <= at).limit(limit)
        statement = delete(MemberSession).where(MemberSession.id.in_(over))
        return len((await self._session.execute(statement.returning(MemberSession.id))).all())
