"""What the workers do when nobody asks."""

from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.models import SharedAllowance, StoredAnswer
from app.repositories.access import Answer
from app.repositories.unit_of_work import UnitOfWork
from app.workers.housekeeping import keep_house


async def test_what_has_served_its_time_is_forgotten(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        access, allowances = UnitOfWork(session).access, UnitOfWork(session).allowances
        await allowances.exchange({b"whole": -1, b"used": 10**9})
        company = await access.principal("company-1")
        assert company is not None
        for key in ("old", "new"):
            await access.store_answer(company.id, key, Answer(b"mark", 201, None, b"{}"))
        late = func.clock_timestamp() - timedelta(hours=24, minutes=1)
        await session.execute(
            update(StoredAnswer).where(StoredAnswer.key == "old").values(stored_at=late)
        )

    assert 2 == await keep_house(sessions)

    async with sessions() as session:
        assert ["new"] == list(await session.scalars(select(StoredAnswer.key)))
        assert [b"used"] == list(await session.scalars(select(SharedAllowance.key)))
