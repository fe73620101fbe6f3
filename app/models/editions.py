"""Editions and reductions as the board proposes and announces them, and when each rules."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.schema import SchemaItem

from app.models.base import Base, Identified


class Proposed(Identified):
    """One member of the board proposes something dated; another approves it, and so announces it.

    Once it is announced a trigger refuses every change but its withdrawal.
    """

    code: Mapped[str]
    document: Mapped[dict[str, Any]]
    starts_on: Mapped[date | None]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    withdrawal_reason: Mapped[str | None]


def four_eyes(table: str) -> tuple[SchemaItem, ...]:
    """Return what holds for the proposals of a table: two people, one code."""
    return (
        CheckConstraint("approved_by <> proposed_by", name="four_eyes"),
        CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)", name="approved_by_somebody"
        ),
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_by IS NULL)", name="withdrawn_by_somebody"
        ),
        Index(
            f"uq_{table}_code",
            "code",
            unique=True,
            postgresql_where=text("approved_at IS NOT NULL OR withdrawn_at IS NULL"),
        ),
        Index(None, "proposed_at", "id"),
    )


def one_a_day(table: str) -> Index:
    """Return what keeps two editions from beginning on one day."""
    return Index(
        f"uq_{table}_starts_on",
        "starts_on",
        unique=True,
        postgresql_where=text("approved_at IS NOT NULL AND withdrawn_at IS NULL"),
    )


def two_times() -> tuple[CheckConstraint, ...]:
    """Return what holds where an announcement and its withdrawal are known by their instants."""
    return (
        CheckConstraint("starts_on IS NOT NULL", name="has_day"),
        CheckConstraint("(known_from IS NULL) = (approved_at IS NULL)", name="known_if_announced"),
        CheckConstraint(
            "(known_to IS NULL) = (withdrawn_at IS NULL OR known_from IS NULL)",
            name="known_until_withdrawn",
        ),
        CheckConstraint("known_to > known_from", name="known_for_some_time"),
    )


class PolicyProposal(Proposed, Base):
    """A policy edition on its way: it rules from `starts_on`; an emergency for some hours.

    An emergency rules for `hours` from `starts_at`, its approval.
    """

    __tablename__ = "policy_proposals"
    __table_args__ = (
        *four_eyes("policy_proposals"),
        one_a_day("policy_proposals"),
        CheckConstraint("(starts_on IS NULL) = (hours IS NOT NULL)", name="day_or_hours"),
        CheckConstraint(
            "(starts_at IS NULL) = (hours IS NULL OR approved_at IS NULL)"
            " AND (starts_at IS NULL) = (ends_at IS NULL)",
            name="emergency_has_times",
        ),
        CheckConstraint(
            "ends_at > starts_at AND ends_at <= starts_at + interval '72 hours'",
            name="emergency_is_short",
        ),
        CheckConstraint("hours IS NULL OR reason IS NOT NULL", name="emergency_has_reason"),
    )

    hours: Mapped[int | None]
    reason: Mapped[str | None]
    notice_vi: Mapped[str | None]
    notice_en: Mapped[str | None]
    notice_zh: Mapped[str | None]
    starts_at: Mapped[datetime | None]
    ends_at: Mapped[datetime | None]


class TariffProposal(Proposed, Base):
    """A tariff edition on its way: it is in force from `starts_on`.

    That is known from `known_from`, its announcement, until `known_to`, its withdrawal: instants
    of which each is later than all knowledge before it, so that none is told two ways.
    """

    __tablename__ = "tariff_proposals"
    __table_args__ = (
        *four_eyes("tariff_proposals"),
        one_a_day("tariff_proposals"),
        *two_times(),
    )

    known_from: Mapped[datetime | None]
    known_to: Mapped[datetime | None]


class ReductionProposal(Proposed, Base):
    """A reduction on its way: it rules from `starts_on` until `ends_on`, which may be open.

    What was known of it stands as with a tariff. Once it was withdrawn it was known to rule until
    `withdrawn_from`; where that is its first day, on none.
    """

    __tablename__ = "reduction_proposals"
    __table_args__ = (
        *four_eyes("reduction_proposals"),
        *two_times(),
        CheckConstraint("ends_on > starts_on", name="rules_some_day"),
        CheckConstraint(
            "(document ->> 'basis_points')::integer BETWEEN 1 AND 10000", name="share_of_price"
        ),
        CheckConstraint(
            "(withdrawn_from IS NULL) = (known_to IS NULL)", name="withdrawn_from_a_day"
        ),
        CheckConstraint(
            "withdrawn_from >= starts_on AND (ends_on IS NULL OR withdrawn_from < ends_on)",
            name="withdrawn_within",
        ),
    )

    ends_on: Mapped[date | None]
    known_from: Mapped[datetime | None]
    known_to: Mapped[datetime | None]
    withdrawn_from: Mapped[date | None]
