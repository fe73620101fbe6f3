"""Passes that were handed out, so that those that hold no more can be listed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.passes import PassUse
from app.models.base import Base, one_direction, one_of


class HandedPass(Base):
    """What a pass says that somebody asked for; it is forgotten a day after it has expired.

    The signed text is not kept: it can be made again while the entry is as it was, and only then.
    """

    __tablename__ = "passes"
    __table_args__ = (
        one_direction(),
        one_of("use", PassUse),
        # The list and the housekeeping: those that have not expired, those that have long since.
        Index(None, "expires_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    call_id: Mapped[UUID | None] = mapped_column(ForeignKey("calls.id"))
    gate_code: Mapped[str] = mapped_column(ForeignKey("gates.code"))
    direction: Mapped[str]
    plate: Mapped[str]
    use: Mapped[str]
    opens_at: Mapped[datetime | None]
    expires_at: Mapped[datetime]
    handed_at: Mapped[datetime]
