"""What changes an entry on its way: substitutions, diversions, vehicles that receive its goods."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, SmallInteger, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.domain.substitution import SubstitutionState
from app.domain.transshipment import Way
from app.domain.vocabulary import Lane
from app.models.base import Base, Identified, one_of
from app.models.entries import Attributed


class Substitution(Identified, Base):
    """A company's proposal of another vehicle for an entry, and who decided or withdrew it."""

    __tablename__ = "substitutions"
    __table_args__ = (
        one_of("state", SubstitutionState),
        CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)"
            " AND (decided_at IS NULL) = (authority IS NULL)",
            name="decided_by_somebody",
        ),
        Index(
            "uq_substitutions_open", "entry_id",
            unique=True, postgresql_where=text("state = 'proposed'"),
        ),
        Index(None, "entry_id"),
    )  # fmt: skip

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    state: Mapped[str]
    change: Mapped[dict[str, Any]]
    pointers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    reason: Mapped[str]
    needs_check: Mapped[bool]
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("principals.id"))
    authority: Mapped[str | None]
    decision_reason: Mapped[str | None]


class Diversion(Identified, Base):
    """An entry's turning round to another gate, and what it took along of its stay at the first.

    `came_at` is when the vehicle came to the gate that it left, None where it never did; `waited`
    are open seconds; the days are those for which it had asked for, and had, a seasonal place.
    """

    __tablename__ = "diversions"
    __table_args__ = (
        one_of("lane", Lane),
        CheckConstraint("from_gate <> to_gate", name="goes_somewhere"),
        UniqueConstraint("entry_id", "number"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    number: Mapped[int] = mapped_column(SmallInteger)
    from_gate: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    to_gate: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    lane: Mapped[str]
    came_at: Mapped[datetime | None]
    diverted_at: Mapped[datetime]
    diverted_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    authority: Mapped[str]
    reason: Mapped[str]
    waited: Mapped[int | None]
    carried: Mapped[int]
    season_asked_on: Mapped[date | None]
    season_on: Mapped[date | None]


class Reception(Identified, Attributed, Base):
    """One authority's word that a receiving vehicle went into the gate or left it."""

    __tablename__ = "receptions"
    __table_args__ = (
        one_of("way", Way),
        UniqueConstraint("organisation_id", "source_reference"),
        Index(None, "entry_id"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    plate: Mapped[str]
    way: Mapped[str]
    authority: Mapped[str]
