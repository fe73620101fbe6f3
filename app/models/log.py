"""The sealed logs of the queues: their leaves, their trees as tiles, and what was signed of them.

Nothing here is ever changed or deleted, save tiles and sizes, which grow. A leaf says all that it
needs to, so no row refers to what may be gone when somebody looks at it. Times of seals are the
business clock's, those of cosignatures the witnesses' own.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.openings import OpeningPurpose
from app.models.base import Base, Identified, one_direction, one_of


class OfQueue:
    """A row of one queue's log."""

    gate_code: Mapped[str] = mapped_column(primary_key=True, sort_order=-2)
    direction: Mapped[str] = mapped_column(primary_key=True, sort_order=-1)


class LogTree(OfQueue, Base):
    """How many leaves a log has, and the root over them."""

    __tablename__ = "log_trees"
    __table_args__ = (
        one_direction(),
        CheckConstraint("octet_length(root) = 32", name="root"),
        ForeignKeyConstraint(["gate_code"], ["gates.code"]),
    )

    size: Mapped[int]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]


class LogLeaf(OfQueue, Base):
    """One leaf, as the text whose bytes are hashed; a seal leaf has neither event nor entry."""

    __tablename__ = "log_leaves"
    __table_args__ = (
        one_direction(),
        Index("ix_log_leaves_entry", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
    )

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    event_number: Mapped[int | None]
    entry_id: Mapped[UUID | None]
    leaf: Mapped[str]


class LogTile(OfQueue, Base):
    """The hashes of a tile one behind the other; the last of a level grows until it is full."""

    __tablename__ = "log_tiles"
    __table_args__ = (
        one_direction(),
        CheckConstraint(
            "octet_length(hashes) % 32 = 0 AND octet_length(hashes) BETWEEN 32 AND 8192",
            name="hashes",
        ),
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class LogCheckpoint(OfQueue, Base):
    """What was signed of a log when a batch had been sealed."""

    __tablename__ = "log_checkpoints"
    __table_args__ = (one_direction(),)

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_at: Mapped[datetime]
    note: Mapped[str]


class LogCosignature(OfQueue, Base):
    """A witness's line under a checkpoint, and when it says to have seen it."""

    __tablename__ = "log_cosignatures"
    __table_args__ = (
        one_direction(),
        ForeignKeyConstraint(
            ["gate_code", "direction", "size"],
            ["log_checkpoints.gate_code", "log_checkpoints.direction", "log_checkpoints.size"],
            name="fk_log_cosignatures_checkpoint",
        ),
    )

    size: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(primary_key=True)
    line: Mapped[str]
    seen_at: Mapped[datetime]
    received_at: Mapped[datetime]


class LogOpening(OfQueue, Base):
    """What opens a commitment of a leaf: for its parties, and for auditors who say why.

    `sighting_id` is the observation of a contested plate that the leaf tells of, or rests on.
    """

    __tablename__ = "log_openings"
    __table_args__ = (
        one_direction(),
        CheckConstraint("octet_length(salt) = 16", name="salt"),
        Index("ix_log_openings_entry", "entry_id", postgresql_where=text("entry_id IS NOT NULL")),
        Index(
            "ix_log_openings_sighting",
            "sighting_id",
            postgresql_where=text("sighting_id IS NOT NULL"),
        ),
    )

    index: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID | None]
    sighting_id: Mapped[UUID | None]
    what: Mapped[str]
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[str]


class LogDisclosure(Identified, Base):
    """An auditor's opening of an entry's commitments: who, when, for what; never what was opened.

    `company_id` is who declared the entry.
    """

    __tablename__ = "log_disclosures"
    __table_args__ = (
        one_of("purpose", OpeningPurpose),
        Index(None, "opened_at", "id"),
        Index(None, "entry_id", "opened_at", "id"),
        Index(None, "company_id", "opened_at", "id"),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    purpose: Mapped[str]
    reason: Mapped[str]
    opened_at: Mapped[datetime]
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))


class LogStop(OfQueue, Base):
    """A log that cannot be gone on with, and up to which position it has its queue's events.

    The logs of other queues go on; this one does as soon as its rows are what was signed again.
    """

    __tablename__ = "log_stops"
    __table_args__ = (one_direction(),)

    position: Mapped[int]
    stopped_at: Mapped[datetime]


class LogProgress(Base):
    """Up to which position of the feed events have been sealed."""

    __tablename__ = "log_progress"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    position: Mapped[int]
