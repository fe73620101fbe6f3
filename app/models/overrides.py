"""Overrides: who proposed, confirmed and approved that a vehicle be called out of its turn."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified, one_direction


class Override(Identified, Base):
    """One officer proposes it, another confirms it; it has a number once its call is made."""

    __tablename__ = "overrides"
    __table_args__ = (
        one_direction(),
        CheckConstraint("confirmed_by <> proposed_by", name="two_officers"),
        CheckConstraint(
            "approved_by <> proposed_by AND approved_by <> confirmed_by", name="board_besides"
        ),
        CheckConstraint(
            "(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed_by_somebody"
        ),
        CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"
        ),
        CheckConstraint(
            "confirmed_at IS NOT NULL OR (approved_at IS NULL AND made_at IS NULL)",
            name="confirmed_first",
        ),
        CheckConstraint(
            "(made_at IS NULL) = (number IS NULL) AND (made_at IS NULL) = (week_on IS NULL)",
            name="made_has_number",
        ),
        UniqueConstraint("gate_code", "direction", "week_on", "number"),
        Index(None, "gate_code", "direction", "proposed_at", "id"),
        Index(None, "entry_id"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    reason: Mapped[str]
    proposed_on: Mapped[date]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    made_at: Mapped[datetime | None]
    week_on: Mapped[date | None]
    number: Mapped[int | None]
