"""What the service tells of itself: when each job of the workers was done last, and how."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base


class WorkerPulse(Base):
    """One row per job, for all processes that do it; sums only grow, times are the machine's.

    `succeeded_at` is behind `ran_at` while a job fails.
    """

    __tablename__ = "worker_pulses"

    job: Mapped[str] = mapped_column(primary_key=True)
    process: Mapped[str]
    every_seconds: Mapped[int]
    ran_at: Mapped[datetime]
    succeeded_at: Mapped[datetime | None]
    runs: Mapped[int]
    failures: Mapped[int]
    done: Mapped[int]
    took_ms: Mapped[int]
    last_took_ms: Mapped[int]
