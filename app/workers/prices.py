"""All charges are derived again once a legal day, a little at a time."""

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.money.price_checking import PriceChecking
from app.workers.today import Todays

PRICES_SECONDS: Final = 20
TURNS: Final = 50
"""How many windows at most before others have their say; the next run goes on."""


class PriceChecker:
    """Checks window by window, each a transaction; of several checkers one does."""

    def __init__(self, todays: Todays) -> None:
        """Go by the time and data of `todays`."""
        self._todays = todays

    async def check(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Go on where the last run ended; return how many charges were derived again."""
        done = 0
        for _ in range(TURNS):
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                count = await PriceChecking(uow, await self._todays.today(uow)).turn()
            if count is None:
                break
            done += count
        return done
