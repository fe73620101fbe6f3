"""Who may act: organisations and the principals that act for them; answers kept for retries."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.members import MemberRole
from app.domain.organisations import OrganisationKind
from app.domain.principal import PrincipalKind
from app.domain.vocabulary import Agency, Role, Scope
from app.models.base import Base, Identified, one_of


class Organisation(Identified, Base):
    """A company, an agency, a yard operator, a bank or the Management Board; rows stay.

    A company is verified once the board has confirmed it, all else at once; `doubt` is why the
    board took that back.
    """

    __tablename__ = "organisations"
    __table_args__ = (
        one_of("kind", OrganisationKind),
        one_of("agency", Agency),
        CheckConstraint("(kind = 'agency') = (agency IS NOT NULL)", name="agency_of_agencies"),
        CheckConstraint("NOT verified OR doubt IS NULL", name="verified_or_doubted"),
        Index("uq_organisations_tax_code", "tax_code", unique=True),
    )

    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(server_default=text("'company'"))
    agency: Mapped[str | None]
    tax_code: Mapped[str | None]
    verified: Mapped[bool] = mapped_column(Boolean, server_default=false())
    doubt: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class Principal(Identified, Base):
    """Who acts: a system, known by its API keys, or a person, a member of the organisation.

    Since `revoked_at` it is disabled. The release before finds its one key by `key_hash`; nothing
    else reads `key_prefix` and it.
    """

    __tablename__ = "principals"
    __table_args__ = (
        one_of("kind", PrincipalKind),
        one_of("role", Role),
        one_of("agency", Agency),
        CheckConstraint("(role = 'agency') = (agency IS NOT NULL)", name="agency_of_agencies"),
        CheckConstraint("NOT supervisor OR role = 'agency'", name="supervisor_of_agencies"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[str] = mapped_column(server_default=text("'client'"))
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]
    agency: Mapped[str | None]
    supervisor: Mapped[bool] = mapped_column(Boolean, server_default=false())
    key_prefix: Mapped[str | None]
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    revoked_at: Mapped[datetime | None]


class Member(Base):
    """A person who acts for an organisation, as the principal of the same id.

    Name, address and `identity` (how the provider of the first sign-in names the person) are
    encrypted, the latter two found by their hashes; they are made empty when the
    retention of a disabled member is over. Rows stay while acts of the person do. One address is
    one member of an organisation, which whoever invites makes sure of under the organisation's
    lock: the hash changes with the data key.
    """

    __tablename__ = "members"
    __table_args__ = (
        one_of("role", MemberRole),
        Index(None, "organisation_id"),
        Index(None, "email_hash"),
        Index(None, "identity_hash"),
    )

    id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[str]
    personal: Mapped[bool] = mapped_column(Boolean)
    display_name: Mapped[bytes] = mapped_column(LargeBinary)
    email: Mapped[bytes] = mapped_column(LargeBinary)
    email_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity: Mapped[bytes | None] = mapped_column(LargeBinary)
    identity_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    invited_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]


_SCOPES = ", ".join(f"'{scope}'" for scope in Scope)


class ApiKey(Identified, Base):
    """A key of a principal, of which only a keyed hash is stored; `prefix` is how people name it.

    Its times are the machine clock's. `last_used_at` is written in batches and may be some seconds
    old. Rows stay: they tell by what an act of long ago was done.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        Index(None, "principal_id"),
        CheckConstraint(f"scopes <@ ARRAY[{_SCOPES}]", name="scopes"),
    )

    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    prefix: Mapped[str]
    key_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class StoredAnswer(Base):
    """What a retry with the same `Idempotency-Key` is answered with, for 24 hours."""

    __tablename__ = "stored_answers"
    __table_args__ = (Index(None, "stored_at"),)

    principal_id: Mapped[UUID] = mapped_column(
        PG_UUID(as_uuid=True), ForeignKey("principals.id"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    location: Mapped[str | None]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    stored_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
