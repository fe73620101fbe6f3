"""Cashiers' shifts: a till that is opened with a float, taken into, counted and closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified

OPEN = "closed_at IS NULL"


class Shift(Identified, Base):
    """One cashier's till at one gate; amounts are whole VND.

    `expected_vnd` and `counted_vnd` are those of when it was closed; `denominations` are how many
    notes of each value were counted, where they were.
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("float_vnd >= 0", name="float_not_negative"),
        CheckConstraint("counted_vnd >= 0", name="counted_not_negative"),
        CheckConstraint(
            "num_nulls(closed_at, closed_by, expected_vnd, counted_vnd) IN (0, 4)",
            name="closed_whole",
        ),
        Index("uq_shifts_open", "principal_id", unique=True, postgresql_where=text(OPEN)),
        Index("ix_shifts_open_at", "gate_code", "opened_at", postgresql_where=text(OPEN)),
        Index(None, "opened_at", "id"),
    )

    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    float_vnd: Mapped[int]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    expected_vnd: Mapped[int | None]
    counted_vnd: Mapped[int | None]
    denominations: Mapped[dict[str, Any] | None]
