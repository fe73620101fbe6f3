"""A new data key seals what an older one has sealed."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.ciphers import Cipher
from app.repositories.unit_of_work import UnitOfWork
from app.services.privacy.resealing import Resealing
from app.workers.today import machine_now

TURNS = 200
"""How many windows at most before others have their say; the next run goes on."""


class Resealer:
    """Seals anew, window by window, each a transaction; several do the same without harm."""

    def __init__(self, cipher: Cipher, machine_now: Callable[[], datetime] = machine_now) -> None:
        """Seal by the current key of `cipher`."""
        self._cipher = cipher
        self._machine_now = machine_now

    async def reseal(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Go on where the last run ended; return how many values were sealed anew."""
        done = 0
        for _ in range(TURNS):
            async with sessions.begin() as session:
                resealing = Resealing(UnitOfWork(session), self._cipher, self._machine_now())
                count = await resealing.turn()
            if count is None:
                break
            done += count
        return done
