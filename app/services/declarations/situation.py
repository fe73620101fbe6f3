"""What is known of an entry beside its declaration."""

from dataclasses import dataclass, field
from datetime import datetime

from app.domain.discrepancies import Discrepancies
from app.domain.inspections import NOTHING_FOUND, Found
from app.domain.lane_grounds import Confirmation


@dataclass(frozen=True, slots=True)
class Situation:
    """Since when it is declared, there, and at the gate; what contradicts it.

    `ground` is the word of an authority on the declared ground, where it stands; `found` what an
    officer found in the place of what is declared.
    """

    declared_at: datetime | None
    presence_at: datetime | None = None
    arrived_at: datetime | None = None
    contested: bool = False
    discrepancies: Discrepancies = field(default_factory=dict)
    ground: Confirmation | None = None
    found: Found = NOTHING_FOUND
