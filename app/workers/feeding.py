"""Events get their positions in the feed a moment after they were committed."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.feed import EVENTS_A_TURN, Numbering
from app.workers.today import machine_now


async def number_events(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Give every event that has none its position, in small transactions; return how many got one.

    Any number of workers may; whoever is killed leaves what it had not committed to the next.
    """
    done, count = 0, EVENTS_A_TURN
    while count == EVENTS_A_TURN:
        async with sessions.begin() as session:
            count = await Numbering(UnitOfWork(session), machine_now()).number()
        done += count
    return done
