"""Reference data as rows: what changes by day or season has half-open days, what ruled is kept.

Rows carry `valid_on` for the database to guard, and `facts` in the published shape, evidence
included. A trigger refuses every edit but closing an open range.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnClause,
    ForeignKey,
    SmallInteger,
    false,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.models.base import Base, Identified, one_of

SAME_FACTS: ColumnClause[str] = literal_column("md5(facts::text)")
"""What a row says, short enough for an index."""


def has_days(column: str) -> CheckConstraint:
    """Return the check that a range has a day: an empty one would be read as open on both sides."""
    return CheckConstraint(f"NOT isempty({column})", name=f"{column}_has_days")


def said_once(table: str, *owner: str) -> ExcludeConstraint:
    """Return the exclusion of the same row twice on one day, whatever the bounds of either."""
    same = [(column, "=") for column in owner]
    return ExcludeConstraint(
        *same, (SAME_FACTS, "="), ("valid_on", "&&"), name=f"ex_{table}_said_once", using="gist"
    )


class ReferenceDocument(Base):
    """What a published document says beside its rows: labels, notes, areas."""

    __tablename__ = "reference_documents"

    code: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class Gate(Base):
    """A border gate; its hours, closures, routes and green-lane days are rows of their own."""

    __tablename__ = "gates"

    code: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class Route(Base):
    """A cleared road at a gate."""

    __tablename__ = "routes"

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class Yard(Base):
    """A parking and checking area inside or outside a gate."""

    __tablename__ = "yards"
    __table_args__ = (one_of("location", ("inside-gate", "outside-gate")),)

    code: Mapped[str] = mapped_column(primary_key=True)
    location: Mapped[str]
    serves: Mapped[list[str]] = mapped_column(ARRAY(Text))
    facts: Mapped[dict[str, Any]]


class Dated(Identified):
    """A row in force on the days of `valid_on`."""

    valid_on: Mapped[Range[date]] = mapped_column(DATERANGE)
    facts: Mapped[dict[str, Any]]


class GateHours(Dated, Base):
    """Opening hours of a gate, per direction and weekday."""

    __tablename__ = "gate_hours"
    __table_args__ = (has_days("valid_on"), said_once("gate_hours", "gate_code"))

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))


class GateClosure(Dated, Base):
    """Days on which a gate is closed or takes only some vehicles."""

    __tablename__ = "gate_closures"
    __table_args__ = (has_days("valid_on"), said_once("gate_closures", "gate_code"))

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))


class GreenLaneDays(Base):
    """Days on which a gate runs a green lane; `WITHOUT OVERLAPS` stands in the migration."""

    __tablename__ = "green_lane_days"

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    valid_on: Mapped[Range[date]] = mapped_column(DATERANGE, primary_key=True)
    facts: Mapped[dict[str, Any]]


class TravelTimeRow(Base):
    """How long a vehicle drives from a yard to a gate; `WITHOUT OVERLAPS` in the migration."""

    __tablename__ = "travel_times"

    yard_code: Mapped[str] = mapped_column(ForeignKey("yards.code"), primary_key=True)
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"), primary_key=True)
    valid_on: Mapped[Range[date]] = mapped_column(DATERANGE, primary_key=True)
    facts: Mapped[dict[str, Any]]


class Product(Base):
    """A kind of produce, with HS prefixes and labels."""

    __tablename__ = "products"

    code: Mapped[str] = mapped_column(primary_key=True)
    facts: Mapped[dict[str, Any]]


class ProductAccess(Base):
    """A product's standing on a market by day; `WITHOUT OVERLAPS` stands in the migration."""

    __tablename__ = "product_access"

    product_code: Mapped[str] = mapped_column(ForeignKey("products.code"), primary_key=True)
    market: Mapped[str] = mapped_column(primary_key=True)
    valid_on: Mapped[Range[date]] = mapped_column(DATERANGE, primary_key=True)
    facts: Mapped[dict[str, Any]]


class ProductPaper(Base):
    """A paper that a market asks of a product by day; `WITHOUT OVERLAPS` in the migration."""

    __tablename__ = "product_papers"

    product_code: Mapped[str] = mapped_column(ForeignKey("products.code"), primary_key=True)
    market: Mapped[str] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(primary_key=True)
    valid_on: Mapped[Range[date]] = mapped_column(DATERANGE, primary_key=True)
    facts: Mapped[dict[str, Any]]


class Season(Dated, Base):
    """A product's yearly window and daily allotment at a gate."""

    __tablename__ = "seasons"
    __table_args__ = (has_days("valid_on"), said_once("seasons", "product_code", "gate_code"))

    product_code: Mapped[str] = mapped_column(ForeignKey("products.code"))
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))


class RequiredCheckRow(Dated, Base):
    """Which check which entries need, and before what."""

    __tablename__ = "required_checks"
    __table_args__ = (has_days("valid_on"), said_once("required_checks", "kind"))

    kind: Mapped[str]


class StayLimitRow(Dated, Base):
    """How long which foreign vehicles may stay."""

    __tablename__ = "stay_limits"
    __table_args__ = (has_days("valid_on"), said_once("stay_limits", "vehicles"))

    vehicles: Mapped[str]


class TwoWayRuleRow(Dated, Base):
    """From when until when a rule on two-way vehicles holds."""

    __tablename__ = "two_way_rules"
    __table_args__ = (has_days("valid_on"), said_once("two_way_rules", "rule"))

    rule: Mapped[str]


class RetentionRow(Dated, Base):
    """On some days, how long a purpose keeps which personal data."""

    __tablename__ = "retention_rows"
    __table_args__ = (has_days("valid_on"), said_once("retention_rows", "record"))

    record: Mapped[str]


class OverrideReasonRow(Dated, Base):
    """For what, on some days, a vehicle may be called out of its turn."""

    __tablename__ = "override_reasons"
    __table_args__ = (has_days("valid_on"), said_once("override_reasons", "code"))

    code: Mapped[str]


class LaneGroundRow(Dated, Base):
    """On some days, for what and by whose word a vehicle belongs to a lane not of its goods."""

    __tablename__ = "lane_grounds"
    __table_args__ = (has_days("valid_on"), said_once("lane_grounds", "code"))

    code: Mapped[str]


class TariffEdition(Base):
    """The immutable content of a fee table; when it rules stands in `tariff_forces`."""

    __tablename__ = "tariff_editions"

    code: Mapped[str] = mapped_column(primary_key=True)
    official: Mapped[bool] = mapped_column(Boolean, server_default=false())
    document: Mapped[dict[str, Any]]


class TariffForce(Identified, Base):
    """Days a tariff edition rules, and the days on which that was known; only ever closed."""

    __tablename__ = "tariff_forces"
    __table_args__ = (
        has_days("valid_on"),
        has_days("known_on"),
        ExcludeConstraint(
            ("valid_on", "&&"), ("known_on", "&&"), name="ex_tariff_forces_one_rules", using="gist"
        ),
    )

    code: Mapped[str] = mapped_column(ForeignKey("tariff_editions.code"))
    valid_on: Mapped[Range[date]] = mapped_column(DATERANGE)
    known_on: Mapped[Range[date]] = mapped_column(DATERANGE)
    facts: Mapped[dict[str, Any]]


class PolicyEdition(Base):
    """A version of the queue rules; no two that ship with the service rule on one day.

    One that the board announced has no days here: when it rules stands in `policy_proposals`.
    """

    __tablename__ = "policy_editions"
    __table_args__ = (
        has_days("valid_on"),
        ExcludeConstraint(("valid_on", "&&"), name="ex_policy_editions_one_rules", using="gist"),
    )

    code: Mapped[str] = mapped_column(primary_key=True)
    official: Mapped[bool] = mapped_column(Boolean, server_default=false())
    valid_on: Mapped[Range[date] | None] = mapped_column(DATERANGE)
    document: Mapped[dict[str, Any]]


class EditionConfirmation(Base):
    """A board member's word that an edition which is not official may be used."""

    __tablename__ = "edition_confirmations"
    __table_args__ = (one_of("kind", ("tariff", "policy")),)

    kind: Mapped[str] = mapped_column(primary_key=True)
    edition_code: Mapped[str] = mapped_column(primary_key=True)
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"), primary_key=True)
    confirmed_at: Mapped[datetime]


class ReferenceRevision(Base):
    """One row, counted up by every change of reference data, so that caches know they are old."""

    __tablename__ = "reference_revision"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    revision: Mapped[int]


class BusinessClock(Base):
    """One row in sandbox mode: business time was `business_at` at `machine_at`, and its speed."""

    __tablename__ = "business_clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    machine_at: Mapped[datetime]
    business_at: Mapped[datetime]
    speed: Mapped[int]
