"""Events on the wire: what happened, told by ids and pointers; the feed and an entry's history."""

from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.types import Instant, Int64, Out
from app.domain.events import EVENTS, published
from app.domain.questions import DoneEvent, ToldEvent
from app.services.publishing.feed import FeedPage

KINDS: Final = sorted(EVENTS)
_NOT_KNOWN: Final = ("literal_error", "it must be one of: {expected}")


def _known(code: str) -> str:
    if code not in EVENTS:
        expected = {"expected": ", ".join(f"'{kind}'" for kind in KINDS)}
        raise PydanticCustomError(*_NOT_KNOWN, expected)
    return code


Kind = Annotated[
    str,
    AfterValidator(_known),
    Field(json_schema_extra={"enum": KINDS}, max_length=64, examples=["call.made"]),
]
"""A kind of event, for requests."""

OpenKind = Annotated[
    str,
    Field(
        description="What happened; see `webhooks` for each kind. More may come; pass over those"
        " that you do not know.",
        json_schema_extra={"x-extensible-enum": KINDS},
        examples=["call.made"],
    ),
]


class _ToldOut(Out):
    """Something that happened to an entry or at a gate."""

    id: UUID
    """Names the event for ever: whoever hears of it twice knows it by this."""
    kind: OpenKind
    entry: UUID | None
    reference: Annotated[str | None, Field(examples=["E4K7-9QXPM2"])]
    gate: Annotated[str | None, Field(examples=["tan-thanh"])]
    direction: Annotated[str | None, Field(examples=["export"])]
    occurred_at: Instant
    recorded_at: Instant
    data: Annotated[dict[str, Any], Field(examples=[{"call_number": "TT-0147", "points": 7203}])]
    """What belongs to the kind: ids, codes and pointers, never what a person declared."""


class EntryEventOut(_ToldOut):
    """An event of an entry's history, with whose act it was."""

    by: Annotated[str, Field(examples=["border_guard"])]
    """The agency or the role of who did it, never a name; `admin`: the service itself."""
    yours: bool
    """Whether your organisation did it."""


class EventOut(_ToldOut):
    """An event with its position in the feed."""

    position: Int64
    """Where it stands in the feed: given after it was stored, and only ever growing."""


class EventsOut(Out):
    """Events in order of their positions, and where to go on."""

    items: list[EventOut]
    after: Int64
    """Send it as `after` next time, whether or not anything came."""
    more: bool
    """Whether more are there already: ask again at once."""


class EntryEventsOut(Page[EntryEventOut]):
    """One page of what happened to an entry, in the order that was asked for."""


def event_out(one: ToldEvent) -> EventOut:
    """Return an event of the feed."""
    assert one.position is not None
    return EventOut(position=one.position, **_event(one))


def event_bytes(one: ToldEvent) -> bytes:
    """Return an event as it is sent to webhooks."""
    out = event_out(one)
    return out.__pydantic_serializer__.to_json(out)


def entry_event_out(one: DoneEvent, reader: UUID) -> EntryEventOut:
    """Return an event of an entry's history for a reader of an organisation."""
    return EntryEventOut(by=one.by, yours=one.organisation == reader, **_event(one.event))


def events_out(page: FeedPage) -> EventsOut:
    """Return one answer of the feed."""
    items = [event_out(one) for one in page.events]
    return EventsOut(items=items, after=page.after, more=page.more)


def _event(one: ToldEvent) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "entry": one.entry,
        "reference": one.reference,
        "gate": one.gate,
        "direction": one.direction,
        "occurred_at": one.occurred_at,
        "recorded_at": one.recorded_at,
        "data": published(one.kind, one.data),
    }
