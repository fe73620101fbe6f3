"""Kept quotes: who has which, and which entry was registered with it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Charge, QuoteRow
from app.repositories.pages import page_of
from app.repositories.prepared import Wire
from app.repositories.rows import insert_rows

Kept = tuple[QuoteRow, UUID | None]


class QuotesRepository:
    """Questions about kept quotes."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    async def insert(self, row: Mapping[str, Any]) -> None:
        """Store a quote from its columns."""
        await insert_rows(self._wire, (QuoteRow, [row]))

    async def get(self, quote_id: UUID) -> Kept | None:
        """Return a quote, whoever asks, and the entry that was registered with it."""
        found = await self._session.execute(_kept().where(QuoteRow.id == quote_id))
        row = found.one_or_none()
        return row and (row[0], row[1])

    async def page(
        self, organisation_id: UUID, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Kept]:
        """Return up to `limit` quotes of an organisation after a cursor, newest first."""
        statement = _kept().where(QuoteRow.organisation_id == organisation_id)
        order = (QuoteRow.created_at, QuoteRow.id)
        page = page_of(statement, order, after, limit, newest_first=True)
        return [(row, entry) for row, entry in await self._session.execute(page)]


def _kept() -> Select[QuoteRow, UUID | None]:
    return select(QuoteRow, Charge.entry_id).outerjoin(Charge, Charge.quote_id == QuoteRow.id)
