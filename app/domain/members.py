"""Members: people of an organisation, what their role lets them do, and when they may sign in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from app.domain.vocabulary import Scope


class MemberRole(StrEnum):
    """What a member does in the organisation: looks, acts, or manages it, too."""

    VIEWER = "viewer"
    CLERK = "clerk"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who has signed in at a provider, which has made sure of the address where there is one."""

    issuer: str
    subject: str
    email: str | None

    @property
    def key(self) -> str:
        """The two by which a member is known for ever, as one text."""
        return f"{self.issuer}\n{self.subject}"


class MemberState(StrEnum):
    """Whether a member has signed in yet, and still may."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"


_SCOPES: Final[Mapping[MemberRole, frozenset[Scope]]] = MappingProxyType(
    {
        MemberRole.VIEWER: frozenset({Scope.READ}),
        MemberRole.CLERK: frozenset({Scope.READ, Scope.ACT}),
        MemberRole.MANAGER: frozenset({Scope.READ, Scope.ACT, Scope.MANAGE}),
    }
)


def scopes_of(role: MemberRole, *, personal: bool) -> frozenset[Scope]:
    """Return what a member's session may be used for; `personal` is granted apart from any role."""
    return _SCOPES[role] | ({Scope.PERSONAL} if personal else frozenset())


def state_of(activated_at: datetime | None, disabled_at: datetime | None) -> MemberState:
    """Return how a member stands, by when the first sign-in was and since when it is disabled."""
    if disabled_at is not None:
        return MemberState.DISABLED
    return MemberState.INVITED if activated_at is None else MemberState.ACTIVE


def email_key(email: str) -> str:
    """Return an address as it is compared and stored: people write it in any case."""
    return email.strip().lower()


def masked(email: str) -> str:
    """Return an address by which its owner knows it, and nobody else writes to it."""
    name, _, host = email.partition("@")
    return f"{name[:1]}…@{host}"
