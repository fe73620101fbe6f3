"""The hours of a day at a gate on the wire."""

from typing import Annotated

from pydantic import Field

from app.api.schemas.types import Code, Day, Instant, Open, Out
from app.domain.vocabulary import Direction
from app.services.publishing.hours import GateHours, Hour

Vehicles = Annotated[int, Field(ge=0, examples=[42])]


class HourOut(Out):
    """One hour of a queue."""

    direction: Annotated[Direction, Open]
    hour: Annotated[int, Field(ge=0, le=23, examples=[7])]
    arrived: Vehicles
    """Vehicles that were first seen at the gate itself."""
    called: Vehicles | None
    """Calls that were made and not withdrawn; null where the queue calls nobody."""
    waited: Vehicles
    """Those whose waiting was over: by the call that they followed, or by admission."""
    median_wait_seconds: Annotated[int | None, Field(examples=[5400])]
    """Half of them waited no longer, in open seconds; null where there were none."""


class GateHoursOut(Out):
    """A day at a gate, hour by hour, as far as it has come."""

    gate: Code
    day: Day
    as_of: Instant
    hours: list[HourOut]
    """In order of direction and hour; a direction without queue is left out."""


def gate_hours_out(found: GateHours) -> GateHoursOut:
    """Return the hours of a day at a gate."""
    hours = [_hour_out(one) for one in found.hours]
    return GateHoursOut(gate=found.gate, day=found.day, as_of=found.as_of, hours=hours)


def _hour_out(one: Hour) -> HourOut:
    return HourOut(
        direction=one.direction,
        hour=one.hour,
        arrived=one.arrived,
        called=one.called,
        waited=one.waited,
        median_wait_seconds=one.median,
    )
