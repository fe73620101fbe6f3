"""Reports follow the events."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.stays import Stays
from app.services.upkeep.reference_data import read_reference


async def count_stays(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Count the events that were not counted yet, in small transactions; return how many took."""
    after: int | None = None
    turns = 0
    while True:
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            stays = Stays(uow)
            if after is None and not await stays.has_news():
                return turns
            reference = await read_reference(uow, unofficial_needs_confirmation=False)
            after = await stays.count(reference, after)
        turns += 1
        if after is None:
            return turns
