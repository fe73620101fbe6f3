"""The order in which events are told, and to whom.

Rows live for 30 days after they were numbered; the events themselves stay.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Boolean, CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class FeedItem(Base):
    """An event's position, given after its commit; `at` is the machine's time."""

    __tablename__ = "feed"
    __table_args__ = (
        Index("ix_feed_for_all", "position", postgresql_where=text("for_all")),
        Index(None, "at"),
    )

    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    event_number: Mapped[int] = mapped_column(ForeignKey("events.number"), unique=True)
    for_all: Mapped[bool] = mapped_column(Boolean)
    at: Mapped[datetime]


class FeedReader(Base):
    """An organisation that may see an event, beside the authorities, who see all."""

    __tablename__ = "feed_readers"
    __table_args__ = (Index(None, "position"),)

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)
    position: Mapped[int] = mapped_column(ForeignKey("feed.position"), primary_key=True)


class FeedProgress(Base):
    """How far positions were given and forgotten, and the horizon of the events' numbers."""

    __tablename__ = "feed_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int]
    forgotten_to: Mapped[int]
    settled_to: Mapped[int]
    marked_to: Mapped[int | None]
    marked_at: Mapped[datetime | None]
    marked_xid: Mapped[int | None]
