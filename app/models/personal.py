"""What is recorded of personal data: who read whose, who asked to be forgotten, under which key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from app.domain.personal import Purpose, ReadWay
from app.models.base import Base, Identified, one_of


class PersonalRead(Identified, Base):
    """One reading of a driver's data in full, never its values; kept as `retention` says.

    Without an entry it is a search that found nobody. `company_id` is who declared the entry.
    """

    __tablename__ = "personal_reads"
    __table_args__ = (
        one_of("way", ReadWay),
        one_of("purpose", Purpose),
        Index(None, "read_at", "id"),
        Index(None, "entry_id", "read_at", "id"),
        Index(None, "company_id", "read_at", "id"),
        Index(None, "principal_id", "read_at", "id"),
    )

    entry_id: Mapped[UUID | None] = mapped_column(ForeignKey("entries.id"))
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    way: Mapped[str]
    purpose: Mapped[str]
    fields: Mapped[list[str]] = mapped_column(ARRAY(Text))
    read_at: Mapped[datetime]
    principal_id: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))


class SubjectErasure(Identified, Base):
    """A person's request that an entry forget its driver; one an entry, whoever asks again.

    `done_at` is when nothing was left to erase; until then the workers erase what is over.
    """

    __tablename__ = "subject_erasures"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        Index("ix_subject_erasures_open", "entry_id", postgresql_where=text("done_at IS NULL")),
    )

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    asked_at: Mapped[datetime]
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
    done_at: Mapped[datetime | None]


class ResealProgress(Base):
    """How far a column has been sealed anew for a key; one row a column, for all workers.

    `passed_at` is the machine's time at which the last row was seen; null while some are left.
    """

    __tablename__ = "reseal_progress"

    part: Mapped[str] = mapped_column(primary_key=True)
    key_name: Mapped[str]
    after_id: Mapped[UUID | None]
    passed_at: Mapped[datetime | None]
