"""Batches of vehicles, and what became of each row."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.batches import OVER, BatchMode, BatchState, FileFormat, RowOutcome
from app.models.base import Base, Identified, one_of

ENDED = ", ".join(f"'{state}'" for state in BatchState if state in OVER)
OPEN = "ended_at IS NULL"


class Batch(Identified, Base):
    """One file of vehicles and how far it is; deleted with its rows 30 days after its end."""

    __tablename__ = "batches"
    __table_args__ = (
        one_of("format", FileFormat),
        one_of("mode", BatchMode),
        one_of("state", BatchState),
        CheckConstraint(f"(state IN ({ENDED})) = (ended_at IS NOT NULL)", name="endings_end"),
        Index("ix_batches_open", "id", postgresql_where=text(OPEN)),
        Index("ix_batches_organisation", "organisation_id", "accepted_at", "id"),
        Index("ix_batches_ended", "ended_at", postgresql_where=text("ended_at IS NOT NULL")),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    format: Mapped[str]
    mode: Mapped[str]
    state: Mapped[str]
    rows: Mapped[int]
    checked: Mapped[int]
    done: Mapped[int]
    registered: Mapped[int]
    refused: Mapped[int]
    accepted_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class BatchRow(Identified, Base):
    """A row of a batch: as it came, encrypted, until it has an outcome; then what became of it.

    `number` counts from 0; `line` is where it stands in its file, whose heading is line 1.
    """

    __tablename__ = "batch_rows"
    __table_args__ = (
        one_of("outcome", RowOutcome),
        CheckConstraint(
            "(outcome IN ('waiting', 'checked')) = (sealed IS NOT NULL)", name="sealed_until_done"
        ),
        CheckConstraint(
            "(entry_id IS NOT NULL) = (outcome IN ('registered', 'taken_back'))",
            name="registered_has_entry",
        ),
        UniqueConstraint("batch_id", "number"),
        Index("ix_batch_rows_outcome", "batch_id", "outcome", "number"),
    )

    batch_id: Mapped[UUID] = mapped_column(ForeignKey("batches.id", ondelete="CASCADE"))
    number: Mapped[int]
    line: Mapped[int | None]
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    outcome: Mapped[str]
    plate: Mapped[str | None]
    direction: Mapped[str | None]
    client_reference: Mapped[str | None]
    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    problem: Mapped[dict[str, Any] | None]
