"""Sessions: members sign in, see where they are signed in, and sign out.

Times are the machine clock's, as those of keys; what happened is told by the business clock, as
everything is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.ciphers import new_token
from app.domain.errors import NotKnownHereError, SessionNotFoundError
from app.domain.members import Identity, email_key
from app.domain.principal import CredentialKind, Principal
from app.domain.vocabulary import Agency, Role
from app.models import Member, MemberSession
from app.models import Principal as PrincipalRow
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Today, Tools

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Clock", "Known", "MemberSession", "Mine", "Opened", "Sessions", "SignIn"]


@dataclass(frozen=True, slots=True)
class Clock:
    """The machine's time, how long a session lasts at most, and how long without being used."""

    at: datetime
    lasts: timedelta
    idle: timedelta

    def end_of(self, session: MemberSession) -> datetime:
        """Return when a session ends by itself, if it is not used any more."""
        return min(session.expires_at, session.seen_at + self.idle)


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that was opened just now, and its token, which nobody sees again."""

    session: MemberSession
    token: str


@dataclass(frozen=True, slots=True)
class Known:
    """A member who may sign in, without anything personal."""

    id: UUID
    name: str
    organisation: str
    role: str


@dataclass(frozen=True, slots=True)
class Mine:
    """By what somebody is known, and until when."""

    principal: Principal
    expires_at: datetime | None


class SignIn:
    """Lets members in, and out again, by whatever showed who they are."""

    def __init__(self, uow: UnitOfWork, today: Today, tools: Tools, clock: Clock) -> None:
        """Work within one transaction; nobody is known yet."""
        self._uow = uow
        self._today = today
        self._tools = tools
        self._clock = clock

    async def who(self, limit: int) -> Sequence[Known]:
        """Return up to `limit` members who may sign in, by organisation and name."""
        found = await self._uow.members.who_may_sign_in(limit)
        return [Known(row.id, row.name, organisation, role) for row, organisation, role in found]

    async def as_member(self, member_id: UUID) -> Opened:
        """Sign in as a member; a sandbox asks for nothing more.

        Raises:
            NotKnownHereError: there is no such member, or it is disabled.
        """
        if await self._uow.members.organisation_of(member_id) is None:
            raise NotKnownHereError
        return await self._open(*await self._uow.members.locked(member_id))

    async def by_identity(self, who: Identity, state: str) -> Opened:
        """Sign in whom a provider knows; the first time, an invitation to that address is theirs.

        Raises:
            NotKnownHereError: nobody's member, or one who is disabled.
            SignInFailedError: that state has opened a session before.
        """
        cipher = self._tools.cipher
        invited = cipher.hashes_to_find(email_key(who.email)) if who.email else ()
        found = await self._uow.members.of_identity(cipher.hashes_to_find(who.key), invited)
        if found is None:
            raise NotKnownHereError
        principal, member = await self._uow.members.locked(found)
        if member.identity is None:
            member.identity = cipher.encrypt(who.key)
            member.identity_hash = cipher.hash_to_find(who.key)
        elif cipher.decrypt(member.identity) != who.key:  # another was quicker
            raise NotKnownHereError
        return await self._open(principal, member, self._tools.keys.hash_of(state))

    async def out(self, token: str) -> None:
        """End the session of a token; one that is over, or never was, is nothing to do."""
        session = await self._uow.sessions.by_token(self._tools.keys.hash_of(token))
        if session is not None and session.revoked_at is None:
            principal, member = await self._uow.members.get(session.principal_id)
            await _end(self._uow, self._act(principal), session, member, self._clock.at)

    async def _open(
        self, principal: PrincipalRow, member: Member, state_hash: bytes | None = None
    ) -> Opened:
        if principal.revoked_at is not None:
            raise NotKnownHereError
        at, token = self._clock.at, new_token()
        session = MemberSession(
            id=self._tools.new_id(),
            principal_id=member.id,
            token_hash=self._tools.keys.hash_of(token),
            created_at=at,
            seen_at=at,
            expires_at=at + self._clock.lasts,
            state_hash=state_hash,
        )
        is_first = member.activated_at is None
        if is_first:
            member.activated_at = at
        self._uow.add(session)
        act = self._act(principal)
        await _tell(self._uow, act, "member.signed_in", session, member, first=is_first)
        return Opened(session, token)

    def _act(self, row: PrincipalRow) -> Act:
        agency = Agency(row.agency) if row.agency else None
        principal = Principal(row.id, row.organisation_id, row.name, Role(row.role), agency)
        today = self._today
        return Act(now=today.now, reference=today.reference, principal=principal, tools=self._tools)


class Sessions:
    """Shows somebody's own sessions, and ends them."""

    def __init__(self, uow: UnitOfWork, act: Act, clock: Clock) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._clock = clock

    async def mine(self) -> Mine:
        """Return who acts, and until when by this credential; None is for ever."""
        principal = self._act.principal
        assert principal.credential is not None
        if principal.credential.kind is not CredentialKind.SESSION:
            return Mine(principal, (await self._uow.keys.get(principal.credential.id)).expires_at)
        session = await self._uow.sessions.get(principal.credential.id)
        assert session is not None
        # This very request is a use of it.
        ends = min(session.expires_at, self._clock.at + self._clock.idle)
        return Mine(principal, ends)

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[MemberSession]:
        """Return up to `limit` of one's own sessions that open something, newest first."""
        clock, mine = self._clock, self._act.principal.id
        return await self._uow.sessions.page(mine, clock.at, clock.idle, after, limit)

    async def end(self, session_id: UUID) -> MemberSession:
        """End one of one's own sessions; it opens nothing from the next request on.

        Raises:
            SessionNotFoundError: none of that id, or another's.
        """
        session = await self._uow.sessions.locked(session_id)
        if session is None or session.principal_id != self._act.principal.id:
            raise SessionNotFoundError
        if session.revoked_at is None:
            _, member = await self._uow.members.get(session.principal_id)
            await _end(self._uow, self._act, session, member, self._clock.at)
        return session


async def _end(
    uow: UnitOfWork, act: Act, session: MemberSession, member: Member, at: datetime
) -> None:
    session.revoked_at = at
    await _tell(uow, act, "member.signed_out", session, member)


async def _tell(
    uow: UnitOfWork,
    act: Act,
    kind: str,
    session: MemberSession,
    member: Member,
    **more: object,
) -> None:
    await uow.flush()
    told = {"organisation": str(member.organisation_id), "member": str(member.id)}
    event = act.event(kind, None, None, None, **told, session=str(session.id), **more)
    await uow.records.insert_events([event])
