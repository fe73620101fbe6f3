"""The books are held against the rows once a legal day, and at the start of a worker."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.money.bookkeeping import Bookkeeping
from app.workers.today import Todays


class BookKeeper:
    """Catches up and checks; of several keepers one does."""

    def __init__(self, tools: Tools, todays: Todays) -> None:
        """Act by `tools`; go by the time and rows of `todays`."""
        self._tools = tools
        self._todays = todays
        self._caught_up = False

    async def keep(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Post what was never posted, in small transactions, and check; return how much was done.

        What the release before writes while a release is rolled out is found the next night.
        """
        async with sessions.begin() as session:
            is_due = await (await self._keeping(session)).is_due()
        if self._caught_up and not is_due:
            return 0
        posted = await self.catch_up(sessions)
        self._caught_up = True
        async with sessions.begin() as session:
            keeping = await self._keeping(session)
            if await keeping.is_due():
                await keeping.check(posted)
        return posted + is_due

    async def catch_up(self, sessions: async_sessionmaker[AsyncSession]) -> int:
        """Post what was never posted, in small transactions, and return how many acts it were."""
        posted = 0
        while True:
            async with sessions.begin() as session:
                done = await (await self._keeping(session)).catch_up()
            posted += done
            if not done:
                return posted

    async def _keeping(self, session: AsyncSession) -> Bookkeeping:
        uow = UnitOfWork(session)
        today = await self._todays.today(uow)
        service = await uow.access.service()
        return Bookkeeping(uow, Act(today.now, today.reference, service, self._tools))
