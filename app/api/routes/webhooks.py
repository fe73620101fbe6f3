"""Webhooks: kept by their owners, tested, replayed, and what was sent."""

import os
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from app.api.deps import Caller, OfProcess, Retry, Uow, may
from app.api.idempotency import RETRIED
from app.api.paging import AskedPage, Listing
from app.api.problems import problem_responses
from app.api.routes.events import READERS
from app.api.schemas.webhooks import (
    DeliveriesOut,
    DeliveryOut,
    ReplayIn,
    ReplayOut,
    SecretRotationIn,
    WebhookIn,
    WebhookOut,
    WebhookPatch,
    WebhookSecretOut,
    WebhooksOut,
    delivery_out,
    webhook_out,
    webhook_secret_out,
)
from app.api.strict_json import StrictRoute
from app.core.egress import fault_of
from app.domain.authorisation import Action
from app.domain.errors import (
    FeedForgottenError,
    FeedPositionUnknownError,
    UnknownCodeError,
    WebhookNotActiveError,
    WebhookNotFoundError,
    WebhooksUsedUpError,
    WebhookUrlError,
)
from app.domain.questions import DeliveryFilter
from app.domain.vocabulary import Scope
from app.domain.webhooks import DeliveryState
from app.services.publishing.webhooks import Webhooks, WebhookTools

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], route_class=StrictRoute)

OWNERS = may(*READERS, scope=Scope.MANAGE)
OF_ONE = may(*READERS, scope=Scope.MANAGE, on=Action.KEEP)


async def get_webhooks(uow: Uow, caller: Caller, process: OfProcess) -> Webhooks:
    """Return the webhooks of the caller's organisation."""
    guard = partial(fault_of, is_open=process.settings.egress_open)
    return Webhooks(uow, caller, WebhookTools(process.machine_now(), os.urandom, guard))


OfCaller = Annotated[Webhooks, Depends(get_webhooks)]


async def get_filter(
    state: Annotated[
        DeliveryState | None, Query(description="What became of it.", examples=["pending"])
    ] = None,
    entry: UUID | None = None,
) -> DeliveryFilter:
    """Return what the log of deliveries is narrowed to."""
    return DeliveryFilter(state=state, entry=entry)


@router.post(
    "",
    status_code=201,
    dependencies=[OWNERS],
    responses=problem_responses(WebhookUrlError, UnknownCodeError, WebhooksUsedUpError),
)
async def add_webhook(body: WebhookIn, webhooks: OfCaller, response: Response) -> WebhookSecretOut:
    """Have events sent to an address of yours, signed with a secret that is shown this once.

    Each event that your organisation may see comes as a POST, at least once and those of one entry
    in order; `webhooks` tells each kind. Anything but a 2xx within ten seconds is tried again for
    72 hours. Nothing is kept for retries: who does not get the answer looks into the list.
    """
    made, secret = await webhooks.add(body.url, body.kinds, body.gate, body.description)
    response.headers["Location"] = f"/v1/webhooks/{made.id}"
    return webhook_secret_out(made, secret)


@router.get("", dependencies=[OWNERS])
async def list_webhooks(paging: AskedPage, webhooks: OfCaller, process: OfProcess) -> WebhooksOut:
    """List the webhooks of your organisation, oldest first."""
    listing = Listing(process.cursors, "webhooks", paging)
    found = await webhooks.page(listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.created_at, one.id))
    return WebhooksOut(items=[webhook_out(one) for one in page], next_cursor=cursor)


@router.get("/{webhook}", dependencies=[OF_ONE], responses=problem_responses(WebhookNotFoundError))
async def get_webhook(webhook: UUID, webhooks: OfCaller) -> WebhookOut:
    """Return a webhook and how its receiver does."""
    return webhook_out(await webhooks.get(webhook))


@router.patch(
    "/{webhook}",
    dependencies=[OF_ONE],
    responses=problem_responses(WebhookNotFoundError, WebhookUrlError, UnknownCodeError),
)
async def change_webhook(webhook: UUID, body: WebhookPatch, webhooks: OfCaller) -> WebhookOut:
    """Change where to send what; `paused` sends nothing, `active` begins anew.

    What happens while it is paused or disabled is not sent: ask for a replay afterwards.
    """
    return webhook_out(await webhooks.change(webhook, body.changes()))


@router.delete(
    "/{webhook}",
    status_code=204,
    dependencies=[OF_ONE],
    responses=problem_responses(WebhookNotFoundError),
)
async def delete_webhook(webhook: UUID, webhooks: OfCaller) -> None:
    """Delete a webhook, what was still to be sent to it, and its log."""
    await webhooks.delete(webhook)


@router.post(
    "/{webhook}/secret",
    dependencies=[OF_ONE],
    responses=problem_responses(WebhookNotFoundError),
)
async def rotate_webhook_secret(
    webhook: UUID, body: SecretRotationIn, webhooks: OfCaller
) -> WebhookSecretOut:
    """Return a new secret, shown this once; for some hours the one before signs beside it."""
    made, secret = await webhooks.rotate(webhook, timedelta(hours=body.overlap_hours))
    return webhook_secret_out(made, secret)


@router.post(
    "/{webhook}/tests",
    status_code=201,
    response_model=DeliveryOut,
    dependencies=[OF_ONE],
    responses=problem_responses(WebhookNotFoundError, WebhookNotActiveError, *RETRIED),
)
async def test_webhook(webhook: UUID, webhooks: OfCaller, retry: Retry) -> Response:
    """Have a `webhook.test` sent at once; the log of deliveries tells what became of it."""
    return await retry.answer(delivery_out(await webhooks.test(webhook)))


@router.post(
    "/{webhook}/replays",
    status_code=201,
    response_model=ReplayOut,
    dependencies=[OF_ONE],
    responses=problem_responses(
        WebhookNotFoundError, WebhookNotActiveError, FeedForgottenError, FeedPositionUnknownError,
        *RETRIED,
    ),
)  # fmt: skip
async def replay_webhook(
    webhook: UUID, body: ReplayIn, webhooks: OfCaller, retry: Retry
) -> Response:
    """Have everything after a position of the feed sent again, under the same `webhook-id`s."""
    return await retry.answer(ReplayOut(deliveries=await webhooks.replay(webhook, body.after)))


@router.get(
    "/{webhook}/deliveries",
    dependencies=[OF_ONE],
    responses=problem_responses(WebhookNotFoundError),
)
async def list_deliveries(
    webhook: UUID,
    where: Annotated[DeliveryFilter, Depends(get_filter)],
    paging: AskedPage,
    webhooks: OfCaller,
    process: OfProcess,
) -> DeliveriesOut:
    """List what was sent or is to be, newest first, with each attempt; kept for 30 days."""
    listing = Listing(process.cursors, f"deliveries of {webhook}", paging, asdict(where))
    found = await webhooks.deliveries(webhook, where, listing.after, listing.wanted)
    page, cursor = listing.cut(found, lambda one: (one.delivery.since, one.delivery.id))
    return DeliveriesOut(items=[delivery_out(one) for one in page], next_cursor=cursor)
