"""Batches at the edge: taken as they come, looked at, cancelled; `batch_work.py` does them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.authorisation import Action, decide, house
from app.domain.batches import (
    MOST_OPEN,
    OVER,
    BatchMode,
    BatchState,
    FileFormat,
    RowOutcome,
    after_cancellation,
    first_state,
)
from app.domain.errors import BatchEndedError, BatchNotFoundError, TooManyBatchesError
from app.models import Batch, BatchRow, Entry
from app.repositories.rows import as_stored
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.authorising import reached_all

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Batch", "Batches", "File", "RowView", "Sealed", "go_on"]


class Sealed(NamedTuple):
    """A row as it came, encrypted, and the line of its file."""

    line: int | None
    text: bytes


@dataclass(frozen=True, slots=True)
class File:
    """What somebody uploaded."""

    format: FileFormat
    mode: BatchMode
    rows: Sequence[Sealed]


class RowView(NamedTuple):
    """A row of a batch, and its entry as it is now."""

    row: BatchRow
    entry: Entry | None


class Batches:
    """Takes batches of a company and tells of them."""

    def __init__(self, uow: UnitOfWork, act: Act) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act

    async def accept(self, file: File) -> Batch:
        """Keep a batch for the workers.

        Raises:
            TooManyBatchesError: the company has as many open ones as it may.
        """
        company = self._act.principal.organisation_id
        if await self._uow.batches.count_open(company) >= MOST_OPEN:
            raise TooManyBatchesError(most=MOST_OPEN)
        batch = self._columns(file)
        rows = [_row(batch["id"], number, one) for number, one in enumerate(file.rows)]
        await self._uow.batches.insert(batch, rows)
        return as_stored(Batch, batch)

    async def get(self, batch_id: UUID) -> Batch:
        """Return a batch of the company.

        Raises:
            BatchNotFoundError.
        """
        principal = self._act.principal
        batch = await self._uow.batches.get(batch_id)
        if batch is None or not decide(
            principal, Action.KEEP, house(principal, batch.organisation_id)
        ):
            raise BatchNotFoundError
        return batch

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Batch]:
        """Return up to `limit` batches of the company after a cursor, newest first."""
        return await self._uow.batches.page(self._act.principal.organisation_id, after, limit)

    async def rows(
        self, batch: Batch, outcome: RowOutcome | None, after: int | None, limit: int
    ) -> Sequence[RowView]:
        """Return up to `limit` rows of a batch after a number, each with its entry."""
        rows = await self._uow.batches.rows(batch.id, outcome, after, limit)
        ids = [row.entry_id for row in rows if row.entry_id]
        entries = await reached_all(self._uow, self._act, ids, Action.READ) if ids else ()
        by_id = {entry.id: entry for entry in entries}
        return [RowView(row, by_id.get(row.entry_id) if row.entry_id else None) for row in rows]

    async def cancel(self, batch_id: UUID) -> Batch:
        """End a batch where it is; all or nothing takes back what it has registered.

        Raises:
            BatchNotFoundError.
            BatchEndedError: it has ended otherwise.
        """
        await self.get(batch_id)
        batch = await self._uow.batches.locked(batch_id)
        if batch.cancelled_at is not None:
            return batch
        state, mode = BatchState(batch.state), BatchMode(batch.mode)
        if state in OVER:
            raise BatchEndedError(state=batch.state)
        batch.cancelled_at = self._act.now
        after = after_cancellation(state, mode, registered=batch.registered)
        await go_on(self._uow, self._act, batch, after)
        return batch

    def _columns(self, file: File) -> dict[str, Any]:
        act = self._act
        return {
            "id": act.tools.new_id(),
            "organisation_id": act.principal.organisation_id,
            "principal_id": act.principal.id,
            "format": file.format.value,
            "mode": file.mode.value,
            "state": first_state(file.mode).value,
            "rows": len(file.rows),
            "checked": 0,
            "done": 0,
            "registered": 0,
            "refused": 0,
            "accepted_at": act.now,
        }


async def go_on(uow: UnitOfWork, act: Act, batch: Batch, after: BatchState) -> None:
    """Let a batch stand where it stands next; an end leaves out what was not done, and is told."""
    batch.state = after.value
    if after in OVER:
        batch.ended_at = act.now
        await uow.flush()
        await uow.batches.leave_out(batch.id)
        await uow.records.insert_events([_ended(act, batch)])
    await uow.flush()


def _ended(act: Act, batch: Batch) -> Mapping[str, Any]:
    return act.event(
        "batch.ended",
        None,
        None,
        organisation=str(batch.organisation_id),
        batch=str(batch.id),
        state=batch.state,
        rows=batch.rows,
        registered=batch.registered,
        refused=batch.refused,
    )


def _row(batch_id: UUID, number: int, sealed: Sealed) -> Mapping[str, Any]:
    return {
        "batch_id": batch_id,
        "number": number,
        "line": sealed.line,
        "sealed": sealed.text,
        "outcome": RowOutcome.WAITING.value,
    }
