"""Text messages to drivers: a work list, and what became of each.

No row has a number, a name or a text: the phone stays sealed on the entry and the text is made anew
when it is sent or shown. Rows live as long as `retention` says of `driver-message`.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.driver_messages import MessageKind, MessageState, Reason
from app.domain.vocabulary import Language
from app.domain.webhooks import AttemptError
from app.models.base import Base, Identified, one_of

PENDING = "state = 'pending'"


class DriverMessage(Identified, Base):
    """What the driver of an entry is told of one event, at most once.

    `due_at` and `leased_until` are the machine's time, all else is business time. Whoever sends it
    holds it until `leased_until`; if that passes, the sender was killed.
    """

    __tablename__ = "driver_messages"
    __table_args__ = (
        one_of("kind", MessageKind),
        one_of("language", Language),
        one_of("state", MessageState),
        one_of("reason", Reason),
        one_of("error", AttemptError),
        CheckConstraint(f"({PENDING}) = (ended_at IS NULL)", name="ended_unless_pending"),
        CheckConstraint(
            "(state IN ('given_up', 'dropped')) = (reason IS NOT NULL)", name="unsent_with_reason"
        ),
        CheckConstraint("(kind = 'papers') = (call_id IS NULL)", name="call_of_calls"),
        Index("ix_driver_messages_due", "sends_from", postgresql_where=text(PENDING)),
        Index(None, "entry_id", "event_number"),
        Index(None, "ended_at"),
    )

    event_number: Mapped[int] = mapped_column(ForeignKey("events.number"), unique=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"))
    kind: Mapped[str]
    language: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    made_at: Mapped[datetime]
    sends_from: Mapped[datetime]
    sends_until: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None]


class DriverMessageProgress(Base):
    """Up to which position of the feed messages were made; whoever makes them holds this row."""

    __tablename__ = "driver_message_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int]
