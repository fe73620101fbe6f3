"""What drivers were told of their waits is kept, and held against what came."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.queues.scoring import Scoring
from app.workers.today import Todays

BATCH = 1000
Sessions = async_sessionmaker[AsyncSession]


class ScoreKeeper:
    """Keeps and scores the expected waits of all queues; several keepers keep the same."""

    def __init__(self, todays: Todays) -> None:
        """Go by the time and data of `todays`."""
        self._todays = todays

    async def keep(self, sessions: Sessions) -> int:
        """Keep what is due, score what was called, fold what is over; return how much was done.

        Scores come before yesterday is folded, each in a small transaction of its own.
        """
        done = 0
        for what in (Scoring.keep, Scoring.score, Scoring.fold):
            async with sessions.begin() as session:
                done += await what(await self._scoring(session))
        forgotten = BATCH
        while forgotten == BATCH:
            async with sessions.begin() as session:
                forgotten = await (await self._scoring(session)).forget(BATCH)
        return done

    async def _scoring(self, session: AsyncSession) -> Scoring:
        uow = UnitOfWork(session)
        return Scoring(uow, await self._todays.today(uow))
