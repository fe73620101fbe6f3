"""Openings: salt and value of a commitment of the log, and who is given which of them.

The parties of an entry are given what its leaves commit to of itself. An auditor is given all of
it, the officers too, for a purpose and with a reason that stay on record. No text gives a list of
purposes; they are our decision (ADR 61).
"""

from enum import StrEnum
from typing import Final

from app.domain.log.leaves import What


class OpeningPurpose(StrEnum):
    """What an auditor opens commitments for."""

    COMPLAINT = "complaint"
    INSPECTION = "inspection"
    INVESTIGATION = "investigation"


OF_PARTIES: Final = (What.PLATE, What.COMPANY)
OF_AUDITORS: Final = tuple(What)
