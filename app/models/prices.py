"""Charges that were derived again: how far a day's check is, and what it found."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified


class PriceCheck(Identified, Base):
    """All charges derived again on a legal day, in the order of their ids; at `last_id` by now.

    `differing` counts the charges that are not what they should be, `differences` names the first
    of them. `without_facts` are those of releases that froze none, held against their edition.
    """

    __tablename__ = "price_checks"
    __table_args__ = (CheckConstraint("differing <= checked", name="differing_are_checked"),)

    day: Mapped[date] = mapped_column(unique=True)
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    last_id: Mapped[UUID | None]
    checked: Mapped[int]
    without_facts: Mapped[int]
    differing: Mapped[int]
    differences: Mapped[list[Any]]
