"""What a queue remembers beside its entries: calls, numbers given, seasonal places taken."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.deadlines import DeadlineKind
from app.domain.misses import CallOutcome
from app.domain.vocabulary import Lane
from app.models.base import Base, Identified, one_direction, one_of


class QueueEdition(Base):
    """The policy edition under which the keys of a queue were computed."""

    __tablename__ = "queue_editions"
    __table_args__ = (one_direction(),)

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    policy_code: Mapped[str] = mapped_column(ForeignKey("policy_editions.code"))


class Call(Identified, Base):
    """A summons with its window and everything needed to say why this entry was chosen."""

    __tablename__ = "calls"
    __table_args__ = (
        one_direction(),
        one_of("lane", Lane),
        Index(None, "gate_code", "direction", "called_at"),
        # A day's calls for a route: counted for each call that wants it.
        Index(
            "ix_calls_route",
            "gate_code", "direction", "route_code", "called_at",
            postgresql_where=text("route_code IS NOT NULL"),
        ),
        one_of("outcome", CallOutcome),
        CheckConstraint("(outcome IS NULL) = (ended_at IS NULL)", name="ended_has_outcome"),
        Index(None, "entry_id"),
        # An override calls once.
        Index(
            "uq_calls_override_id",
            "override_id",
            unique=True,
            postgresql_where=text("override_id IS NOT NULL"),
        ),
    )  # fmt: skip

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    route_code: Mapped[str | None]
    called_at: Mapped[datetime]
    window_ends_at: Mapped[datetime]
    call_number: Mapped[str]
    clock: Mapped[int]
    lane: Mapped[str]
    points: Mapped[int]
    open_wait: Mapped[int]
    policy_code: Mapped[str] = mapped_column(ForeignKey("policy_editions.code"))
    heads: Mapped[list[Any]]
    skips: Mapped[list[Any]]
    called_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    window_starts_at: Mapped[datetime | None]
    outcome: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    miss_number: Mapped[int | None]
    charge: Mapped[int | None]
    faults: Mapped[list[Any] | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    withdrawal_reason: Mapped[str | None]
    override_id: Mapped[UUID | None] = mapped_column(ForeignKey("overrides.id"))


class Deadline(Identified, Base):
    """Something that is due at an instant of business time, until a worker has done it."""

    __tablename__ = "deadlines"
    __table_args__ = (
        one_direction(),
        one_of("kind", DeadlineKind),
        CheckConstraint(
            "(kind IN ('reminder', 'window-end')) = (call_id IS NOT NULL)", name="call_of_calls"
        ),
        UniqueConstraint("call_id", "kind"),
        # The work list: what is done is never looked at again.
        Index(
            "ix_deadlines_open",
            "gate_code", "direction", "due_at", "id",
            postgresql_where=text("done_at IS NULL"),
        ),
        Index(None, "entry_id"),
    )  # fmt: skip

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    kind: Mapped[str]
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"))
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class CallCounter(Base):
    """The last call number given in a queue on a legal day."""

    __tablename__ = "call_counters"
    __table_args__ = (one_direction(),)

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    direction: Mapped[str] = mapped_column(primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


class Outage(Identified, Base):
    """When a gate could record nothing: one officer says so, another signs it."""

    __tablename__ = "outages"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="begins_before_it_ends"),
        CheckConstraint("signed_by <> reported_by", name="two_officers"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_by_somebody"),
        Index(None, "gate_code", "starts_at", "id"),
    )

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str]
    reported_at: Mapped[datetime]
    reported_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    signed_at: Mapped[datetime | None]
    signed_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))


class SeasonDay(Base):
    """Places taken in a season's daily allotment; one conditional update takes the next."""

    __tablename__ = "season_days"
    __table_args__ = (CheckConstraint("taken >= 0", name="taken_not_negative"),)

    product_code: Mapped[str] = mapped_column(ForeignKey("products.code"), primary_key=True)
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    on_day: Mapped[date] = mapped_column(primary_key=True)
    taken: Mapped[int]


class Event(Base):
    """Something that happened, written in the transaction that did it; also the outbox."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("id"),
        Index(None, "entry_id", "number"),
        Index(None, "gate_code", "direction", "number"),
        Index(
            "ix_events_rates",
            "gate_code",
            "direction",
            "number",
            postgresql_where=text("kind = 'rates.changed'"),
        ),
    )

    number: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    id: Mapped[UUID]
    kind: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    gate_code: Mapped[str | None]
    direction: Mapped[str | None]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    data: Mapped[dict[str, Any]]
