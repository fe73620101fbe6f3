"""Difficulties that companies and drivers report, and what came of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, LargeBinary, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified

OPEN = "answered_at IS NULL"
ANSWERED = "answered_at IS NOT NULL"


class Difficulty(Identified, Base):
    """A report with its answer, both encrypted; the public wording is the board's own.

    A driver who reports by a tracking link is no principal and no organisation. Words and answer
    are made empty when their retention is over.
    """

    __tablename__ = "difficulties"
    __table_args__ = (
        CheckConstraint("num_nonnulls(entry_id, gate_code, rule) > 0", name="about_something"),
        CheckConstraint(
            "(reported_by IS NULL) = (organisation_id IS NULL)", name="reported_for_somebody"
        ),
        CheckConstraint(
            "num_nulls(answered_at, answered_by, answer) IN (0, 3)", name="answered_whole"
        ),
        CheckConstraint(
            "num_nulls(published_at, published_by, public_question, public_answer) IN (0, 4)",
            name="published_whole",
        ),
        CheckConstraint(
            "published_at IS NULL OR (may_publish AND answered_at IS NOT NULL)",
            name="published_after_its_answer",
        ),
        Index("ix_difficulties_open", "reported_at", "id", postgresql_where=text(OPEN)),
        Index("ix_difficulties_answered", "reported_at", "id", postgresql_where=text(ANSWERED)),
        Index("ix_difficulties_answered_at", "answered_at", postgresql_where=text(ANSWERED)),
        Index("ix_difficulties_organisation", "organisation_id", "reported_at", "id"),
        Index(
            "ix_difficulties_assigned", "assigned_to", "reported_at", "id",
            postgresql_where=text("assigned_to IS NOT NULL"),
        ),
        Index(
            "ix_difficulties_published", "published_at", "id",
            postgresql_where=text("published_at IS NOT NULL"),
        ),
        Index(None, "entry_id"),
        Index(
            "ix_difficulties_kept", "answered_at",
            postgresql_where=text("answered_at IS NOT NULL AND erased_at IS NULL"),
        ),
    )  # fmt: skip

    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    gate_code: Mapped[str | None] = mapped_column(ForeignKey("gates.code"))
    rule: Mapped[str | None]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    may_publish: Mapped[bool] = mapped_column(Boolean, server_default=false())
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    assigned_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    answer: Mapped[bytes | None] = mapped_column(LargeBinary)
    published_at: Mapped[datetime | None]
    published_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    erased_at: Mapped[datetime | None]
    public_question: Mapped[str | None]
    public_answer: Mapped[str | None]
