"""What was committed is sealed in the logs, a moment later."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.log.sealing import EVENTS_A_TURN, Sealer, Sealing
from app.workers.today import Todays

SEALING_SECONDS = 5
"""How often it is looked for news that nothing told of; it is sealed within ten."""
SEALING_RESTS = 2
"""What came meanwhile is one batch: each costs the same, however much is in it."""


class SealingWorker:
    """Seals the events of all queues; several at once, or killed ones, seal each event once."""

    def __init__(self, sealer: Sealer, todays: Todays) -> None:
        """Seal by `sealer`; go by the time of `todays`."""
        self._sealer = sealer
        self._todays = todays

    async def seal(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Seal everything that has a position, in small transactions; return how many events."""
        done, count = 0, EVENTS_A_TURN
        while count == EVENTS_A_TURN:
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                today = await self._todays.today(uow)
                count = await Sealing(uow, today.now, self._sealer).seal()
            done += count
        return done
