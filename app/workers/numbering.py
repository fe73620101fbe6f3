"""Receipts are told to a provider of electronic receipts, which numbers them.

Any number of workers may; nothing is held while the provider is waited for.
"""

import asyncio
import random
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.receipts.numbering import ProviderAnswer
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.money.numbering import Numbering
from app.services.ports import ReceiptProvider
from app.workers.today import Todays

NUMBERING: Final = "receipts"
NUMBERING_SECONDS: Final = 2
TURNS: Final = 100
"""How often it asks for what is due before it tells what it has done."""
Sessions = async_sessionmaker[AsyncSession]
log = structlog.get_logger()


class ReceiptSender:
    """Tells a provider what is due; one per process."""

    def __init__(self, tools: Tools, todays: Todays, provider: ReceiptProvider) -> None:
        """Tell `provider`."""
        self._tools = tools
        self._todays = todays
        self._provider = provider

    async def send(self, sessions: Sessions) -> int:
        """Tell what is due and return how much of it succeeded."""
        total = 0
        for _ in range(TURNS):
            taken, done = await self._turn(sessions)
            total += done
            if not taken:
                break
        return total

    async def _turn(self, sessions: Sessions) -> tuple[int, int]:
        async with sessions.begin() as session:
            messages = await Numbering(*await self._working(session)).take()
        if not messages:
            return 0, 0
        answers = await asyncio.gather(*map(self._provider.tell, messages))
        told = {one.dispatch: answer for one, answer in zip(messages, answers, strict=True)}
        async with sessions.begin() as session:
            done = await Numbering(*await self._working(session)).finish(told, _chance)
        self._warn(answers)
        return len(messages), done

    async def _working(self, session: AsyncSession) -> tuple[UnitOfWork, Act, datetime]:
        uow = UnitOfWork(session)
        today = await self._todays.today(uow)
        service = await uow.access.service()
        act = Act(today.now, today.reference, service, self._tools)
        return uow, act, self._todays.machine_now()

    def _warn(self, answers: list[ProviderAnswer]) -> None:
        failed = [one for one in answers if one.error is not None]
        if failed:
            said = sorted({str(one.status or one.error) for one in failed})
            log.warning("provider of receipts fails", failed=len(failed), answers=said)


def _chance() -> int:
    return random.randrange(1000)  # noqa: S311 - it spreads retries, and keeps nothing secret
