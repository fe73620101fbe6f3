"""Who somebody is by a credential, and where else they are signed in."""

from collections.abc import Collection
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.types import Instant, Open, Out
from app.domain.principal import CredentialKind
from app.domain.vocabulary import Agency, Role, Scope
from app.services.access.sessions import Clock, MemberSession, Mine


class WhoOut(Out):
    """Who asks, for whom, by what, and what for."""

    id: UUID
    """The client or the member."""
    name: Annotated[str, Field(examples=["desk-lan"])]
    """By which acts are told."""
    organisation: UUID
    role: Annotated[Role, Open]
    """The role that goes with the organisation."""
    agency: Annotated[Agency, Open] | None
    supervisor: bool
    verified: bool
    """Whether the organisation may act on entries."""
    credential: Annotated[CredentialKind, Open]
    """A `key`, an access `token`, or a `session` of a person who has signed in."""
    credential_id: UUID
    """The session, or the key: of a token the one that it was given for."""
    scopes: list[Annotated[Scope, Open]]
    """What it may be used for; of a session as the member's role is at this moment."""
    expires_at: Instant | None
    """When the session ends if it is not used any more, or when the key does; null is never."""


class SessionOut(Out):
    """A browser in which somebody is signed in."""

    id: UUID
    current: bool
    """Whether it is the one that asks."""
    created_at: Instant
    seen_at: Instant
    """When it was used last; it may be a minute old."""
    expires_at: Instant
    """When it ends if it is not used any more."""
    revoked_at: Instant | None


class SessionsOut(Page[SessionOut]):
    """One page of your own sessions, newest first."""


def who_out(mine: Mine) -> WhoOut:
    """Return who asks."""
    principal, credential = mine.principal, mine.principal.credential
    assert credential is not None
    return WhoOut(
        id=principal.id,
        name=principal.name,
        organisation=principal.organisation_id,
        role=principal.role,
        agency=principal.agency,
        supervisor=principal.supervisor,
        verified=principal.verified,
        credential=credential.kind,
        credential_id=credential.id,
        scopes=_sorted(principal.scopes),
        expires_at=mine.expires_at,
    )


def session_out(session: MemberSession, current: UUID, clock: Clock) -> SessionOut:
    """Return a session, to somebody who asks by the credential `current`."""
    return SessionOut(
        id=session.id,
        current=session.id == current,
        created_at=session.created_at,
        seen_at=session.seen_at,
        expires_at=clock.end_of(session),
        revoked_at=session.revoked_at,
    )


def _sorted(scopes: Collection[Scope]) -> list[Scope]:
    return [scope for scope in Scope if scope in scopes]
