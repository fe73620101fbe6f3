"""Webhooks as their owners keep them: named, narrowed, paused, tested, replayed, with new secrets.

A secret is shown once, and kept encrypted, for every message is signed with it.
"""

import base64
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.domain.authorisation import Action, decide, house
from app.domain.errors import (
    FeedForgottenError,
    FeedPositionUnknownError,
    FieldError,
    UnknownCodeError,
    WebhookNotActiveError,
    WebhookNotFoundError,
    WebhooksUsedUpError,
    WebhookUrlError,
)
from app.domain.events import TEST
from app.domain.questions import DeliveryFilter
from app.domain.webhooks import MOST_WEBHOOKS, DeliveryState, WebhookState
from app.models import Delivery, DeliveryAttempt, Webhook
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Act
from app.services.publishing.feed import Feed

GATE = "/gate"
SECRET_PREFIX = "whsec_"  # noqa: S105 - what every secret of Standard Webhooks begins with
HEALED: Mapping[str, Any] = {"failures": 0, "failing_since": None, "probe_at": None}

# The edges show these rows and never ask for them: they import them from here.
__all__ = ["Logged", "Webhook", "WebhookTools", "Webhooks"]


@dataclass(frozen=True, slots=True)
class WebhookTools:
    """What only the edge has: the machine's time, chance, and which URLs may be sent to."""

    now: datetime
    random: Callable[[int], bytes]
    fault_of: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Logged:
    """A delivery with the id of its event and each attempt, oldest first."""

    delivery: Delivery
    event: UUID
    attempts: Sequence[DeliveryAttempt]


class Webhooks:
    """Keeps the webhooks of the principal's own organisation."""

    def __init__(self, uow: UnitOfWork, act: Act, tools: WebhookTools) -> None:
        """Work within one transaction, for one act."""
        self._uow = uow
        self._act = act
        self._tools = tools

    async def page(self, after: Sequence[Any] | None, limit: int) -> Sequence[Webhook]:
        """Return up to `limit` webhooks after a cursor, oldest first."""
        return await self._uow.webhooks.page(self._organisation, after, limit)

    async def get(self, webhook_id: UUID) -> Webhook:
        """Return a webhook.

        Raises:
            WebhookNotFoundError.
        """
        return self._kept(await self._uow.webhooks.get(webhook_id))

    async def add(
        self, url: str, kinds: Sequence[str], gate: str | None, description: str | None
    ) -> tuple[Webhook, str]:
        """Keep a webhook and return it with its secret, which nobody sees again.

        Raises:
            WebhookUrlError, UnknownCodeError, WebhooksUsedUpError.
        """
        self._ensure_fit(url, gate)
        if await self._uow.webhooks.count(self._organisation) >= MOST_WEBHOOKS:
            raise WebhooksUsedUpError(most=MOST_WEBHOOKS)
        secret = self._new_secret()
        webhook = Webhook(
            id=self._act.tools.new_id(),
            organisation_id=self._organisation,
            sees_all=Feed.reader_of(self._act.principal) is None,
            url=url,
            description=description,
            kinds=sorted(set(kinds)),
            gate_code=gate,
            state=WebhookState.ACTIVE.value,
            secret=self._act.tools.cipher.encrypt(secret),
            created_at=self._tools.now,
            created_by=self._act.principal.id,
            failures=0,
        )
        self._uow.add(webhook)
        await self._uow.flush()
        return webhook, secret

    async def change(self, webhook_id: UUID, changes: Mapping[str, Any]) -> Webhook:
        """Change what was sent; one that is made active again begins anew as a healthy one.

        Raises:
            WebhookNotFoundError, WebhookUrlError, UnknownCodeError.
        """
        webhook = await self._locked(webhook_id)
        values = dict(changes)
        if "gate" in values:
            values["gate_code"] = values.pop("gate")
        if "kinds" in values:
            values["kinds"] = sorted(set(values["kinds"] or ()))
        self._ensure_fit(values.get("url", webhook.url), values.get("gate_code"))
        if "state" in values:
            values["disabled_reason"] = None
        if "state" in values or "url" in values:
            values |= HEALED
        for name, value in values.items():
            setattr(webhook, name, value)
        await self._uow.flush()
        return webhook

    async def delete(self, webhook_id: UUID) -> None:
        """Delete a webhook, what is still to be sent to it, and its log.

        Raises:
            WebhookNotFoundError.
        """
        await self._locked(webhook_id)
        await self._uow.webhooks.delete(webhook_id)

    async def rotate(self, webhook_id: UUID, overlap: timedelta) -> tuple[Webhook, str]:
        """Return a new secret; the one before signs beside it for a while.

        Raises:
            WebhookNotFoundError.
        """
        webhook = await self._locked(webhook_id)
        secret = self._new_secret()
        webhook.old_secret, webhook.old_secret_until = webhook.secret, self._tools.now + overlap
        if not overlap:
            webhook.old_secret = webhook.old_secret_until = None
        webhook.secret = self._act.tools.cipher.encrypt(secret)
        await self._uow.flush()
        return webhook, secret

    async def test(self, webhook_id: UUID) -> Logged:
        """Have a test event sent.

        Raises:
            WebhookNotFoundError, WebhookNotActiveError.
        """
        webhook = await self._active(webhook_id)
        delivery = Delivery(
            id=self._act.tools.new_id(),
            webhook_id=webhook.id,
            kind=TEST,
            state=DeliveryState.PENDING.value,
            since=self._tools.now,
            due_at=self._tools.now,
            attempts=0,
        )
        self._uow.add(delivery)
        await self._uow.flush()
        return Logged(delivery, delivery.id, ())

    async def replay(self, webhook_id: UUID, after: int) -> int:
        """Have everything after a position sent again, in order; return how many events.

        Raises:
            WebhookNotFoundError, WebhookNotActiveError, FeedForgottenError,
            FeedPositionUnknownError.
        """
        webhook = await self._active(webhook_id)
        progress = await self._uow.feed.progress()
        if after < progress.forgotten_to:
            raise FeedForgottenError(oldest=progress.forgotten_to)
        if after > progress.position:
            raise FeedPositionUnknownError(newest=progress.position)
        reader = Feed.reader_of(self._act.principal)
        return await self._uow.webhooks.replay(webhook, reader, after, self._tools.now)

    async def deliveries(
        self,
        webhook_id: UUID,
        where: DeliveryFilter,
        after: Sequence[Any] | None,
        limit: int,
    ) -> Sequence[Logged]:
        """Return up to `limit` deliveries after a cursor, newest first, with their attempts.

        Raises:
            WebhookNotFoundError.
        """
        webhook = await self.get(webhook_id)
        found = await self._uow.webhooks.deliveries(webhook.id, where, after, limit)
        attempts = await self._uow.webhooks.attempts([one.id for one, _ in found])
        return [
            Logged(one, event or one.id, [try_ for try_ in attempts if try_.delivery_id == one.id])
            for one, event in found
        ]

    @property
    def _organisation(self) -> UUID:
        return self._act.principal.organisation_id

    async def _locked(self, webhook_id: UUID) -> Webhook:
        return self._kept(await self._uow.webhooks.locked(webhook_id))

    def _kept(self, found: Webhook | None) -> Webhook:
        principal = self._act.principal
        if found is None or not decide(
            principal, Action.KEEP, house(principal, found.organisation_id)
        ):
            raise WebhookNotFoundError
        return found

    async def _active(self, webhook_id: UUID) -> Webhook:
        webhook = await self._locked(webhook_id)
        if webhook.state != WebhookState.ACTIVE.value:
            raise WebhookNotActiveError(state=webhook.state)
        return webhook

    def _ensure_fit(self, url: str, gate: str | None) -> None:
        fault = self._tools.fault_of(url)
        if fault is not None:
            raise WebhookUrlError(errors=(FieldError("/url", fault),))
        if gate is not None and gate not in self._act.reference.gates:
            raise UnknownCodeError.at(GATE, gate)

    def _new_secret(self) -> str:
        return SECRET_PREFIX + base64.b64encode(self._tools.random(32)).decode()
