"""Parties that a declarant lets in: of one entry, or of all its entries, for a time or for good.

No text rules this; it is our decision, ADR 51.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.errors import DelegationEndedError, DelegationUnfitError, FieldError
from app.domain.organisations import OrganisationKind
from app.domain.vocabulary import Party

GRANTED: Final = (Party.CARRIER, Party.OWNER, Party.PAYER)
"""What an organisation can be let be; a declarant is who declares."""
TAKERS: Final = frozenset({OrganisationKind.COMPANY, OrganisationKind.APP})
"""What can be a party; an authority has its own right to what it needs."""
MOST_OF_AN_ENTRY: Final = 20
"""How many parties one entry may have at a time."""


class Ending(StrEnum):
    """How a delegation ended, or that its time was over when it was granted anew."""

    REVOKED = "revoked"
    REFUSED = "refused"
    OVER = "over"


class Side(StrEnum):
    """From which side an organisation looks at delegations: it gave them, or it received them."""

    GIVEN = "given"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class Asked:
    """Who is to be which party, named by id or by tax code, and from when to when."""

    party: Party
    organisation: UUID | None
    tax_code: str | None
    starts_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def pointer(self) -> str:
        """Where a request names the organisation."""
        return "/organisation" if self.organisation is not None else "/tax_code"


@dataclass(frozen=True, slots=True)
class Taker:
    """What is asked of an organisation that is to be a party."""

    id: UUID
    kind: OrganisationKind
    verified: bool


def ensure_grantable(asked: Asked, grantor: UUID, taker: Taker | None, now: datetime) -> Taker:
    """Return the organisation that may be let in as asked.

    Whether one is unknown, unconfirmed or none that can be a party is not told apart: nobody finds
    out by this who is on the platform.

    Raises:
        DelegationUnfitError: its errors name what is wrong.
    """
    errors = tuple(_faults(asked, grantor, taker, now))
    if errors or taker is None:
        raise DelegationUnfitError(errors=errors)
    return taker


def _faults(
    asked: Asked, grantor: UUID, taker: Taker | None, now: datetime
) -> Iterator[FieldError]:
    if taker is None or not taker.verified or taker.kind not in TAKERS:
        yield FieldError(asked.pointer, "not-a-party")
    elif taker.id == grantor:
        yield FieldError(asked.pointer, "own-organisation")
    if asked.ends_at is not None and asked.ends_at <= max(now, asked.starts_at or now):
        yield FieldError("/ends_at", "ends-before-it-starts", asked.ends_at.isoformat())


def is_over(ends_at: datetime | None, now: datetime) -> bool:
    """Tell whether the time of a delegation is over; its end is out."""
    return ends_at is not None and ends_at <= now


def ended_before(ending: str | None, wanted: Ending) -> bool:
    """Tell whether a delegation has ended as it is to end now; asked twice it is done once.

    Raises:
        DelegationEndedError: it has ended otherwise.
    """
    if ending is not None and ending != wanted:
        raise DelegationEndedError(ending=ending)
    return ending is not None
