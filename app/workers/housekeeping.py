"""Rows that have served their time."""

from collections.abc import Awaitable, Callable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.feed import KEPT
from app.domain.webhooks import TRIED_FOR
from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.feed import Numbering
from app.workers.today import machine_now

BATCH = 1000
Forget = Callable[[UnitOfWork, int], Awaitable[int]]
Sessions = async_sessionmaker[AsyncSession]

FORGETTING: Final[tuple[Forget, ...]] = (
    lambda uow, limit: uow.access.forget_answers(limit),
    lambda uow, limit: uow.allowances.forget(limit),
    lambda uow, limit: uow.sessions.forget(machine_now(), limit),
)
"""What deletes up to so many rows that have served their time, and tells how many it did."""


async def keep_house(sessions: Sessions) -> int:
    """Delete stored answers older than a day, allowances that are whole, sessions that are over.

    In small transactions; returns how many.
    """
    return sum([await _forget(sessions, one) for one in FORGETTING])


async def forget_old_positions(sessions: Sessions) -> int:
    """Delete positions of events older than 30 days, in small transactions; return how many."""
    return await _forget(sessions, lambda uow, most: Numbering(uow, machine_now()).forget(most))


async def forget_old_deliveries(sessions: Sessions) -> int:
    """Delete deliveries that ended 30 days ago, in small transactions; return how many.

    What waits for 72 hours for a webhook that is paused has ended, too.
    """
    now = machine_now()
    async with sessions.begin() as session:
        await UnitOfWork(session).webhooks.end_unsent(now, now - TRIED_FOR)
    return await _forget(sessions, lambda uow, most: uow.webhooks.forget(now - KEPT, most))


async def _forget(sessions: Sessions, forget: Forget) -> int:
    forgotten = 0
    while True:
        async with sessions.begin() as session:
            count = await forget(UnitOfWork(session), BATCH)
        forgotten += count
        if count < BATCH:
            return forgotten
