"""Notices of gates: what they say, when, who posted and who lifted them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.notices import NoticeKind
from app.domain.vocabulary import Direction
from app.models.base import Base, Identified, one_of


class Notice(Identified, Base):
    """A dated statement about a gate; what it says is never edited, it is lifted."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", NoticeKind),
        one_of("direction", Direction),
        CheckConstraint("starts_at >= posted_at", name="not_of_the_past"),
        CheckConstraint("ends_at > starts_at", name="begins_before_it_ends"),
        CheckConstraint("lifted_at >= posted_at", name="lifted_after_posted"),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        CheckConstraint(
            "(kind IN ('capacity', 'counterpart-limit'))"
            " = (per_hour IS NOT NULL OR per_day IS NOT NULL)",
            name="limits_have_numbers",
        ),
        CheckConstraint("per_hour >= 0 AND per_day >= 0", name="limits_not_negative"),
        ForeignKeyConstraint(["gate_code", "route_code"], ["routes.gate_code", "routes.code"]),
        Index(None, "posted_at", "id"),
        Index(None, "gate_code", "posted_at", "id"),
    )

    kind: Mapped[str]
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str | None]
    route_code: Mapped[str | None]
    goods_group: Mapped[str | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    per_hour: Mapped[int | None]
    per_day: Mapped[int | None]
    text_vi: Mapped[str]
    text_en: Mapped[str | None]
    text_zh: Mapped[str | None]
    posted_at: Mapped[datetime]
    posted_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    authority: Mapped[str]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    lift_reason: Mapped[str | None]
