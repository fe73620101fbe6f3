"""Passes that were handed out and have long expired."""

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.workers.today import Todays

BATCH = 1000
KEPT = timedelta(days=1)


class PassKeeper:
    """Forgets passes a day after they have expired, by business time."""

    def __init__(self, todays: Todays) -> None:
        """Go by the time of `todays`."""
        self._todays = todays

    async def forget(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Delete what has served its time, in small transactions; return how many."""
        forgotten, count = 0, BATCH
        while count == BATCH:
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                today = await self._todays.today(uow)
                count = await uow.passes.forget(today.now - KEPT, BATCH)
            forgotten += count
        return forgotten
