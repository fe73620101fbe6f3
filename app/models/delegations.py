"""Who is a party of whose entries beside the declarant, from when to when, and by whose word."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.delegations import GRANTED, Ending
from app.models.base import Base, Identified, one_of

OPEN_OF_ONE = "ended_at IS NULL AND entry_id IS NOT NULL"
OPEN_OF_ALL = "ended_at IS NULL AND entry_id IS NULL"


class Delegation(Identified, Base):
    """An organisation lets another be a party of one entry, or of all of its entries; ADR 51.

    Its instants are half-open and of the business clock; no start is at once, no end is for good.
    `registered_at` is the entry's, by which its party lists it. Rows stay as long as the entry does
    and tell who could see it.
    """

    __tablename__ = "delegations"
    __table_args__ = (
        one_of("party", GRANTED),
        one_of("ending", Ending),
        CheckConstraint("grantor_id <> organisation_id", name="between_two"),
        CheckConstraint("(entry_id IS NULL) = (registered_at IS NULL)", name="entry_whole"),
        CheckConstraint("starts_at < ends_at", name="starts_before_end"),
        CheckConstraint(
            "(ended_at IS NULL) = (ended_by IS NULL) AND (ended_at IS NULL) = (ending IS NULL)",
            name="ended_whole",
        ),
        Index(
            "uq_delegations_of_entry", "entry_id", "organisation_id", "party",
            unique=True, postgresql_where=text(OPEN_OF_ONE),
        ),
        Index(
            "uq_delegations_of_all", "grantor_id", "organisation_id", "party",
            unique=True, postgresql_where=text(OPEN_OF_ALL),
        ),
        Index(
            "ix_delegations_grantors", "organisation_id", "grantor_id",
            postgresql_where=text(OPEN_OF_ALL),
        ),
        # What a party lists is a range of this index, newest first, however much it has carried.
        Index(
            "ix_delegations_listed", "organisation_id", "registered_at", "entry_id",
            postgresql_where=text(OPEN_OF_ONE),
        ),
        Index(
            "ix_delegations_entry", "entry_id", "granted_at", "id",
            postgresql_where=text("entry_id IS NOT NULL"),
        ),
        Index("ix_delegations_given", "grantor_id", "granted_at", "id"),
        Index("ix_delegations_received", "organisation_id", "granted_at", "id"),
    )  # fmt: skip

    grantor_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    party: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    registered_at: Mapped[datetime | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    granted_at: Mapped[datetime]
    granted_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    ending: Mapped[str | None]
