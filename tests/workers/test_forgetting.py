"""Workers forget at once and by halves, and each entry is forgotten once."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from app.core.config import Settings
from app.domain.questions import ClockRow
from app.main import make_jobs, make_tools
from app.models import Entry, Event
from app.repositories.unit_of_work import UnitOfWork
from app.services.declarations.declaring import personal_columns
from app.services.privacy.forgetting import BATCH
from app.workers import forgetting
from app.workers.forgetting import Forgetter
from app.workers.today import Todays
from tests.repositories.rows import NOW, add_actor, add_entry

MANY = BATCH + 20
DRIVER = {"name": "Nguyễn Văn An", "document_number": "024098001234", "phone": "0912 345 678"}


@pytest.fixture
async def sessions(database: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Sessions with commits of their own, on entries that ended half a year ago."""
    sessions = async_sessionmaker(database, expire_on_commit=False)
    tools, long_ago = make_tools(Settings()), NOW - timedelta(days=181)
    async with sessions.begin() as session:
        await UnitOfWork(session).access.set_clock(ClockRow(NOW, NOW, 1))
        actor = await add_actor(session)
        for _ in range(MANY):
            sealed = personal_columns(tools.cipher, DRIVER)
            await add_entry(session, actor, state="cancelled", ended_at=long_ago, **sealed)
    return sessions


def forgetter() -> Forgetter:
    todays = Todays(is_production=False, machine_now=lambda: NOW)
    return Forgetter(make_tools(Settings()), todays)


async def left(sessions: async_sessionmaker[AsyncSession]) -> int:
    async with sessions() as session:
        kept = select(func.count()).where(func.num_nonnulls(*COLUMNS) > 0).select_from(Entry)
        return (await session.execute(kept)).scalar_one()


COLUMNS = (
    Entry.driver_name, Entry.driver_document, Entry.driver_phone, Entry.driver_document_hash,
    Entry.driver_phone_hash,
)  # fmt: skip


async def test_several_at_once_forget_each_entry_once(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    await asyncio.gather(*(forgetter().forget(sessions) for _ in range(3)))
    assert 0 == await left(sessions)
    async with sessions() as session:
        told = Counter(await session.scalars(select(Event.entry_id).where(Event.kind == ERASED)))
    assert (MANY, {1}) == (len(told), set(told.values()))


ERASED = "entry.driver_erased"


async def test_a_run_that_ends_early_is_gone_on_with(
    sessions: async_sessionmaker[AsyncSession], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One batch a run: each run stands for a worker that was killed after it."""
    monkeypatch.setattr(forgetting, "TURNS", 1)
    assert BATCH == await forgetter().forget(sessions)
    assert MANY - BATCH == await left(sessions)
    assert MANY - BATCH == await forgetter().forget(sessions)
    assert 0 == await forgetter().forget(sessions)


def test_workers_forget() -> None:
    assert {"forgetting", "resealing"} <= make_jobs(Settings()).keys()
