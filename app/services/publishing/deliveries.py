"""Deliveries on their way: taken for a while, sent outside any transaction, and written down.

Whoever is killed between leaves a delivery that is taken again when its lease is over: it is sent
at least once. The later events of an entry wait until the earlier was delivered or given up.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.ciphers import Cipher
from app.domain.authorisation import Action, decide_for
from app.domain.events import TEST
from app.domain.questions import ToldEvent
from app.domain.webhooks import (
    TRIED_FOR,
    Attempt,
    DisabledReason,
    Health,
    Message,
    WebhookState,
    listens,
    next_of,
)
from app.models import Delivery, Webhook
from app.repositories.unit_of_work import UnitOfWork
from app.repositories.webhooks import Listener

AT_ONCE = 8
"""So many messages are on their way to one receiver at a time, of each process."""
TAKEN_AT_ONCE = 32
"""So many are taken together for a receiver that took all of the last ones; else `AT_ONCE`."""
LEASE = timedelta(seconds=60)
"""Longer than what is taken together may last, each attempt ten seconds."""

Render = Callable[[ToldEvent], bytes]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A delivery that was taken, and what is to be sent."""

    delivery_id: UUID
    message: Message


@dataclass(frozen=True, slots=True)
class News:
    """An event that just got its position: what tells who hears of it.

    `companies` are those that may see it beside authorities; `for_all` lets everybody.
    """

    position: int
    number: int
    kind: str
    entry: UUID | None
    gate: str | None
    companies: frozenset[UUID]
    for_all: bool


class Deliveries:
    """Takes what is due to a webhook, and writes down what became of it."""

    def __init__(self, uow: UnitOfWork, now: datetime) -> None:
        """Work within one transaction, at an instant of the machine's clock."""
        self._uow = uow
        self._now = now

    async def take(
        self, webhook_id: UUID, most: int, cipher: Cipher, render: Render
    ) -> Sequence[Outgoing]:
        """Return messages to be sent to a webhook; nobody else takes them for a while."""
        webhook, taken = await self._uow.webhooks.take(webhook_id, self._now, LEASE, most)
        if webhook is None or not taken:
            return ()
        numbers = [one.event_number for one in taken if one.event_number is not None]
        events = {one.number: one for one in await self._uow.feed.told(numbers)}
        secrets = [cipher.decrypt(one) for one in self._secrets(webhook)]
        outgoing = []
        for one in taken:
            told = events.get(one.event_number or 0) or test_event(one)
            told = replace(told, position=one.position or 0)
            message = Message(webhook.url, told.id, self._now, render(told), secrets)
            outgoing.append(Outgoing(one.id, message))
        return outgoing

    async def finish(
        self, webhook_id: UUID, attempts: Mapping[UUID, Attempt], chance: Callable[[], int]
    ) -> None:
        """Write down attempts that ended together, and how the receiver does now."""
        if not attempts:
            return
        webhook = await self._uow.webhooks.locked(webhook_id)
        if webhook is None:
            return
        held = await self._uow.webhooks.held(attempts)
        for one in held:
            self._settle(one, attempts[one.id], chance())
        await self._uow.flush()
        rows = [_row(one, attempts[one.id]) for one in held]
        await self._uow.webhooks.add_attempts(rows)
        await self._note_health(webhook, list(attempts.values()))

    def _secrets(self, webhook: Webhook) -> Iterator[bytes]:
        yield webhook.secret
        until = webhook.old_secret_until
        if webhook.old_secret is not None and until is not None and self._now < until:
            yield webhook.old_secret

    def _settle(self, one: Delivery, attempt: Attempt, chance: int) -> None:
        """Say what a delivery is now; one that is to be sent again since it was taken stays due."""
        if one.leased_until is None:
            return
        one.attempts += 1
        state, due_at = next_of(attempt, one.since, one.attempts, chance, self._now)
        one.state, one.leased_until = state.value, None
        one.due_at, one.ended_at = due_at or one.due_at, None if due_at else self._now

    async def _note_health(self, webhook: Webhook, attempts: Sequence[Attempt]) -> None:
        before = Health(webhook.failures, webhook.failing_since, webhook.probe_at)
        after = before.after(attempts, self._now)
        webhook.failures, webhook.failing_since = after.failures, after.failing_since
        webhook.probe_at = after.probe_at
        if any(one.succeeded for one in attempts):
            webhook.succeeded_at = self._now
        if after.disabled is not None:
            self._disable(webhook, after.disabled)
        await self._uow.flush()
        if after.disabled is not None:
            await self._uow.webhooks.give_up(webhook.id, self._now, None)
        elif after.is_open:
            await self._uow.webhooks.give_up(webhook.id, self._now, self._now - TRIED_FOR)
        elif before.is_open:
            await self._uow.webhooks.hurry(webhook.id, self._now)

    def _disable(self, webhook: Webhook, reason: DisabledReason) -> None:
        if webhook.state == WebhookState.ACTIVE.value:
            webhook.state, webhook.disabled_reason = WebhookState.DISABLED.value, reason.value


def heard(
    news: Sequence[News], listeners: Sequence[Listener], now: datetime
) -> list[Mapping[str, Any]]:
    """Return the deliveries of events that just got their positions, as rows."""
    return [
        {
            "webhook_id": listener.id,
            "position": one.position,
            "event_number": one.number,
            "entry_id": one.entry,
            "kind": one.kind,
            "state": "pending",
            "since": now,
            "due_at": now,
            "attempts": 0,
        }
        for one in news
        for listener in listeners
        if _may_see(listener, one)
        if listens(listener.kinds, listener.gate, one.kind, one.gate)
    ]


def _may_see(listener: Listener, one: News) -> bool:
    """Tell whether a webhook's organisation may read an event, as it would in the feed."""
    is_told = one.for_all or listener.organisation_id in one.companies
    return is_told or decide_for(listener.role, Action.READ)


def test_event(delivery: Delivery) -> ToldEvent:
    """Return what a test tells: nothing that happened."""
    return ToldEvent(
        position=0,
        number=0,
        id=delivery.id,
        kind=TEST,
        entry=None,
        reference=None,
        gate=None,
        direction=None,
        occurred_at=delivery.since,
        recorded_at=delivery.since,
        data={},
    )


def _row(one: Delivery, attempt: Attempt) -> Mapping[str, Any]:
    return {
        "delivery_id": one.id,
        "at": attempt.at,
        "took_ms": attempt.took_ms,
        "status": attempt.status,
        "error": attempt.error.value if attempt.error else None,
    }
