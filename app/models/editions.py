"""Policy editions as the board proposes and announces them, and when each rules."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified


class PolicyProposal(Identified, Base):
    """One member of the board proposes an edition; another approves it, and so announces it.

    It rules from `starts_on`; an emergency for `hours` from `starts_at`, its approval. Once it is
    announced a trigger refuses every change but its withdrawal.
    """

    __tablename__ = "policy_proposals"
    __table_args__ = (
        CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
        CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"
        ),
        CheckConstraint("(starts_on IS NULL) = (hours IS NOT NULL)", name="day_or_hours"),
        CheckConstraint(
            "(starts_at IS NULL) = (hours IS NULL OR approved_at IS NULL)"
            " AND (starts_at IS NULL) = (ends_at IS NULL)",
            name="emergency_has_times",
        ),
        CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '72 hours'",
            name="emergency_is_short",
        ),
        CheckConstraint("hours IS NULL OR reason IS NOT NULL", name="emergency_has_reason"),
        Index(
            "uq_policy_proposals_starts_on",
            "starts_on",
            unique=True,
            postgresql_where=text("approved_at IS NOT NULL AND withdrawn_at IS NULL"),
        ),
        Index(
            "uq_policy_proposals_code",
            "code",
            unique=True,
            postgresql_where=text("approved_at IS NOT NULL OR withdrawn_at IS NULL"),
        ),
        Index(None, "proposed_at", "id"),
    )

    code: Mapped[str]
    document: Mapped[dict[str, Any]]
    starts_on: Mapped[date | None]
    hours: Mapped[int | None]
    reason: Mapped[str | None]
    notice_vi: Mapped[str | None]
    notice_en: Mapped[str | None]
    notice_zh: Mapped[str | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    withdrawal_reason: Mapped[str | None]
