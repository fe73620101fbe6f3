"""Personal data are forgotten when their time is over, by the business clock."""

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
)


class Forgetter:
    """Erases batch by batch, each a transaction; several do the same without harm."""

    def __init__(self, tools: Tools, todays: Todays) -> None:
        """Seal with `tools`; go by the time and rows of `todays`."""
        self._tools = tools
        self._todays = todays

    async def forget(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Erase all that is over now; return of how many rows."""
        total = 0
        for what in WHAT:
            done = BATCH
            while done >= BATCH:
                async with sessions.begin() as session:
                    done = await what(await self._forgetting(session))
                total += done
        return total

    async def _forgetting(self, session: AsyncSession) -> Forgetting:
        uow = UnitOfWork(session)
        today = await self._todays.today(uow)
        service = await uow.access.service()
        return Forgetting(uow, Act(today.now, today.reference, service, self._tools))
