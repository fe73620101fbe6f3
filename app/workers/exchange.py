"""Partners' messages that wait are tried again when something is new, and old ones forgotten."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.exchange.quarantine import KEPT_FOR, TRIED_FOR, Quarantine
from app.workers.today import Todays

MOST_TRIED = 20
BATCH = 1000
Sessions = async_sessionmaker[AsyncSession]


class ExchangeWorker:
    """Works off what may be worked off by itself; several workers do each message once."""

    def __init__(self, tools: Tools, todays: Todays) -> None:
        """Make identities and tokens with `tools`; go by the time and data of `todays`."""
        self._tools = tools
        self._todays = todays

    async def try_again(self, sessions: Sessions) -> int:
        """Try a few waiting messages again, each in a transaction; return how many wait no more."""
        async with sessions() as session:
            uow = UnitOfWork(session)
            today = await self._todays.today(uow)
            since = today.now - TRIED_FOR
            waiting = await uow.exchange.to_try_again(since, MOST_TRIED)
        return sum([await self._try(sessions, one) for one in waiting])

    async def forget(self, sessions: Sessions) -> int:
        """Delete what was decided and is old, in small transactions; return how much."""
        forgotten, count = 0, BATCH
        while count == BATCH:
            async with sessions.begin() as session:
                uow = UnitOfWork(session)
                before = (await self._todays.today(uow)).now - KEPT_FOR
                count = await uow.exchange.forget(before, BATCH)
            forgotten += count
        return forgotten

    async def _try(self, sessions: Sessions, message_id: UUID) -> bool:
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            today = await self._todays.today(uow)
            act = Act(today.now, today.reference, await uow.access.service(), self._tools)
            return await Quarantine(uow, act).try_again(message_id)
