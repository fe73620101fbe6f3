"""What processes tell each other of allowances."""

from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class SharedAllowance(Base):
    """When an allowance of a client will be whole again, by the database's clock.

    `key` is a keyed hash of class and client, so that no address stands here. A row is deleted
    within a minute of that instant. The table is unlogged: after a crash of the database it is
    empty, and what each process knows goes on.
    """

    __tablename__ = "shared_allowances"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    whole_at: Mapped[datetime]
