"""Drivers are told: messages are made of events, and what is due is sent through the gateway.

Any number of workers may; nothing is held while the gateway is waited for, and whoever is killed
leaves what it sent to be sent again, under the same id.
"""

import asyncio
import random
from datetime import datetime
from typing import Final

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.domain.webhooks import Answer
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act, Tools
from app.services.notifying.making import EVENTS_A_TURN, Making
from app.services.notifying.sending import Sending, Wording
from app.services.ports import Gateway
from app.workers.today import Todays

NOTIFIER: Final = "notifier"
NOTIFIER_SECONDS: Final = 2
NOTIFIER_RESTS: Final = 1
TURNS: Final = 100
"""How often it asks for what is due before it tells what it has done."""
Sessions = async_sessionmaker[AsyncSession]
log = structlog.get_logger()


class Notifier:
    """Makes and sends messages; one per process."""

    def __init__(
        self, tools: Tools, todays: Todays, wording: Wording | None, gateway: Gateway | None
    ) -> None:
        """Word messages by `wording` and send them through `gateway`.

        Without wording nothing is made; without gateway nothing leaves, and that is recorded.
        """
        self._tools = tools
        self._todays = todays
        self._wording = wording
        self._gateway = gateway

    async def notify(self, sessions: Sessions) -> int:
        """Make what events call for, send what is due; return how many messages were due."""
        if not await self._has_work(sessions):
            return 0
        count = EVENTS_A_TURN
        while count == EVENTS_A_TURN:
            async with sessions.begin() as session:
                count = await self._make(UnitOfWork(session))
        if self._wording is None:
            return 0
        total = 0
        for _ in range(TURNS):
            done = await self._send(sessions, self._wording)
            total += done
            if not done:
                break
        return total

    async def _has_work(self, sessions: Sessions) -> bool:
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            now = (await self._todays.today(uow)).now
            return await uow.driver_messages.has_work(now, self._todays.machine_now())

    async def _make(self, uow: UnitOfWork) -> int:
        if not await uow.driver_messages.has_news():
            return 0
        act, machine = await self._act(uow)
        making = Making(uow, act, machine)
        if self._wording is None:
            await making.skip()
            return 0
        return await making.make()

    async def _send(self, sessions: Sessions, wording: Wording) -> int:
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            due, outgoing = await Sending(uow, *await self._act(uow)).take(wording)
        if self._gateway is None or not outgoing:
            return due
        answers = await asyncio.gather(*map(self._gateway.send, outgoing))
        told = {one.id: answer for one, answer in zip(outgoing, answers, strict=True)}
        async with sessions.begin() as session:
            uow = UnitOfWork(session)
            await Sending(uow, *await self._act(uow)).finish(told, _chance)
        self._warn(answers)
        return due

    async def _act(self, uow: UnitOfWork) -> tuple[Act, datetime]:
        today = await self._todays.today(uow)
        service = await uow.access.service()
        act = Act(today.now, today.reference, service, self._tools)
        return act, self._todays.machine_now()

    def _warn(self, answers: list[Answer]) -> None:
        failed = [one for one in answers if one.error is not None]
        if failed:
            statuses = sorted({str(one.status or one.error) for one in failed})
            log.warning("gateway takes no messages", failed=len(failed), answers=statuses)


def _chance() -> int:
    return random.randrange(1000)  # noqa: S311 - it spreads retries, and keeps nothing secret
