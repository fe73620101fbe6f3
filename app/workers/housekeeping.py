"""Rows that have served their time."""

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.repositories.unit_of_work import UnitOfWork
from app.services.publishing.feed import Numbering
from app.workers.today import machine_now

BATCH = 1000


async def forget_old_answers(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Delete stored answers older than their 24 hours, in small transactions; return how many."""
    forgotten = 0
    while True:
        async with sessions.begin() as session:
            count = await UnitOfWork(session).access.forget_answers(BATCH)
        forgotten += count
        if count < BATCH:
            return forgotten


async def forget_old_positions(sessions: async_sessionmaker[AsyncSession]) -> int:
    """Delete positions of events older than 30 days, in small transactions; return how many."""
    forgotten = 0
    while True:
        async with sessions.begin() as session:
            count = await Numbering(UnitOfWork(session), machine_now()).forget(BATCH)
        forgotten += count
        if count < BATCH:
            return forgotten
