"""Messages to drivers on the wire: what was sent when, and what became of it."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.driver_messages import text_of
from app.api.paging import Page
from app.api.schemas.answers import masked_number
from app.api.schemas.types import Instant, Open, Out
from app.domain.driver_messages import MessageKind, MessageState, Reason, segments
from app.domain.vocabulary import Language
from app.domain.webhooks import AttemptError
from app.services.notifying.showing import Shown


class DriverMessageOut(Out):
    """A text message to the driver of an entry; its number and text are kept nowhere."""

    id: UUID
    """Sent to the gateway as `id` and `Idempotency-Key`, the same however often it is tried."""
    kind: Annotated[MessageKind, Open]
    call: UUID | None
    language: Annotated[Language, Open]
    state: Annotated[MessageState, Open]
    """`would_be_sent`: this is a sandbox that has no gateway."""
    reason: Annotated[Reason, Open] | None
    """Why it was not sent."""
    made_at: Instant
    sends_from: Instant
    sends_until: Instant
    """It is not sent from then on: of a call, the end of its window."""
    ended_at: Instant | None
    """When it was sent, given up or dropped."""
    attempts: int
    status: Annotated[int | None, Field(examples=[202])]
    """What the gateway answered last."""
    error: Annotated[AttemptError, Open] | None
    phone: Annotated[str | None, Field(examples=["•••678"])]
    """The phone that the entry has now, masked."""


class DriverMessagesOut(Page[DriverMessageOut]):
    """One page of messages to a driver, oldest first."""


class SandboxMessageOut(DriverMessageOut):
    """A message with its text."""

    text: Annotated[
        str,
        Field(examples=["Number X1-0007: come to Tan Thanh border gate, 14:30-15:30 28/11. …"]),
    ]
    segments: int
    """How many SMS it takes."""


class SandboxMessagesOut(Page[SandboxMessageOut]):
    """One page of messages with their texts, oldest first."""


def driver_message_out(shown: Shown) -> DriverMessageOut:
    """Return a message without its text."""
    return DriverMessageOut(**_message(shown))


def sandbox_message_out(shown: Shown, base_url: str) -> SandboxMessageOut:
    """Return a message with its text, made anew."""
    text = text_of(shown.said, base_url)
    return SandboxMessageOut(**_message(shown), text=text, segments=segments(text))


def _message(shown: Shown) -> dict[str, object]:
    one = shown.message
    return {
        "id": one.id,
        "kind": one.kind,
        "call": one.call_id,
        "language": one.language,
        "state": one.state,
        "reason": one.reason,
        "made_at": one.made_at,
        "sends_from": one.sends_from,
        "sends_until": one.sends_until,
        "ended_at": one.ended_at,
        "attempts": one.attempts,
        "status": one.status,
        "error": one.error,
        "phone": masked_number(shown.phone),
    }
