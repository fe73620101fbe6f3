"""What reports rest on: figures that others published, and one narrow row per stay at a gate."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.stays import Cargo, Outcome
from app.domain.vocabulary import Lane
from app.models.base import Base, one_direction, one_of


class PublishedVolume(Base):
    """A number that somebody published of the traffic, with its source; never edited."""

    __tablename__ = "published_volumes"

    code: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class Stay(Base):
    """An entry at a gate as reports count it; made anew whenever the entry changes."""

    __tablename__ = "stays"
    __table_args__ = (
        one_direction(),
        one_of("lane", Lane),
        one_of("cargo", Cargo),
        one_of("outcome", Outcome),
        CheckConstraint(
            "(outcome IS NULL) = (left_on IS NULL) AND (left_on IS NULL) = (left_hour IS NULL)"
            " AND (left_on IS NULL) = (stock_to IS NULL)",
            name="left_together",
        ),
        CheckConstraint(
            "(waited IS NULL) = (waited_on IS NULL) AND (waited IS NULL) = (waited_hour IS NULL)",
            name="waited_together",
        ),
        Index(None, "left_on", "gate_code"),
        Index(None, "waited_on", "gate_code"),
        # Most vehicles pass before 20:00 of the day they came, and never stand in a stock.
        Index(
            "ix_stays_stock", "stock_to", "stock_from",
            postgresql_where=text("stock_to IS NULL OR stock_from < stock_to"),
        ),
    )  # fmt: skip

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"), primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    lane: Mapped[str]
    cargo: Mapped[str]
    outcome: Mapped[str | None]
    left_on: Mapped[date | None]
    left_hour: Mapped[int | None] = mapped_column(SmallInteger)
    stock_from: Mapped[date]
    stock_to: Mapped[date | None]
    declared_from: Mapped[date | None]
    waited: Mapped[int | None]
    waited_on: Mapped[date | None]
    waited_hour: Mapped[int | None] = mapped_column(SmallInteger)


class StayProgress(Base):
    """One row: how far the events have been counted into stays.

    Every event up to `settled_to` has been. Numbers are drawn before commit, so those from there to
    `seen_to` are looked at again: when all transactions older than `pending_xid` have ended,
    nothing can appear below `pending_to` any more, and it is settled.
    """

    __tablename__ = "stay_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    settled_to: Mapped[int]
    seen_to: Mapped[int]
    pending_to: Mapped[int | None]
    pending_xid: Mapped[int | None]
