"""Notices: those that count for the open clocks and for calls, and all of them to be listed."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain import notices as domain
from app.domain.notices import STOPS, NoticeKind
from app.domain.questions import NoticeFilter
from app.domain.vocabulary import Direction
from app.models import Notice
from app.repositories.pages import page_of

# Longer than any window, so that a late worker finds what stood in a vehicle's way.
REMEMBERED = timedelta(days=30)
ENDS_AT = func.least(Notice.ends_at, Notice.lifted_at)


class NoticesRepository:
    """Questions about notices."""

    def __init__(self, session: AsyncSession) -> None:
        """Ask within `session`."""
        self._session = session

    async def counting(self) -> Iterable[domain.Notice]:
        """Return what has ever stopped a clock, and all that ended lately or has not ended.

        Lately is within `REMEMBERED` of the newest posting, so that no clock is needed.
        """
        lately = select(func.max(Notice.posted_at) - REMEMBERED).scalar_subquery()
        for_all = Notice.goods_group.is_(None) & Notice.route_code.is_(None)
        stops = Notice.kind.in_([kind.value for kind in STOPS]) & for_all
        statement = select(Notice).where(or_(ENDS_AT.is_(None), lately < ENDS_AT, stops))
        return [counted(row) for row in await self._session.scalars(statement)]

    async def get(self, notice_id: UUID) -> Notice | None:
        """Return a notice."""
        return await self._session.get(Notice, notice_id)

    async def locked(self, notice_id: UUID) -> Notice:
        """Return a notice as it is now, kept from other writers until the transaction ends."""
        statement = select(Notice).where(Notice.id == notice_id).with_for_update()
        return (
            await self._session.scalars(statement.execution_options(populate_existing=True))
        ).one()

    async def page(
        self, where: NoticeFilter, after: Sequence[Any] | None, limit: int
    ) -> Sequence[Notice]:
        """Return up to `limit` notices after a cursor, the last posted first."""
        order = (Notice.posted_at, Notice.id)
        statement = select(Notice).where(*_conditions(where))
        page = page_of(statement, order, after, limit, newest_first=True)
        return (await self._session.scalars(page)).all()


def counted(row: Notice) -> domain.Notice:
    """Return a stored notice as the rules know it."""
    ends = [at for at in (row.ends_at, row.lifted_at) if at is not None]
    return domain.Notice(
        id=row.id,
        kind=NoticeKind(row.kind),
        gate=row.gate_code,
        starts_at=row.starts_at,
        ends_at=min(ends, default=None),
        direction=Direction(row.direction) if row.direction else None,
        route=row.route_code,
        goods_group=row.goods_group,
        per_hour=row.per_hour,
        per_day=row.per_day,
        posted_by=row.authority,
        told_at=row.lifted_at or row.posted_at,
        text={"vi": row.text_vi, "en": row.text_en, "zh": row.text_zh},
    )


def _conditions(where: NoticeFilter) -> Iterator[ColumnElement[bool]]:
    if where.gate is not None:
        yield Notice.gate_code == where.gate
    if where.direction is not None:
        yield or_(Notice.direction.is_(None), Notice.direction == where.direction.value)
    if where.kind is not None:
        yield Notice.kind == where.kind.value
    if where.in_force_at is not None:
        yield Notice.starts_at <= where.in_force_at
        yield or_(ENDS_AT.is_(None), where.in_force_at < ENDS_AT)
