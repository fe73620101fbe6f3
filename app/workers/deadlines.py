"""Doing what is due: windows that end, reminders, deferrals and limits that are over, expiries.

Due times are rows. A queue's are done in small transactions under its lock, each all or nothing, so
any number of workers may run and any may be killed at any instant. None has to be in time either:
what is done late is dated at its instant, and nothing overtakes it
(`app/services/queues/deadlines.py`).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.logs import named
from app.domain.vocabulary import Queue
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.queues.deadlines import BATCH, Deadlines
from app.services.queues.expiry import forgotten_before
from app.services.queues.noticing import on_newest_notices
from app.workers.today import Todays

log = structlog.get_logger()


def _tell(queue: Queue, done: int, lag: timedelta, entries: Sequence[UUID]) -> None:
    """Log a batch: how late its first was in business time, and which entries it changed."""
    log.info(
        "due",
        gate=queue.gate,
        direction=queue.direction.value,
        done=done,
        lag_seconds=lag // timedelta(seconds=1),
        **named(entries),
    )


class DeadlineWorker:
    """Does what is due in all queues; one per process."""

    def __init__(self, tools: Tools, todays: Todays) -> None:
        """Make identities and tokens with `tools`; go by the time and data of `todays`."""
        self._tools = tools
        self._todays = todays

    async def do_due(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Do everything that is due now, and tell how many things were done."""
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            today = await self._todays.today(uow)
            before = forgotten_before(today)
            queues = await uow.deadlines.queues_with_work(today.now, before)
        return sum([await self._do_queue(sessions, *one) for one in queues])

    async def _do_queue(
        self, sessions: async_sessionmaker[AsyncSession], queue: Queue, since: datetime
    ) -> int:
        total, done = 0, BATCH
        while done >= BATCH:
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                act = await self._act(uow)
                await uow.queues.lock(queue, exclusive=True)
                act = await on_newest_notices(uow, act, await uow.reference.revision())
                done = await Deadlines(uow, act, queue).do_all()
            total += done
            _tell(queue, done, act.now - since, uow.entries_told)
        return total

    async def _act(self, uow: UnitOfWork) -> Act:
        today = await self._todays.today(uow)
        return Act(today.now, today.reference, await uow.access.service(), self._tools)
