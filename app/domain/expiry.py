"""When an entry that was never ready in time ends: once its legal days are over.

They begin anew with whatever speaks for the vehicle: its registration, the arrival it planned, its
last movement, the end of its wait, of its deferral or of its company's limit. Who stands in a yard
is there, and does not end. Source: the queue policy in force, `expiry`; our default where it does
not say, ADR 35.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from app.domain.rows import evidence
from app.domain.vocabulary import Evidence

NOT_READY_IN_TIME: Final = "not-ready-in-time"
"""Why such an entry has ended, as the entry and its event say it."""

DEFAULT_EXPIRY: Final[Mapping[str, Any]] = {
    "days": 7,
    "basis": "provisional",
    "source": "our default, where the edition does not say",
}


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """How many legal days an entry stays open after the day on which something spoke for it."""

    days: int
    evidence: Evidence

    def ends_on(self, spoken_on: date) -> date:
        """Return the legal day with which an entry ends, the first on which it is open no more."""
        return spoken_on + timedelta(days=self.days + 1)

    def ended_before(self, today: date) -> date:
        """Return the first day that still keeps an entry open on the legal day `today`."""
        return today - timedelta(days=self.days)


def expiry_document(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what an edition in the published form says of this, or the default."""
    said: Mapping[str, Any] = document.get("expiry", DEFAULT_EXPIRY)
    return said


def read_expiry(document: Mapping[str, Any]) -> ExpiryRule:
    """Return the rule of an edition in the published form."""
    row = expiry_document(document)
    return ExpiryRule(row["days"], evidence(row))
