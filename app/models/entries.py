"""The entry: one vehicle's movement through a gate, and what stands beside its state."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.domain.hold_scope import ScopeKind
from app.domain.required_checks import CheckResult
from app.domain.vocabulary import Journey, Lane, State
from app.models.base import Base, Identified, one_direction, one_of

SPOKEN_FOR_AT = (
    "greatest(registered_at, planned_arrival_at, moved_at, deferred_until, limited_until,"
    " left_line_at)"
)
"""The last instant at which something spoke for an entry that does not wait."""

SETTLED = "settled_at IS NOT NULL"
UNDER_SCOPED = "scoped_hold_id IS NOT NULL AND lifted_at IS NULL"


class Entry(Identified, Base):
    """What was declared is one document; what is searched, ordered or personal is columns.

    `inspected` is what officers found in the place of it, and the fee follows.
    """

    __tablename__ = "entries"
    __table_args__ = (
        one_direction(),
        one_of("journey", Journey),
        one_of("state", State),
        one_of("lane", Lane),
        # A called entry keeps its key: a missed call puts it back with what it had earned.
        CheckConstraint(
            "(state IN ('queued', 'called')) = (queue_key IS NOT NULL)", name="waiting_has_key"
        ),
        CheckConstraint(
            "(ended_at IS NOT NULL) = (state IN ('crossed', 'cancelled', 'revoked', 'no_show',"
            " 'expired', 'turned_back'))",
            name="endings_have_ended",
        ),
        CheckConstraint(
            "(limited_until IS NULL) = (limited_to IS NULL)", name="limited_whole"
        ),
        UniqueConstraint("organisation_id", "client_reference"),
        ForeignKeyConstraint(["gate_code", "route_code"], ["routes.gate_code", "routes.code"]),
        # The head of a lane is one row of this index; place is a count of its ranges.
        Index(
            "ix_entries_next",
            "gate_code", "direction", "lane", "queue_key", "waits_from", "id",
            postgresql_include=["route_code", "inside"],
            postgresql_where=text("state = 'queued' AND NOT held"),
        ),
        # The same, where some sub-queues are barred: one row a lane and sub-queue. No key is null;
        # in an order of its own only this index serves, and not one on which all are passed over.
        Index(
            "ix_entries_sub_queues",
            "gate_code", "direction", "lane", "route_code", "inside",
            text("queue_key NULLS FIRST"), "waits_from", "id",
            postgresql_where=text("state = 'queued' AND NOT held"),
        ),
        # Few stand in a yard, and few are on their way into one, however many ever did.
        Index("ix_entries_yard", "yard_code", postgresql_where=text("yard_code IS NOT NULL")),
        Index("ix_entries_awaits_place", "gate_code", postgresql_where=text("awaits_place")),
        Index(
            "ix_entries_route", "route_code", "registered_at", "id",
            postgresql_where=text("route_code IS NOT NULL"),
        ),
        Index(
            "ix_entries_held",
            "gate_code", "direction", "lane", "queue_key", "waits_from", "id",
            postgresql_where=text("state = 'queued' AND held"),
        ),
        Index(
            "ix_entries_arrived",
            "gate_code", "direction", "waits_from", "id",
            postgresql_where=text("state = 'arrived'"),
        ),
        # How many of a company wait, and which may not begin to.
        Index(
            "ix_entries_waiting_of", "organisation_id",
            postgresql_where=text("queue_key IS NOT NULL"),
        ),
        Index(
            "ix_entries_limited", "gate_code", "direction", "presence_at", "id",
            postgresql_where=text("limited_until IS NOT NULL"),
        ),
        # Who may never come: looked at several times a second, from the longest forgotten on.
        Index(
            "ix_entries_expiring", text(SPOKEN_FOR_AT),
            postgresql_where=text("state = 'registered' AND yard_code IS NULL"),
        ),
        # Boards count the open entries each second, however many have ended.
        Index(
            "ix_entries_open",
            "gate_code", "direction", "state", "lane", "in_position", "waits_from",
            postgresql_where=text("ended_at IS NULL"),
        ),
        # One open entry of a company on a plate and direction, and one that nobody has declared.
        Index(
            "uq_entries_open_plate",
            "tractor_plate", "direction", "organisation_id",
            unique=True,
            postgresql_nulls_not_distinct=True,
            postgresql_where=text("ended_at IS NULL AND tractor_plate IS NOT NULL"),
        ),
        Index("ix_entries_tractor_plate", "tractor_plate", "registered_at"),
        # People say the last digits of a plate. Without a list of what waits to be indexed, each
        # change of an entry would write five times as much.
        Index(
            "ix_entries_plate_parts", "tractor_plate", postgresql_using="gin",
            postgresql_ops={"tractor_plate": "gin_trgm_ops"},
        ),
        Index("ix_entries_organisation", "organisation_id", "registered_at", "id"),
        Index(
            "ix_entries_payer", "payer_tax_code", "registered_at", "id",
            postgresql_where=text("payer_tax_code IS NOT NULL"),
        ),
        Index("ix_entries_gate", "gate_code", "direction", "registered_at", "id"),
        Index("ix_entries_changed", "changed_at", "id"),
        Index("ix_entries_registered", "registered_at", "id"),
        Index(
            "ix_entries_open_containers", "container_numbers", postgresql_using="gin",
            postgresql_where=text("ended_at IS NULL AND container_numbers <> '{}'"),
        ),
        Index("ix_entries_declarations", "declaration_numbers", postgresql_using="gin"),
        # What is kept of drivers for a time: an entry comes in here when it ends.
        *(
            Index(
                f"ix_entries_kept_{column}", "ended_at",
                postgresql_where=text(f"ended_at IS NOT NULL AND {column} IS NOT NULL"),
            )
            for column in ("driver_name", "driver_document", "driver_phone")
        ),
        # A driver is found by the keyed hash of a number, whatever key it was made with.
        Index(
            "ix_entries_driver_document", "driver_document_hash",
            postgresql_where=text("driver_document_hash IS NOT NULL"),
        ),
        Index(
            "ix_entries_driver_phone", "driver_phone_hash",
            postgresql_where=text("driver_phone_hash IS NOT NULL"),
        ),
    )  # fmt: skip

    reference: Mapped[str] = mapped_column(unique=True)
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    route_code: Mapped[str | None]
    direction: Mapped[str]
    journey: Mapped[str]
    state: Mapped[str]
    version: Mapped[int] = mapped_column(server_default=text("1"))
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    registered_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    client_reference: Mapped[str | None]
    registered_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    planned_arrival_at: Mapped[datetime | None]

    declared: Mapped[dict[str, Any]]
    tractor_plate: Mapped[str | None]
    payer_tax_code: Mapped[str | None]
    container_numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    declaration_numbers: Mapped[list[str]] = mapped_column(ARRAY(Text))

    driver_name: Mapped[bytes | None] = mapped_column(LargeBinary)
    driver_document: Mapped[bytes | None] = mapped_column(LargeBinary)
    driver_document_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    driver_phone: Mapped[bytes | None] = mapped_column(LargeBinary)
    driver_phone_hash: Mapped[bytes | None] = mapped_column(LargeBinary)

    findings: Mapped[list[Any]]
    verdict: Mapped[dict[str, Any]]
    lane: Mapped[str]
    confirmed_ground: Mapped[dict[str, Any] | None]
    inspected: Mapped[dict[str, Any] | None]
    contested: Mapped[bool] = mapped_column(Boolean, server_default=false())
    held: Mapped[bool] = mapped_column(Boolean, server_default=false())
    discrepancies: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'"))

    presence_at: Mapped[datetime | None]
    arrived_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    end_reason: Mapped[str | None]
    yard_code: Mapped[str | None] = mapped_column(ForeignKey("yards.code"))
    inside: Mapped[bool] = mapped_column(Boolean, server_default=false())
    moved_at: Mapped[datetime | None]
    awaits_place: Mapped[bool] = mapped_column(Boolean, server_default=false())
    in_position: Mapped[bool] = mapped_column(Boolean, server_default=false())
    was_in_yard: Mapped[bool] = mapped_column(Boolean, server_default=false())

    waits_from: Mapped[datetime | None]
    queue_key: Mapped[int | None]
    points_carried: Mapped[int] = mapped_column(server_default=text("0"))
    call_number: Mapped[str | None]
    deferred_until: Mapped[datetime | None]
    limited_until: Mapped[datetime | None]
    limited_to: Mapped[int | None]
    left_line_at: Mapped[datetime | None]
    season_asked_on: Mapped[date | None]
    season_on: Mapped[date | None]

    tracking_version: Mapped[int] = mapped_column(server_default=text("1"))
    tracking_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)


class Claim(Base):
    """Who holds a plate or a container: only an entry in position, one over all gates."""

    __tablename__ = "claims"
    __table_args__ = (one_of("kind", ("plate", "container")), Index(None, "entry_id"))

    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))


class Attributed:
    """When something happened, when it was written down, and by whom."""

    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    reason: Mapped[str | None]
    backfilled: Mapped[bool] = mapped_column(Boolean, server_default=false())
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    source_reference: Mapped[str | None]


class Observation(Identified, Attributed, Base):
    """What somebody saw a vehicle do; never refused, never changed."""

    __tablename__ = "observations"
    __table_args__ = (
        one_of(
            "kind",
            ("arrival", "yard-in", "yard-out", "admission", "exit", "acceptance", "refusal"),
        ),
        one_direction(),
        UniqueConstraint("organisation_id", "source_reference"),
        Index(None, "entry_id"),
    )

    kind: Mapped[str]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    gate_code: Mapped[str | None] = mapped_column(ForeignKey("gates.code"))
    yard_code: Mapped[str | None] = mapped_column(ForeignKey("yards.code"))
    direction: Mapped[str | None]
    plate: Mapped[str | None]
    vehicle: Mapped[dict[str, Any] | None]
    acceptance_number: Mapped[str | None]


class Inspection(Identified, Attributed, Base):
    """What an officer found of a vehicle: the words as they were said, and what they came to.

    `found` is what counted afterwards, `outcome` the new price with its orders and refunds; None
    where there was none.
    """

    __tablename__ = "inspections"
    __table_args__ = (
        UniqueConstraint("organisation_id", "source_reference"),
        Index(None, "entry_id", "recorded_at", "id"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    authority: Mapped[str]
    document_reference: Mapped[str | None]
    words: Mapped[dict[str, Any]]
    found: Mapped[dict[str, Any]]
    outcome: Mapped[dict[str, Any] | None]


class Check(Identified, Attributed, Base):
    """One authority's attributed word on a kind of check; the newest of a kind counts."""

    __tablename__ = "checks"
    __table_args__ = (
        one_of("result", CheckResult),
        UniqueConstraint("organisation_id", "source_reference"),
        Index(None, "entry_id"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    kind: Mapped[str]
    agency: Mapped[str]
    result: Mapped[str]


class CheckRequest(Base):
    """A request that no later word on its kind has answered yet: a list of open work."""

    __tablename__ = "check_requests"
    __table_args__ = (Index(None, "requested_at", "check_id"), Index(None, "entry_id"))

    check_id: Mapped[UUID] = mapped_column(ForeignKey("checks.id"), primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    kind: Mapped[str]
    requested_at: Mapped[datetime]


class Stop:
    """Who stopped something and why, until who lifted it and why; two may have to agree."""

    authority: Mapped[str]
    reason: Mapped[str]
    placed_at: Mapped[datetime]
    placed_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    source_reference: Mapped[str | None]
    lift_agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    lift_agreed_at: Mapped[datetime | None]
    lifted_at: Mapped[datetime | None]
    lifted_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    lift_reason: Mapped[str | None]


class ScopedHold(Identified, Stop, Base):
    """An agency's stop on a vehicle or a consignment: on every open entry that matches."""

    __tablename__ = "scoped_holds"
    __table_args__ = (
        one_of("scope", ScopeKind),
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        UniqueConstraint("organisation_id", "source_reference"),
        Index("ix_scoped_holds_value", "value", postgresql_where=text("lifted_at IS NULL")),
        Index(
            "ix_scoped_holds_open", "placed_at", "id", postgresql_where=text("lifted_at IS NULL")
        ),
    )

    scope: Mapped[str]
    value: Mapped[str]


class Hold(Identified, Stop, Base):
    """An agency's stop on an entry, with its reason, until lifted."""

    __tablename__ = "holds"
    __table_args__ = (
        CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name="lifted_by_somebody"),
        Index("ix_holds_open", "entry_id", postgresql_where=text("lifted_at IS NULL")),
        UniqueConstraint("organisation_id", "source_reference"),
        Index("ix_holds_scoped", "scoped_hold_id", postgresql_where=text(UNDER_SCOPED)),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    scoped_hold_id: Mapped[UUID | None] = mapped_column(ForeignKey("scoped_holds.id"))


class ExceptionCase(Identified, Base):
    """An observation that contradicts the rules; stands in a review list until settled."""

    __tablename__ = "exceptions"
    __table_args__ = (
        Index("ix_exceptions_open", "opened_at", "id", postgresql_where=text("settled_at IS NULL")),
        Index("ix_exceptions_settled", "opened_at", "id", postgresql_where=text(SETTLED)),
        Index(
            "ix_exceptions_settled_rule", "rule", "opened_at", "id", postgresql_where=text(SETTLED)
        ),
        Index(
            "ix_exceptions_settled_assigned",
            "assigned_to",
            "opened_at",
            "id",
            postgresql_where=text(SETTLED),
        ),
        CheckConstraint("(settled_at IS NULL) = (settled_by IS NULL)", name="settled_by_somebody"),
        Index(None, "entry_id"),
    )

    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    observation_id: Mapped[UUID | None] = mapped_column(ForeignKey("observations.id"))
    rule: Mapped[str]
    facts: Mapped[dict[str, Any]]
    opened_at: Mapped[datetime]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    gate_code: Mapped[str | None] = mapped_column(ForeignKey("gates.code"))
    assigned_to: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    assigned_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    settled_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    settlement: Mapped[str | None]
    named_entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
