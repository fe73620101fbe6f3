"""Webhooks on the wire: where to send what, how the receiver does, and the log of deliveries."""

from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from app.api.paging import Page
from app.api.schemas.events import Kind, OpenKind
from app.api.schemas.types import (
    LARGEST,
    SAFE,
    Choice,
    Code,
    In,
    Instant,
    Int64,
    Label,
    Open,
    Out,
    Patch,
)
from app.domain.webhooks import (
    AttemptError,
    DeliveryState,
    DisabledReason,
    WantedState,
    WebhookState,
)
from app.services.publishing.webhooks import Logged, Webhook

MOST_KINDS = 200
LONGEST_OVERLAP = 168

Url = Annotated[
    str,
    StringConstraints(min_length=1, max_length=2000, pattern=SAFE),
    Field(examples=["https://hooks.example.com/border-gate"]),
]
"""Where to send: public HTTPS on port 443 or 8443, without user name, password or fragment."""

Kinds = Annotated[list[Kind], Field(max_length=MOST_KINDS)]
"""Only these kinds; none is all that you may see."""


class WebhookIn(In):
    """Where to send what; what is left out is not narrowed."""

    url: Url
    kinds: Kinds = Field(default_factory=list)
    gate: Code | None = None
    description: Label | None = None


class WebhookPatch(Patch):
    """A change of a webhook; `active` makes one that was disabled begin anew."""

    url: Url = Field(default_factory=str)
    kinds: Kinds = Field(default_factory=list)
    gate: Code | None = None
    description: Label | None = None
    state: Choice[WantedState] = Field(default_factory=lambda: WantedState.ACTIVE)


class SecretRotationIn(In):
    """How long the secret of before signs beside the new one."""

    overlap_hours: Annotated[int, Field(ge=0, le=LONGEST_OVERLAP)] = 24


class ReplayIn(In):
    """From where everything is to be sent again."""

    after: Annotated[int, Field(ge=0, le=LARGEST, examples=[48213])]
    """The position after which to begin, as in the feed."""


class WebhookOut(Out):
    """A webhook and how its receiver does."""

    id: UUID
    url: Annotated[str, Field(examples=["https://hooks.example.com/border-gate"])]
    kinds: list[OpenKind]
    """Only these kinds; none is all that you may see."""
    gate: Annotated[str | None, Field(examples=["tan-thanh"])]
    description: str | None
    state: Annotated[WebhookState, Open]
    disabled_reason: Annotated[DisabledReason, Open] | None
    created_at: Instant
    failures: int
    """Attempts in a row that failed; from five on it gets one probe at a time."""
    failing_since: Instant | None
    next_probe_at: Instant | None
    succeeded_at: Instant | None
    """When the receiver last took something."""
    old_secret_until: Instant | None
    """Until when the secret of before signs beside the new one."""


class WebhookSecretOut(WebhookOut):
    """A webhook with its new secret, which is shown this once."""

    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])]
    """Signs every message; keep it where nobody reads it."""


class WebhooksOut(Page[WebhookOut]):
    """One page of webhooks, oldest first."""


class AttemptOut(Out):
    """One try; what the receiver said beside its status is not kept."""

    at: Instant
    took_ms: int
    status: Annotated[int | None, Field(examples=[503])]
    error: Annotated[AttemptError, Open] | None


class DeliveryOut(Out):
    """An event on its way to a webhook."""

    id: UUID
    event: UUID
    """The id of the event, sent as `webhook-id`."""
    kind: OpenKind
    position: Int64 | None
    """Where the event stands in the feed; null: it was a test."""
    entry: UUID | None
    state: Annotated[DeliveryState, Open]
    since: Instant
    """When it was first to be sent, or sent again."""
    due_at: Instant | None
    """When it is tried next; null: no more."""
    ended_at: Instant | None
    attempts: list[AttemptOut]


class DeliveriesOut(Page[DeliveryOut]):
    """One page of the log of deliveries, newest first."""


class ReplayOut(Out):
    """What is sent again."""

    deliveries: int


def webhook_out(one: Webhook) -> WebhookOut:
    """Return a webhook without its secret."""
    return WebhookOut(**_webhook(one))


def webhook_secret_out(one: Webhook, secret: str) -> WebhookSecretOut:
    """Return a webhook with its secret."""
    return WebhookSecretOut(**_webhook(one), secret=secret)


def delivery_out(logged: Logged) -> DeliveryOut:
    """Return a delivery with its attempts."""
    one = logged.delivery
    return DeliveryOut(
        id=one.id,
        event=logged.event,
        kind=one.kind,
        position=one.position,
        entry=one.entry_id,
        state=DeliveryState(one.state),
        since=one.since,
        due_at=None if one.ended_at else one.due_at,
        ended_at=one.ended_at,
        attempts=[
            AttemptOut(
                at=each.at,
                took_ms=each.took_ms,
                status=each.status,
                error=AttemptError(each.error) if each.error else None,
            )
            for each in logged.attempts
        ],
    )


def _webhook(one: Webhook) -> dict[str, object]:
    return {
        "id": one.id,
        "url": one.url,
        "kinds": one.kinds,
        "gate": one.gate_code,
        "description": one.description,
        "state": one.state,
        "disabled_reason": one.disabled_reason,
        "created_at": one.created_at,
        "failures": one.failures,
        "failing_since": one.failing_since,
        "next_probe_at": one.probe_at,
        "succeeded_at": one.succeeded_at,
        "old_secret_until": one.old_secret_until,
    }
