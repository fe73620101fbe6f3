"""Grounds of lanes: every word that was said of an entry's, one after the other."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.domain.lane_grounds import GroundWord
from app.models.base import Base, Identified, one_of


class LaneGroundWord(Identified, Base):
    """Who confirmed a ground or took that back, on which paper and why; or that it lapsed."""

    __tablename__ = "lane_ground_words"
    __table_args__ = (one_of("word", GroundWord), Index(None, "entry_id", "said_at", "id"))

    entry_id: Mapped[UUID] = mapped_column(ForeignKey("entries.id"))
    ground: Mapped[str]
    word: Mapped[str]
    document_reference: Mapped[str | None]
    reason: Mapped[str | None]
    authority: Mapped[str]
    said_at: Mapped[datetime]
    said_by: Mapped[UUID] = mapped_column(ForeignKey("principals.id"))
