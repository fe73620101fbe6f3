"""Openings on the wire: salt and value of each commitment, and the record of auditors' openings."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.log import Size
from app.api.schemas.types import Choice, In, Instant, Label, Open, Out
from app.domain.log.leaves import What, commitment
from app.domain.openings import OpeningPurpose
from app.domain.vocabulary import Direction
from app.services.log.opening import Disclosed, Entry, LogOpening


class OpeningOut(Out):
    """What opens one commitment: SHA-256 over the salt and `what:value`."""

    gate: str
    direction: Annotated[Direction, Open]
    index: Size
    """The leaf of that queue's log that has the commitment."""
    field: Annotated[str, Field(examples=["plate"])]
    what: Annotated[What, Open]
    salt: Annotated[str, Field(examples=["9f86d081884c7d659a2feaa0c55ad015"])]
    """16 bytes in hexadecimal."""
    value: Annotated[str, Field(examples=["12C-000.17"])]
    commitment: Annotated[str, Field(examples=[f"sha256:{'0' * 64}"])]
    """As it stands in the leaf."""


class OpeningsOut(Out):
    """What opens the commitments of an entry, in all logs; empty until its wait is sealed."""

    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    openings: list[OpeningOut]


class DisclosureIn(In):
    """What an auditor opens commitments for, and why those of this entry."""

    purpose: Choice[OpeningPurpose]
    reason: Annotated[Label, Field(examples=["Complaint 2026-031 on the calls of 11 March"])]


class DisclosureOut(Out):
    """Which auditor opened the commitments of an entry, when and for what."""

    id: UUID
    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    purpose: Annotated[OpeningPurpose, Open]
    reason: str
    opened_at: Instant
    auditor: Annotated[str, Field(examples=["auditor"])]
    organisation: Annotated[str, Field(examples=["Sandbox auditor"])]


class DisclosuresOut(Page[DisclosureOut]):
    """One page of auditors' openings, newest first."""


def openings_out(entry: Entry, openings: Sequence[LogOpening]) -> OpeningsOut:
    """Return what opens the commitments of an entry."""
    rows = [_opening_out(one) for one in openings]
    return OpeningsOut(entry=entry.id, reference=entry.reference, openings=rows)


def disclosure_out(one: Disclosed) -> DisclosureOut:
    """Return an auditor's opening as the record shows it."""
    row = one.disclosure
    return DisclosureOut(
        id=row.id,
        entry=row.entry_id,
        reference=one.reference,
        purpose=OpeningPurpose(row.purpose),
        reason=row.reason,
        opened_at=row.opened_at,
        auditor=one.auditor,
        organisation=one.organisation,
    )


def _opening_out(one: LogOpening) -> OpeningOut:
    return OpeningOut(
        gate=one.gate_code,
        direction=one.direction,
        index=one.index,
        field=one.field,
        what=What(one.what),
        salt=one.salt.hex(),
        value=one.value,
        commitment=commitment(one.salt, What(one.what), one.value),
    )
