"""What was told of waits that were to come, and how far that was off."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.vocabulary import Lane
from app.models.base import Base, one_direction, one_of


class WaitEstimate(Base):
    """What an entry was told at an instant, in open seconds; scored by its next call.

    `clock` is the reading of the queue's open clock when it was made; `error` is more than 0 where
    the call came later than likely.
    """

    __tablename__ = "wait_estimates"
    __table_args__ = (
        one_direction(),
        one_of("lane", Lane),
        CheckConstraint("low <= likely AND likely <= high", name="in_order"),
        CheckConstraint(
            "(called_at IS NULL) = (error IS NULL) AND (called_at IS NULL) = (inside IS NULL)",
            name="scored_together",
        ),
        Index(None, "due_at"),
        Index(
            "ix_wait_estimates_scored", "gate_code", "direction", "called_at",
            postgresql_where=text("called_at IS NOT NULL"),
        ),
    )  # fmt: skip

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(primary_key=True)
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    lane: Mapped[str]
    made_at: Mapped[datetime]
    clock: Mapped[int]
    low: Mapped[int]
    likely: Mapped[int]
    high: Mapped[int]
    method: Mapped[str]
    sample: Mapped[int]
    called_at: Mapped[datetime | None]
    error: Mapped[int | None]
    inside: Mapped[bool | None]


class WaitScore(Base):
    """The estimates of one lane that calls of a legal day have scored, and of the week up to it.

    A row is made once, when its day is over, and outlives the estimates.
    """

    __tablename__ = "wait_scores"
    __table_args__ = (
        one_direction(),
        one_of("lane", Lane),
        CheckConstraint("inside <= scored AND week_inside <= week_scored", name="inside_of_all"),
    )

    on_day: Mapped[date] = mapped_column(primary_key=True)
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    lane: Mapped[str] = mapped_column(primary_key=True)
    scored: Mapped[int]
    inside: Mapped[int]
    error_sum: Mapped[int]
    absolute_error_sum: Mapped[int]
    week_scored: Mapped[int]
    week_inside: Mapped[int]
    week_median_error: Mapped[int]
