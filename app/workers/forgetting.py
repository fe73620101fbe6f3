"""Personal data are forgotten when their time is over, by the business clock."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.privacy.forgetting import BATCH, Forgetting
from app.workers.today import Todays

WHAT = (
    Forgetting.drivers_as_asked,
    Forgetting.drivers,
    Forgetting.difficulties,
    Forgetting.strikes,
    Forgetting.members,
    Forgetting.reads,
    Forgetting.messages,
    Forgetting.payees,
    Forgetting.purposes,
)


TURNS = 100
"""How many batches of a kind at most before others have their say; the next run goes on."""

What = Callable[[Forgetting], Awaitable[int]]


class Forgetter:
    """Erases batch by batch, each a transaction; several do the same without harm."""

    def __init__(self, tools: Tools, todays: Todays) -> None:
        """Seal with `tools`; go by the time and rows of `todays`."""
        self._tools = tools
        self._todays = todays

    async def forget(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Erase what is over now, as much as one run may; return of how many rows."""
        return sum([await self._forget(sessions, what) for what in WHAT])

    async def _forget(self, sessions: async_sessionmaker[AsyncSession], what: What) -> int:
        total = 0
        for _ in range(TURNS):
            async with sessions.begin() as session:
                done = await what(await self._forgetting(session))
            total += done
            if done < BATCH:
                break
        return total

    async def _forgetting(self, session: AsyncSession) -> Forgetting:
        uow = UnitOfWork(session)
        today = await self._todays.today(uow)
        service = await uow.access.service()
        return Forgetting(uow, Act(today.now, today.reference, service, self._tools))
