"""A queue as officers see it on the wire: in the order of calls, with what keeps anybody back."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.api.schemas.types import Instant, Open, Out
from app.api.texts import CATALOGUE, Language
from app.domain.vocabulary import Direction, Lane, QueueMode
from app.services.publishing.lines import Line, Placed, RouteUse, Stopped


class StopOut(Out):
    """Why one who waits may not be called now."""

    reason: Annotated[str, Field(examples=["held"])]
    message: Annotated[str, Field(examples=["Not called: the vehicle is held."])]
    posted_by: Annotated[str | None, Field(examples=["customs"])]
    """Whose word it is; of a hold the entry says it."""


class PlacedOut(Out):
    """One who waits, and what its place is made of."""

    place: int
    """How many would be called before it now, plus one, if nothing kept anybody back."""
    entry: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    plate: Annotated[str | None, Field(examples=["12C00017"])]
    call_number: Annotated[str | None, Field(examples=["TT-0147"])]
    lane: Annotated[Lane, Open]
    rate: int | None
    """Points that its lane earns in an open second; null where nobody is called."""
    points: int | None
    """The rate times the wait, with what it carried from another lane or gate, less charges."""
    open_wait_seconds: int
    waits_from: Instant
    route: str | None
    yard: str | None
    inside: bool
    """It stands inside the gate, so that it needs no place there."""
    stop: StopOut | None
    """Null: it may be called."""


class RouteUseOut(Out):
    """How many vehicles of its day's capacity a route has had."""

    route: Annotated[str, Field(examples=["1119-1120"])]
    capacity: int
    used: int


class LineOut(Out):
    """Who waits in a queue, from a place on, in the order in which the rule would call them."""

    gate: str
    direction: Annotated[Direction, Open]
    mode: Annotated[QueueMode, Open]
    policy: Annotated[str, Field(examples=["queue-policy-2022-02"])]
    waiting: int
    """How many wait in all, held or not."""
    items: list[PlacedOut]
    free_places: int | None
    """For how many who wait outside there is a place inside; null where no capacity is known."""
    routes: list[RouteUseOut]
    """Those whose capacity a day is known."""
    as_of: Instant


def line_out(line: Line, language: Language) -> LineOut:
    """Return a queue to its officers."""
    return LineOut(
        gate=line.queue.gate,
        direction=line.queue.direction,
        mode=line.mode,
        policy=line.policy,
        waiting=line.count,
        items=[_placed_out(one, language) for one in line.placed],
        free_places=line.free,
        routes=[_use_out(one) for one in line.routes],
        as_of=line.as_of,
    )


def _placed_out(one: Placed, language: Language) -> PlacedOut:
    entry = one.entry
    assert entry.waits_from is not None
    return PlacedOut(
        place=one.place,
        entry=entry.id,
        reference=entry.reference,
        plate=entry.tractor_plate,
        call_number=entry.call_number,
        lane=entry.lane,
        rate=one.rate,
        points=one.points,
        open_wait_seconds=one.waited,
        waits_from=entry.waits_from,
        route=entry.route_code,
        yard=entry.yard_code,
        inside=entry.inside,
        stop=_stop_out(one.stop, language) if one.stop else None,
    )


def _stop_out(stop: Stopped, language: Language) -> StopOut:
    reason, posted_by = stop
    message = CATALOGUE.say("call.skipped", language, {"why": reason})
    return StopOut(reason=reason, message=message, posted_by=posted_by)


def _use_out(one: RouteUse) -> RouteUseOut:
    return RouteUseOut(route=one.route.code, capacity=one.capacity, used=one.used)
