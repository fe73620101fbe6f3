"""Batches: who has which, which rows are next, what became of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Over, and_, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from app.domain.batches import RowOutcome
from app.models import Batch, BatchRow
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows

# Batches share PostgreSQL's one space of advisory locks with queues, retries, plates, companies.
BATCH_SEED = 4
ROWS_A_STATEMENT = 200
UNDONE = (RowOutcome.WAITING, RowOutcome.CHECKED)


class BatchesRepository:
    """Questions about batches and their rows."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def insert(self, batch: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> None:
        """Store a batch, then its rows in small steps: a statement of them all holds others up."""
        await insert_rows(self._wire, (Batch, [batch]))
        for first in range(0, len(rows), ROWS_A_STATEMENT):
            await insert_rows(self._wire, (BatchRow, rows[first : first + ROWS_A_STATEMENT]))

    async def get(self, batch_id: UUID) -> Batch | None:
        """Return a batch, whoever asks."""
        return await self._session.scalar(select(Batch).where(Batch.id == batch_id))

    async def page(
        self, organisation_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Batch]:
        """Return up to `limit` batches of an organisation after a cursor, newest first."""
        statement = select(Batch).where(Batch.organisation_id == organisation_id)
        order = (Batch.accepted_at, Batch.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()

    async def count_open(self, organisation_id: UUID) -> int:
        """Return how many batches of an organisation have not ended; ask under its lock."""
        name = func.hashtextextended(f"organisation:{organisation_id}", BATCH_SEED)
        await self._session.execute(select(func.pg_advisory_xact_lock(name)))
        statement = (
            select(func.count())
            .select_from(Batch)
            .where(Batch.organisation_id == organisation_id, Batch.ended_at.is_(None))
        )
        return await self._session.scalar(statement) or 0

    async def open(self) -> Sequence[UUID]:
        """Return the batches that have not ended, oldest first."""
        statement = select(Batch.id).where(Batch.ended_at.is_(None)).order_by(Batch.id)
        return (await self._session.scalars(statement)).all()

    async def take(self, batch_id: UUID) -> Batch | None:
        """Return a batch for the one who works on it; None where another does, or it has ended.

        Its row is kept from who would cancel it, until the transaction ends.
        """
        name = func.hashtextextended(f"batch:{batch_id}", BATCH_SEED)
        if not await self._session.scalar(select(func.pg_try_advisory_xact_lock(name))):
            return None
        batch = await self.locked(batch_id)
        return batch if batch.ended_at is None else None

    async def locked(self, batch_id: UUID) -> Batch:
        """Return a batch as it is now, kept from other writers until the transaction ends."""
        statement = (
            select(Batch)
            .where(Batch.id == batch_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).one()

    async def next_rows(
        self, batch_id: UUID, outcome: RowOutcome, limit: int
    ) -> Sequence[BatchRow]:
        """Return the first rows that have an outcome and no problem."""
        statement = (
            select(BatchRow)
            .where(
                BatchRow.batch_id == batch_id,
                BatchRow.outcome == outcome,
                BatchRow.problem.is_(None),
            )
            .order_by(BatchRow.number)
            .limit(limit)
        )
        return (await self._session.scalars(statement)).all()

    async def twins(self, batch_id: UUID) -> Sequence[tuple[BatchRow, bool]]:
        """Return the checked rows that say again what an earlier one said of its vehicle or name.

        With each, whether it is the vehicle; else it is the company's own reference.
        """
        mine = (BatchRow.batch_id == batch_id, BatchRow.outcome == RowOutcome.CHECKED)
        ranked = (
            select(BatchRow.number, _rank(BatchRow.plate, BatchRow.direction).label("of_plate"),
                   _rank(BatchRow.client_reference).label("of_reference"))
            .where(*mine)
            .subquery()
        )  # fmt: skip
        is_named = BatchRow.client_reference.is_not(None)
        statement = (
            select(BatchRow, ranked.c.of_plate > 1)
            .join(ranked, ranked.c.number == BatchRow.number)
            .where(*mine, or_(ranked.c.of_plate > 1, and_(ranked.c.of_reference > 1, is_named)))
            .order_by(BatchRow.number)
        )
        return [(row, by_plate) for row, by_plate in await self._session.execute(statement)]

    async def leave_out(self, batch_id: UUID) -> None:
        """Let every row that was not done be left out, and forget what it said."""
        statement = (
            update(BatchRow)
            .where(BatchRow.batch_id == batch_id, BatchRow.outcome.in_(UNDONE))
            .values(outcome=RowOutcome.LEFT_OUT, sealed=None)
        )
        await self._session.execute(statement)

    async def rows(
        self, batch_id: UUID, outcome: RowOutcome | None, after: int | None, limit: int
    ) -> Sequence[BatchRow]:
        """Return up to `limit` rows after a number, of one outcome or of any."""
        statement = select(BatchRow).where(BatchRow.batch_id == batch_id)
        if outcome is not None:
            statement = statement.where(BatchRow.outcome == outcome)
        if after is not None:
            statement = statement.where(BatchRow.number > after)
        return (await self._session.scalars(statement.order_by(BatchRow.number).limit(limit))).all()

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` batches that ended before an instant; return how many."""
        old = select(Batch.id).where(Batch.ended_at < before).order_by(Batch.ended_at).limit(limit)
        statement = delete(Batch).where(Batch.id.in_(old)).returning(Batch.id)
        return len((await self._session.execute(statement)).all())


def _rank(*same: InstrumentedAttribute[Any]) -> Over[int]:
    """Return how many rows up to this one say the same."""
    return func.row_number().over(partition_by=same, order_by=BatchRow.number)
