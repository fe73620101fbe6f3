"""Notices that bound how many are called: which of them are used up now."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.domain.notices import Notice, Period
from app.domain.vocabulary import Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


async def used_up(uow: UnitOfWork, today: Today, queue: Queue) -> Sequence[Notice]:
    """Return the limits of a queue that let nobody else be called now; mostly none, unasked.

    Calls count that were followed or may be still, also those from before the notice: the other
    side takes so many a day, whenever it says so.
    """
    return [
        notice
        for notice in today.reference.notices.limiting(queue, today.now)
        if await is_used_up(uow, today, queue, notice)
    ]


async def is_used_up(uow: UnitOfWork, today: Today, queue: Queue, notice: Notice) -> bool:
    """Tell whether as many calls stand as a limit lets there be, in one of its periods."""
    for period, number in notice.limits:
        since = _since(today, period)
        standing = await uow.queues.count_standing(
            queue, since, route=notice.route, goods_group=notice.goods_group
        )
        if standing >= number:
            return True
    return False


def _since(today: Today, period: Period) -> datetime:
    """Return the first second that a limit counts: of the legal day, or of the hour up to now."""
    if period is Period.DAY:
        return today.reference.day_begins(today.now)
    return today.now - HOUR + SECOND
