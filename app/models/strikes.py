"""Strikes of companies, with the appeal and what was decided on it."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.strikes import Decision
from app.models.base import Base, Identified, one_of

UNDECIDED = "appealed_at IS NOT NULL AND decided_at IS NULL"


class Strike(Identified, Base):
    """What a counted miss brings to the company of the entry; both sides' words are encrypted.

    They are made empty when their retention is over.
    """

    __tablename__ = "strikes"
    __table_args__ = (
        one_of("decision", Decision),
        CheckConstraint(
            "num_nulls(appealed_at, appealed_by, appeal) IN (0, 3)", name="appealed_whole"
        ),
        CheckConstraint(
            "num_nulls(decision, decided_at, decided_by, decision_reason) IN (0, 4)",
            name="decided_whole",
        ),
        CheckConstraint("decided_at IS NULL OR appealed_at IS NOT NULL", name="decided_on_appeal"),
        UniqueConstraint("call_id"),
        Index(None, "organisation_id", "struck_on"),
        Index(None, "entry_id"),
        Index("ix_strikes_newest", "struck_at", "id"),
        Index(
            "ix_strikes_kept",
            "decided_at",
            postgresql_where=text("decided_at IS NOT NULL AND erased_at IS NULL"),
        ),
        Index("ix_strikes_undecided", "struck_at", "id", postgresql_where=text(UNDECIDED)),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    call_id: Mapped[UUID] = mapped_column(ForeignKey("calls.id"))
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    policy_code: Mapped[str] = mapped_column(ForeignKey("policy_editions.code"))
    struck_at: Mapped[datetime]
    struck_on: Mapped[date]
    appealed_at: Mapped[datetime | None]
    appealed_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    appeal: Mapped[bytes | None] = mapped_column(LargeBinary)
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    decision_reason: Mapped[bytes | None] = mapped_column(LargeBinary)
    erased_at: Mapped[datetime | None]
