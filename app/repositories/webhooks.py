"""Webhooks, what is due to them, and what became of it.

Skipping locked rows is right here and only here: whoever sends takes what nobody else is sending.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.domain.organisations import ROLES, OrganisationKind
from app.domain.questions import DeliveryFilter
from app.domain.vocabulary import Role
from app.domain.webhooks import OPENS_AT, DeliveryState, WebhookState
from app.models import (
    Delivery,
    DeliveryAttempt,
    Entry,
    Event,
    FeedItem,
    FeedReader,
    Organisation,
    Webhook,
)
from app.repositories.pages import page_of
from app.repositories.prepared import Prepared, Wire

Page = Sequence[Any] | None
# Constants of the statements, so that the partial indexes can be used.
PENDING: ColumnElement[str] = literal_column(f"'{DeliveryState.PENDING}'")


@dataclass(frozen=True, slots=True)
class Listener:
    """What tells which events a webhook hears of."""

    id: UUID
    organisation_id: UUID
    role: Role
    kinds: Sequence[str]
    gate: str | None


class WebhooksRepository:
    """Questions about webhooks and deliveries."""

    def __init__(self, session: AsyncSession, wire: Wire) -> None:
        """Ask within the transaction of `session`, of which `wire` is the connection."""
        self._session = session
        self._wire = wire

    # --- what their owners ask -----------------------------------------------------------------

    async def get(self, webhook_id: UUID) -> Webhook | None:
        """Return a webhook, whosever it is."""
        return await self._session.scalar(select(Webhook).where(Webhook.id == webhook_id))

    async def locked(self, webhook_id: UUID) -> Webhook | None:
        """Return a webhook as it is now, kept from other writers until the transaction ends."""
        statement = (
            select(Webhook)
            .where(Webhook.id == webhook_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return await self._session.scalar(statement)

    async def count(self, organisation_id: UUID) -> int:
        """Return how many webhooks an organisation has."""
        statement = select(func.count()).where(Webhook.organisation_id == organisation_id)
        return await self._session.scalar(statement) or 0

    async def page(self, organisation_id: UUID, after: Page, limit: int) -> Sequence[Webhook]:
        """Return up to `limit` webhooks of an organisation after a cursor, oldest first."""
        statement = select(Webhook).where(Webhook.organisation_id == organisation_id)
        order = (Webhook.created_at, Webhook.id)
        page = page_of(statement, order, after, limit, newest_first=False)
        return (await self._session.scalars(page)).all()

    async def delete(self, webhook_id: UUID) -> None:
        """Delete a webhook and the log of its deliveries."""
        of_webhook = select(Delivery.id).where(Delivery.webhook_id == webhook_id)
        await self._session.execute(
            delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(of_webhook))
        )
        await self._session.execute(delete(Delivery).where(Delivery.webhook_id == webhook_id))
        await self._session.execute(delete(Webhook).where(Webhook.id == webhook_id))

    async def deliveries(
        self, webhook_id: UUID, where: DeliveryFilter, after: Page, limit: int
    ) -> Sequence[tuple[Delivery, UUID | None]]:
        """Return up to `limit` deliveries with the ids of their events, newest first."""
        statement = (
            select(Delivery, Event.id)
            .outerjoin(Event, Event.number == Delivery.event_number)
            .where(Delivery.webhook_id == webhook_id)
        )
        if where.state is not None:
            statement = statement.where(Delivery.state == where.state.value)
        if where.entry is not None:
            statement = statement.where(Delivery.entry_id == where.entry)
        page = page_of(statement, (Delivery.since, Delivery.id), after, limit, newest_first=True)
        return [(one, event) for one, event in await self._session.execute(page)]

    async def attempts(self, delivery_ids: Collection[UUID]) -> Sequence[DeliveryAttempt]:
        """Return the attempts of deliveries, oldest first."""
        statement = (
            select(DeliveryAttempt)
            .where(DeliveryAttempt.delivery_id.in_(delivery_ids))
            .order_by(DeliveryAttempt.at, DeliveryAttempt.id)
        )
        return (await self._session.scalars(statement)).all()

    async def replay(self, webhook: Webhook, reader: UUID | None, after: int, now: datetime) -> int:
        """Let what a webhook hears of after a position be sent again; return how much that is.

        `reader` is whose range of the feed that is; None for who may see everything.
        """
        heard = _heard(webhook, reader, after)
        columns = ("webhook_id", "position", "event_number", "entry_id", "kind")
        fresh = (
            literal(DeliveryState.PENDING.value), literal(now), literal(now), literal(0),
        )  # fmt: skip
        statement = upsert(Delivery).from_select(
            [*columns, "state", "since", "due_at", "attempts"], heard.add_columns(*fresh)
        )
        again = {
            "state": DeliveryState.PENDING.value,
            "since": now,
            "due_at": now,
            "ended_at": None,
            # Whoever sends it at this moment does not end it any more.
            "leased_until": None,
        }
        made = statement.on_conflict_do_update(
            constraint="uq_deliveries_webhook_id_position", set_={**again, "attempts": 0}
        ).returning(Delivery.id)
        return len((await self._session.scalars(made)).all())

    # --- what senders ask ----------------------------------------------------------------------

    async def listeners(self) -> Sequence[Listener]:
        """Return the webhooks that are sent to; none of them goes until the transaction ends."""
        statement = (
            select(
                Webhook.id,
                Webhook.organisation_id,
                Organisation.kind,
                Webhook.kinds,
                Webhook.gate_code,
            )
            .join(Organisation, Organisation.id == Webhook.organisation_id)
            .where(Webhook.state == WebhookState.ACTIVE.value)
            .with_for_update(of=Webhook, read=True, key_share=True)
        )
        return [
            Listener(webhook, owner, ROLES[OrganisationKind(kind)], kinds, gate)
            for webhook, owner, kind, kinds, gate in await self._session.execute(statement)
        ]

    async def due(self, now: datetime) -> Sequence[UUID]:
        """Return the webhooks that something is due to."""
        return [webhook for (webhook,) in await self._wire.ask(SOMETHING_DUE, now=now)]

    async def take(
        self, webhook_id: UUID, now: datetime, lease: timedelta, limit: int
    ) -> tuple[Webhook | None, Sequence[Delivery]]:
        """Return a webhook with up to `limit` due deliveries that nobody else takes for a while.

        One, where the receiver gets probes only; the first of each entry, for the next waits for
        it.
        """
        webhook = await self._session.get(Webhook, webhook_id, populate_existing=True)
        if webhook is None or webhook.state != WebhookState.ACTIVE.value:
            return None, ()
        if webhook.failures >= OPENS_AT:
            if not await self._may_probe(webhook_id, now, lease):
                return None, ()
            limit = 1
        free = _free(webhook_id, now).limit(limit).with_for_update(skip_locked=True).cte("free")
        taken = (
            update(Delivery)
            .where(Delivery.id.in_(select(free.c.id)))
            .values(leased_until=now + lease)
            .returning(Delivery)
            .execution_options(populate_existing=True)
        )
        return webhook, (await self._session.scalars(taken)).all()

    async def _may_probe(self, webhook_id: UUID, now: datetime, lease: timedelta) -> bool:
        """Take the one probe of an interval; whoever is killed with it leaves it to a later one."""
        statement = (
            update(Webhook)
            .where(
                Webhook.id == webhook_id, or_(Webhook.probe_at.is_(None), Webhook.probe_at <= now)
            )
            .values(probe_at=now + lease)
            .returning(Webhook.id)
        )
        return await self._session.scalar(statement) is not None

    async def held(self, ids: Collection[UUID]) -> Sequence[Delivery]:
        """Return deliveries that are still there, as they are now."""
        statement = (
            select(Delivery)
            .where(Delivery.id.in_(ids))
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        return (await self._session.scalars(statement)).all()

    async def add_attempts(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what attempts brought."""
        if rows:
            await self._session.execute(insert(DeliveryAttempt), rows)

    async def give_up(self, webhook_id: UUID, now: datetime, since: datetime | None) -> None:
        """Give up what is pending, or what was first to be sent up to an instant."""
        pending = [Delivery.webhook_id == webhook_id, Delivery.state == PENDING]
        if since is not None:
            pending.append(Delivery.since <= since)
        ended = {"state": DeliveryState.GIVEN_UP.value, "ended_at": now, "leased_until": None}
        await self._session.execute(update(Delivery).where(and_(*pending)).values(ended))

    async def hurry(self, webhook_id: UUID, now: datetime) -> None:
        """Let what failed before be due at once: the receiver is back."""
        statement = update(Delivery).where(
            Delivery.webhook_id == webhook_id, Delivery.state == PENDING, Delivery.due_at > now
        )
        await self._session.execute(statement.values(due_at=now))

    async def backlog(self) -> int:
        """Return how many deliveries are pending."""
        return (
            await self._session.scalar(select(func.count()).where(Delivery.state == PENDING)) or 0
        )

    async def end_unsent(self, now: datetime, since: datetime) -> None:
        """Give up what nobody tries to send, for its webhook is paused, since an instant."""
        active = select(Webhook.id).where(Webhook.state == WebhookState.ACTIVE.value)
        statement = update(Delivery).where(
            Delivery.state == PENDING, Delivery.since <= since, Delivery.webhook_id.not_in(active)
        )
        ended = {"state": DeliveryState.GIVEN_UP.value, "ended_at": now, "leased_until": None}
        await self._session.execute(statement.values(ended))

    async def forget(self, before: datetime, limit: int) -> int:
        """Delete up to `limit` deliveries that ended before an instant; return how many."""
        old = select(Delivery.id).where(Delivery.ended_at < before).order_by(Delivery.ended_at)
        ids = (await self._session.scalars(old.limit(limit))).all()
        if ids:
            attempts = delete(DeliveryAttempt).where(DeliveryAttempt.delivery_id.in_(ids))
            await self._session.execute(attempts)
            await self._session.execute(delete(Delivery).where(Delivery.id.in_(ids)))
        return len(ids)


def _something_due() -> Select[UUID]:
    now = bindparam("now", type_=DateTime(timezone=True))
    waiting = exists().where(Delivery.webhook_id == Webhook.id, *_due(now))
    may_probe = or_(Webhook.probe_at.is_(None), Webhook.probe_at <= now)
    is_active = Webhook.state == WebhookState.ACTIVE.value
    return select(Webhook.id).where(is_active, may_probe, waiting)


def _due(now: datetime | BindParameter[datetime]) -> list[ColumnElement[bool]]:
    free = or_(Delivery.leased_until.is_(None), Delivery.leased_until <= now)
    return [Delivery.state == PENDING, Delivery.due_at <= now, free]


def _free(webhook_id: UUID, now: datetime) -> Select[UUID]:
    """Return what is due to a webhook and may go: of each entry, the earliest that is pending."""
    earlier = aliased(Delivery)
    overtaken = exists().where(
        earlier.webhook_id == webhook_id,
        earlier.entry_id == Delivery.entry_id,
        earlier.state == PENDING,
        earlier.position < Delivery.position,
    )
    return (
        select(Delivery.id)
        .where(Delivery.webhook_id == webhook_id, *_due(now), ~overtaken)
        .order_by(Delivery.due_at, Delivery.position)
    )


def _heard(webhook: Webhook, reader: UUID | None, after: int) -> Select[*tuple[Any, ...]]:
    """Return what a webhook hears of in the feed after a position, as columns of deliveries."""
    gate = func.coalesce(Event.gate_code, Entry.gate_code)
    statement = (
        select(literal(webhook.id), FeedItem.position, Event.number, Event.entry_id, Event.kind)
        .join(Event, Event.number == FeedItem.event_number)
        .outerjoin(Entry, Entry.id == Event.entry_id)
        .where(FeedItem.position > after)
    )
    if reader is not None:
        own = exists().where(
            FeedReader.organisation_id == reader,
            FeedReader.position == FeedItem.position,
        )
        statement = statement.where(or_(FeedItem.for_all, own))
    if webhook.kinds:
        statement = statement.where(Event.kind.in_(webhook.kinds))
    if webhook.gate_code is not None:
        statement = statement.where(or_(gate.is_(None), gate == webhook.gate_code))
    return statement


SOMETHING_DUE = Prepared(_something_due())
