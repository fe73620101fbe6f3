"""Partners' systems: the sources they send from, and the messages that came."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.exchange import AdapterKind, MessageState
from app.models.base import Base, Identified, one_direction, one_of

WAITS = "state = 'quarantined'"


class Source(Identified, Base):
    """A partner's system that sends messages of one kind, and how far it is trusted.

    It is kept for good, retired or not: what was applied names it.
    """

    __tablename__ = "sources"
    __table_args__ = (
        one_of("adapter", AdapterKind),
        one_of("way", ("in", "out")),
        one_direction(),
        CheckConstraint("least_confidence BETWEEN 0 AND 100", name="confidence_in_percent"),
        CheckConstraint("repeat_seconds BETWEEN 0 AND 600", name="repeats_for_minutes"),
        UniqueConstraint("code"),
        Index(None, "organisation_id"),
    )

    code: Mapped[str]
    adapter: Mapped[str]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    gate_code: Mapped[str | None] = mapped_column(ForeignKey("gates.code"))
    yard_code: Mapped[str | None] = mapped_column(ForeignKey("yards.code"))
    direction: Mapped[str | None]
    way: Mapped[str | None]
    least_confidence: Mapped[int]
    repeat_seconds: Mapped[int]
    registered_at: Mapped[datetime]
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    retired_at: Mapped[datetime | None]


class Message(Identified, Base):
    """What a partner told, once per reference of its own, and what came of it.

    Nothing in it is personal. It is kept for 90 days of business time, or for as long as it waits
    in quarantine; what was recorded by it is kept like anything that is recorded.
    """

    __tablename__ = "messages"
    __table_args__ = (
        one_of("state", MessageState),
        UniqueConstraint("source_id", "source_reference"),
        CheckConstraint(
            "(resolved_at IS NULL) = (resolved_by IS NULL)", name="resolved_by_somebody"
        ),
        Index("ix_messages_waiting", "received_at", "id", postgresql_where=text(WAITS)),
        Index(
            "ix_messages_decided", "received_at", postgresql_where=text(f"NOT ({WAITS})")
        ),
        # The reading of a plate that later ones of the same passage repeat.
        Index(
            "ix_messages_read", "source_id", "plate", "occurred_at",
            postgresql_where=text("state = 'applied' AND plate IS NOT NULL"),
        ),
    )  # fmt: skip

    source_id: Mapped[UUID] = mapped_column(ForeignKey("sources.id"))
    source_reference: Mapped[str]
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[dict[str, Any]]
    plate: Mapped[str | None]
    declaration_number: Mapped[str | None]
    occurred_at: Mapped[datetime]
    received_at: Mapped[datetime]
    sent_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    state: Mapped[str]
    reason: Mapped[str | None]
    candidates: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    applied_to: Mapped[list[Any]] = mapped_column(server_default=text("'[]'"))
    tried_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    resolution: Mapped[str | None]
