"""Batches of vehicles on the wire: how far one is, and what became of each row."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.problems import Problem
from app.api.schemas.entries import FindingOut
from app.api.schemas.types import Instant, Open, Out
from app.domain.batches import BatchMode, BatchState, FileFormat, RowOutcome
from app.domain.vocabulary import Lane


class BatchOut(Out):
    """A job: a file of vehicles that is registered row by row."""

    id: UUID
    format: Annotated[FileFormat, Open]
    mode: Annotated[BatchMode, Open]
    state: Annotated[BatchState, Open]
    """All or nothing is checked as a whole before anything is registered. `refused`: a row was, so
    that nothing is registered."""
    rows: Annotated[int, Field(examples=[5000])]
    checked: Annotated[int, Field(examples=[0])]
    """How many were looked at before anything is registered; 0 with best effort."""
    done: Annotated[int, Field(examples=[3200])]
    """How many have their outcome."""
    registered: Annotated[int, Field(examples=[3072])]
    refused: Annotated[int, Field(examples=[128])]
    accepted_at: Instant
    cancelled_at: Instant | None
    ended_at: Instant | None
    results: Annotated[str, Field(examples=["/v1/entries/batches/019c7d2e-4f60/results"])]
    """Where the outcome of each row stands; thirty days from the end on it is gone."""


class BatchesOut(Page[BatchOut]):
    """One page of batches, the newest first."""


class BatchRowOut(Out):
    """What became of one row."""

    row: Annotated[int, Field(examples=[17])]
    """Counted from 0, as the pointers of its problem count."""
    line: Annotated[int | None, Field(examples=[19])]
    """Where it stands in its file, the heading being line 1; null for JSON."""
    outcome: Annotated[RowOutcome, Open]
    client_reference: str | None
    """The row's own, of a refused row too; null where it has none, or none of that shape."""
    plate: str | None
    """The plate, or the unit's number, without the marks of any spelling; of a refused row too."""
    entry: UUID | None
    reference: Annotated[str | None, Field(examples=["E4K7-9QXPM2"])]
    ready: bool | None
    """Whether the entry is without blocking findings now."""
    lane: Annotated[Lane, Open] | None
    findings: list[FindingOut]
    """What is wrong with the entry now; it is registered all the same."""
    problem: Problem | None
    """Why the row is refused: what a single registration would have answered. Pointers are into
    the whole request; errors of a file name its `column`, too."""


class BatchRowsOut(Page[BatchRowOut]):
    """One page of the rows of a batch, in their order."""
