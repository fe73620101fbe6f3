"""Sessions: people who are signed in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, Identified


class MemberSession(Identified, Base):
    """A member who is signed in; of the token in the browser's cookie only a keyed hash is stored.

    Its times are the machine clock's. `seen_at` is written in batches and may be a minute old.
    By `state_hash` one way to the provider and back opens one session only.
    Rows are deleted when their `expires_at` is over, whatever ended them before.
    """

    __tablename__ = "sessions"
    __table_args__ = (
        Index(None, "principal_id"),
        Index(None, "expires_at"),
        Index("uq_sessions_state_hash", "state_hash", unique=True),
    )

    principal_id: Mapped[UUID] = mapped_column(ForeignKey("members.id"))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    state_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
