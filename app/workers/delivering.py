"""Sending events to webhooks: each receiver by itself, so that a dead one slows nobody else.

Any number of workers may; each takes what nobody else is sending. Nothing is held while a receiver
is waited for, and whoever is killed leaves what it sent to be sent again.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from time import monotonic
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.ciphers import Cipher
from app.core.database import is_passing
from app.core.logs import outline
from app.domain.webhooks import Attempt
from app.repositories.unit_of_work import UnitOfWork
from app.services.ports import Receivers
from app.services.publishing.deliveries import (
    AT_ONCE,
    TAKEN_AT_ONCE,
    Deliveries,
    Outgoing,
    Render,
)
from app.workers.today import machine_now

WEBHOOKS = "webhooks"
DELIVERY_SECONDS = 1
TURN_SECONDS = 0.25
"""So long it waits for those it has begun with before it looks for others."""
REST = timedelta(seconds=1)
"""A receiver to which something is due that must wait for something else is left alone so long."""
Sessions = async_sessionmaker[AsyncSession]
log = structlog.get_logger()


class Deliverer:
    """Sends what is due; one per process."""

    def __init__(
        self,
        receivers: Receivers,
        cipher: Cipher,
        render: Render,
        machine_now: Callable[[], datetime] = machine_now,
    ) -> None:
        """Send to `receivers` what `render` makes of an event, by the machine's clock."""
        self._receivers = receivers
        self._cipher = cipher
        self._render = render
        self._now = machine_now
        self._busy: dict[UUID, asyncio.Task[int]] = {}
        self._rests: dict[UUID, datetime] = {}
        self._asked_again: set[UUID] = set()

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Let nothing be on its way any more when the block ends."""
        try:
            yield
        finally:
            for task in self._busy.values():
                task.cancel()
            await asyncio.gather(*self._busy.values(), return_exceptions=True)
            self._busy.clear()

    async def deliver(self, sessions: Sessions) -> int:
        """Begin with every receiver that something is due to; return how much was sent meanwhile.

        It waits a moment for those it begins with, and not for one that it began with before: a
        receiver that hangs would keep everybody else waiting each time.
        """
        now = self._now()
        async with sessions() as session:
            due = await UnitOfWork(session).webhooks.due(now)
        self._rests = {webhook: until for webhook, until in self._rests.items() if until > now}
        sent = self._collect()  # who has been served since the last turn is not busy any more
        self._asked_again.update(one for one in due if one in self._busy)
        fresh = [one for one in due if one not in self._busy and one not in self._rests]
        begun = {one: asyncio.create_task(self._serve(one, sessions)) for one in fresh}
        self._busy.update(begun)
        if begun:
            await asyncio.wait(begun.values(), timeout=TURN_SECONDS)
        return sent + self._collect()

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way."""
        return not self._busy

    def _collect(self) -> int:
        """Return how much was sent by what has ended; what failed is told and tried again."""
        sent = 0
        for webhook, task in list(self._busy.items()):
            if not task.done():
                continue
            del self._busy[webhook]
            error = task.exception()
            if error is None:
                sent += task.result()
            else:
                tell = log.warning if is_passing(error) else log.error
                tell("webhook not served", webhook=str(webhook), error=outline(error))
        return sent

    async def _serve(self, webhook: UUID, sessions: Sessions) -> int:
        """Send to one receiver until nothing is due to it; return how much.

        What ended is written down in the transaction that takes what is next.
        """
        sent, most, slots = 0, AT_ONCE, asyncio.Semaphore(AT_ONCE)
        attempts: Mapping[UUID, Attempt] = {}
        looked_again = False
        while True:
            self._asked_again.discard(webhook)
            async with sessions.begin() as session:
                deliveries = Deliveries(UnitOfWork(session), self._now())
                await deliveries.finish(webhook, attempts, _chance)
                taken = await deliveries.take(webhook, most, self._cipher, self._render)
            sent += len(attempts)
            if not taken and webhook in self._asked_again and not looked_again:
                attempts, looked_again = {}, True  # something came while it was asked for
                continue
            if not taken:
                if not sent:
                    self._rests[webhook] = self._now() + REST
                return sent
            looked_again = False
            tries = await asyncio.gather(*(self._try(one, slots) for one in taken))
            attempts = {one.delivery_id: made for one, made in zip(taken, tries, strict=True)}
            most = TAKEN_AT_ONCE if all(one.succeeded for one in tries) else AT_ONCE

    async def _try(self, one: Outgoing, slots: asyncio.Semaphore) -> Attempt:
        async with slots:
            at, began = self._now(), monotonic()
            answer = await self._receivers.send(one.message)
        took_ms = round((monotonic() - began) * 1000)
        return Attempt(at, took_ms, answer.status, answer.error)


def _chance() -> int:
    return random.randrange(1000)  # noqa: S311 - it spreads retries, and keeps nothing secret
