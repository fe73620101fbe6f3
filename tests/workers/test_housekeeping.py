"""What the workers do when nobody asks."""

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import StoredAnswer
from app.repositories.access import Answer
from app.repositories.unit_of_work import UnitOfWork
from app.workers.housekeeping import forget_old_answers


async def test_answers_are_kept_for_a_day_and_then_forgotten(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        access = UnitOfWork(session).access
        company = await access.principal("company-1")
        assert company is not None
        for key in ("old", "new"):
            await access.store_answer(company.id, key, Answer(b"mark", 201, None, b"{}"))
        late = func.clock_timestamp() - timedelta(hours=24, minutes=1)
        await session.execute(
            update(StoredAnswer).where(StoredAnswer.key == "old").values(stored_at=late)
        )

    assert 1 == await forget_old_answers(sessions)

    async with sessions() as session:
        assert ["new"] == list(await session.scalars(select(StoredAnswer.key)))
