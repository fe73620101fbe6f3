"""The person or system that acts; stored with every act."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from app.domain.vocabulary import Agency, Role, Scope


class PrincipalKind(StrEnum):
    """Who acts: a system of an organisation, or one of its members."""

    CLIENT = "client"
    PERSON = "person"


class CredentialKind(StrEnum):
    """By what a principal was known."""

    KEY = "key"
    TOKEN = "token"  # noqa: S105 - a kind, and no secret
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Credential:
    """By which of its credentials a principal acts; of a token it is the key it was given for."""

    kind: CredentialKind
    id: UUID


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts, for which organisation, in which role; `tax_code` is the organisation's.

    A `supervisor` answers for an agency's other desks, too. `scopes` are those of the credential;
    the service itself has neither. `verified` says whether its organisation may act on entries.
    """

    id: UUID
    organisation_id: UUID
    name: str
    role: Role
    agency: Agency | None = None
    tax_code: str | None = None
    supervisor: bool = False
    scopes: frozenset[Scope] = frozenset()
    credential: Credential | None = None
    verified: bool = True

    @property
    def authority(self) -> str:
        """The agency of an agency's principal, else the role: whom a reader would name."""
        return self.agency.value if self.agency else self.role.value
