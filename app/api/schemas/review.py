"""The review list of exceptions, and outages of gates."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.entries import ExceptionOut
from app.api.schemas.types import Id, In, Instant, Label, Out


class ReviewedOut(ExceptionOut):
    """An exception, whose turn it is, and how it was settled."""

    gate: str | None
    entry: UUID | None
    """The entry that it is about; null for a plate that several share."""
    reference: str | None
    plate: str | None
    """The plate that was seen, where several entries share it."""
    yard: str | None
    seen_at: Instant | None
    assigned_to: Annotated[str | None, Field(examples=["officer-2"])]
    assigned_at: Instant | None
    settlement: str | None
    """The reason with which it was settled."""
    named_entry: UUID | None
    """The entry that a contested plate was settled to be of."""


class ReviewOut(Page[ReviewedOut]):
    """One page of what contradicts the rules."""


class AssignmentIn(In):
    """Whose turn an exception is; nobody named, it is the caller's."""

    assigned_to: Annotated[Label | None, Field(examples=["officer-2"])] = None


class SettlementIn(In):
    """How an exception was settled; of a contested plate, whose it was."""

    reason: Label
    entry: Id | None = None


class OutageIn(In):
    """When a gate could record nothing, and why."""

    starts_at: Instant
    ends_at: Instant
    reason: Label


class OutageOut(Out):
    """When a gate could record nothing; it counts once a second officer has signed it."""

    id: UUID
    gate: str
    starts_at: Instant
    ends_at: Instant
    reason: str
    reported_at: Instant
    signed_at: Instant | None


class OutagesOut(Page[OutageOut]):
    """One page of the outages of a gate."""
