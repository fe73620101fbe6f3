"""What is known of an entry beside its declaration."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.discrepancies import Discrepancies


@dataclass(frozen=True, slots=True)
class Situation:
    """Since when it is declared, there, and at the gate; what contradicts it."""

    declared_at: datetime | None
    presence_at: datetime | None = None
    arrived_at: datetime | None = None
    contested: bool = False
    discrepancies: Discrepancies = field(default_factory=dict)
