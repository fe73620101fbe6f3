"""Webhooks of organisations, what is to be sent to them, and each attempt.

A webhook lives until its owner deletes it; deliveries and attempts live for 30 days after their
end, as the log of what was sent. Times are the machine's.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.webhooks import AttemptError, DeliveryState, DisabledReason, WebhookState
from app.models.base import Base, Identified, one_of

PENDING = "state = 'pending'"


class Webhook(Identified, Base):
    """Where an organisation wants to be told; its secrets are encrypted.

    An old secret signs beside the new one until `old_secret_until`. Nothing reads `sees_all` any
    more: it is written for the release before, which reads it, and goes with the next one.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        one_of("state", WebhookState),
        one_of("disabled_reason", DisabledReason),
        CheckConstraint(
            "(state = 'disabled') = (disabled_reason IS NOT NULL)", name="disabled_with_reason"
        ),
        CheckConstraint(
            "(old_secret IS NULL) = (old_secret_until IS NULL)", name="old_secret_with_end"
        ),
        CheckConstraint("(failures = 0) = (failing_since IS NULL)", name="failing_since_first"),
        Index(None, "organisation_id", "created_at", "id"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    sees_all: Mapped[bool] = mapped_column(Boolean)
    url: Mapped[str]
    description: Mapped[str | None]
    kinds: Mapped[list[Any]]
    gate_code: Mapped[str | None] = mapped_column(ForeignKey("gates.code"))
    state: Mapped[str]
    disabled_reason: Mapped[str | None]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    old_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    old_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    created_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    failures: Mapped[int]
    failing_since: Mapped[datetime | None]
    probe_at: Mapped[datetime | None]
    succeeded_at: Mapped[datetime | None]


class Delivery(Identified, Base):
    """An event on its way to a webhook: a work list and the log of what was sent.

    One without position is a test. Whoever sends it holds it until `leased_until`; if that passes,
    the sender was killed. `since` is when it was first to be sent, or sent again.
    """

    __tablename__ = "deliveries"
    __table_args__ = (
        one_of("state", DeliveryState),
        CheckConstraint("(position IS NULL) = (event_number IS NULL)", name="position_of_event"),
        CheckConstraint(f"({PENDING}) = (ended_at IS NULL)", name="ended_unless_pending"),
        UniqueConstraint("webhook_id", "position"),
        Index("ix_deliveries_due", "webhook_id", "due_at", postgresql_where=text(PENDING)),
        Index(
            "ix_deliveries_of_entry",
            "webhook_id", "entry_id", "position",
            postgresql_where=text(PENDING),
        ),
        Index(None, "webhook_id", "since", "id"),
        Index(None, "ended_at"),
    )  # fmt: skip

    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id"))
    position: Mapped[int | None]
    event_number: Mapped[int | None] = mapped_column(ForeignKey("events.number"))
    entry_id: Mapped[UUID | None]
    kind: Mapped[str]
    state: Mapped[str]
    since: Mapped[datetime]
    due_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    ended_at: Mapped[datetime | None]


class DeliveryAttempt(Identified, Base):
    """One try to deliver; of the receiver's answer only the status is kept."""

    __tablename__ = "delivery_attempts"
    __table_args__ = (one_of("error", AttemptError), Index(None, "delivery_id", "at"))

    delivery_id: Mapped[UUID] = mapped_column(ForeignKey("deliveries.id"))
    at: Mapped[datetime]
    took_ms: Mapped[int]
    status: Mapped[int | None]
    error: Mapped[str | None]
