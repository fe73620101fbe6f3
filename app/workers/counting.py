"""Reports follow the events."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.stays import Stays
from app.workers.today import Todays

COUNTING_SECONDS = 5


async def count_stays(
    sessions: async_sessionmaker[AsyncSession], todays: Todays | None = None
) -> int:
    """Count the events that were not counted yet, in small transactions; return how many took.

    Reference data are those of `todays`, read anew only where they changed. Any edition does, for
    what is counted has happened.
    """
    todays = todays or Todays(is_production=False)
    after: int | None = None
    turns = 0
    while True:
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            stays = Stays(uow)
            if after is None and not await stays.has_news():
                return turns
            reference = (await todays.today(uow)).reference
            after = await stays.count(reference, after)
        turns += 1
        if after is None:
            return turns
