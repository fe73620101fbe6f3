"""Queues, calls and observations on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from app.api.paging import Page
from app.api.schemas.entries import EstimateOut, ExceptionOut, PlaceOut
from app.api.schemas.log import SealedOut
from app.api.schemas.naming import NamesVehicle
from app.api.schemas.notices import NoticeToldOut
from app.api.schemas.types import (
    Code,
    In,
    Instant,
    Label,
    Open,
    Out,
    Patch,
    RawIdentifier,
    Reference,
)
from app.domain.vocabulary import Direction, Lane, QueueMode, State


class VehicleSeenIn(Patch):
    """The parts of a vehicle that were looked at; null or an empty list: there is none."""

    tractor_plate: RawIdentifier | None = None
    trailer_plate: Annotated[RawIdentifier | None, Field(examples=["12R-000.44"])] = None
    containers: Annotated[list[RawIdentifier] | None, Field(max_length=4)] = None
    seal_numbers: Annotated[list[RawIdentifier] | None, Field(max_length=10)] = None


class SightingIn(NamesVehicle):
    """Whom an observation is about: an entry's reference, or a plate and a direction."""

    occurred_at: Instant | None = None
    reason: Label | None = None
    source_reference: Reference | None = None
    vehicle: VehicleSeenIn | None = None
    """What was on the vehicle; where it is not as declared, the green lane is lost until mended."""

    def vehicle_seen(self) -> dict[str, Any] | None:
        """Return the parts that were looked at."""
        return self.vehicle.model_dump(exclude_unset=True) if self.vehicle else None


class MovementIn(SightingIn):
    """A vehicle that goes into a yard or out of it."""

    way: Literal["in", "out"]
    gate: Code | None = None
    """The gate an unknown plate is bound for, where the yard serves several."""


class ArrivalIn(SightingIn):
    """A vehicle seen at the gate itself."""

    gate: Annotated[Code, Field(examples=["tan-thanh"])]


class SeenOut(Out):
    """A stored observation and what it led to."""

    id: UUID
    kind: str
    occurred_at: Instant
    recorded_at: Instant
    backfilled: bool
    entry: UUID | None
    """`null` where several open entries share the plate and none was named."""
    reference: str | None
    plate: str | None
    """The plate or unit id without the marks of any spelling."""
    state: Annotated[State, Open] | None
    lane: Annotated[Lane, Open] | None
    unregistered: bool
    call_number: str | None
    place: PlaceOut | None
    """Where it stands in the queue, if it waits now."""
    exceptions: list[ExceptionOut]


class ObservationOut(Out):
    """What somebody saw of an entry, as it was recorded; it is never changed."""

    id: UUID
    kind: Annotated[str, Field(examples=["arrival"])]
    """`arrival`, `yard-in`, `yard-out`, `admission`, `exit`, `acceptance`, `refusal`."""
    gate: str | None
    yard: str | None
    occurred_at: Instant
    recorded_at: Instant
    backfilled: bool
    """It was recorded more than ten minutes after it happened."""
    reason: str | None
    acceptance_number: Annotated[str | None, Field(examples=["YYG-20260311-0042"])]
    """What the other side called its acceptance."""


class ObservationsOut(Page[ObservationOut]):
    """One page of what was seen of an entry."""


class CallsIn(In):
    """How many vehicles to call."""

    count: Annotated[int, Field(ge=1, le=50, examples=[3])] = 1


class HeadOut(Out):
    """The first of a lane, as it was compared."""

    lane: Annotated[Lane, Open]
    rate: int
    points: int
    open_wait_seconds: int
    waits_from: Instant


class SkipOut(Out):
    """Who would have been called but for a hold, a closure, a notice, or what bars a sub-queue."""

    call_number: str | None
    lane: Annotated[Lane, Open]
    points: int
    reason: Annotated[str, Field(examples=["held"])]
    message: Annotated[str, Field(examples=["Not called: the vehicle is held."])]
    posted_by: Annotated[str | None, Field(examples=["customs"])]
    """The authority of a hold or notice; the board for a closure, a route's capacity; the yards."""
    cause: Annotated[str | None, Field(examples=["lunar-new-year"])]
    """Why the gate is closed to it."""
    route: Annotated[str | None, Field(examples=["1088-2-1089"])]
    """The route for which nobody may be called now; the skip stands for all who are bound to it.

    Of `yards-full` it stands for all who wait outside the gate.
    """
    notice: UUID | None
    """The notice by which it is not called."""


class CallOut(Out):
    """A summons, with everything that explains why this vehicle was chosen."""

    id: UUID
    entry: UUID
    reference: str
    plate: str | None
    """For officers; boards show call numbers only."""
    yard: str | None
    """Where it was last recorded; `null` where it has left that yard."""
    call_number: str
    called_at: Instant
    window_ends_at: Instant
    lane: Annotated[Lane, Open]
    points: int
    open_wait_seconds: int
    open_clock: int
    policy: str
    compared: list[HeadOut]
    skips: list[SkipOut]


class CallsOut(Out):
    """The calls made, in order; fewer than asked where nobody else may be called."""

    calls: list[CallOut]
    stopped: SkipOut | None
    """Who would have been called next, and why not, where closures or limits leave nobody else."""
    message: Annotated[
        str | None,
        Field(examples=["Nobody else waits who may be called: look at who is not ready, or held."]),
    ]
    """Why there are no more; null: as many were called as were asked for."""


class AccuracyOut(Out):
    """How far the expected waits of the last seven whole days were off; null with the reason.

    Each was stored when the vehicle began to wait and at each full hour after, and was scored by
    its call.
    """

    median_error_seconds: Annotated[int | None, Field(examples=[540])]
    """The middle one of all errors in open seconds, whichever way."""
    inside_percent: Annotated[int | None, Field(examples=[81])]
    """How many of a hundred calls came between low and high; eighty are meant to."""
    sample: int
    reason: Annotated[str | None, Field(examples=["too-few-scored-estimates"])]


class LaneStatusOut(Out):
    """One lane of a queue."""

    lane: Annotated[Lane, Open]
    rate: int | None
    waiting: int
    oldest_wait_seconds: int | None
    expected_wait: EstimateOut
    """What somebody may expect who begins to wait in this lane now."""
    last_week: AccuracyOut


class CalledOut(Out):
    """A vehicle that is called now."""

    call_number: str
    lane: Annotated[Lane, Open]
    called_at: Instant
    window_ends_at: Instant


class QueueOut(Out):
    """A queue as everybody may see it: numbers and call numbers, no plates."""

    gate: str
    direction: Annotated[Direction, Open]
    mode: Annotated[QueueMode, Open]
    names: Mapping[str, str | None]
    open: bool
    """Whether its open clock runs; neither closed time nor a pause ages anybody."""
    changes_at: Instant | None
    """When it next opens or closes; `null` where that is not known, or not within a year."""
    calls_paused: bool
    """Whether a notice lets nobody be called now."""
    notices: list[NoticeToldOut]
    """The notices in force, the first to begin first."""
    waiting: int
    """Ready and in position; in order of arrival: arrived and not let in yet."""
    not_ready: int
    """In position, but with something to be corrected first."""
    on_the_way: int
    """Registered and not in position yet."""
    oldest_wait_seconds: int | None
    lanes: list[LaneStatusOut]
    called_now: list[CalledOut]
    next_numbers: Annotated[list[str], Field(examples=[["TT-0043", "TT-0041"]])]
    """By what those will be called who are next as things stand, in order; five at most.

    It may change until they are called: who has more points goes before, who leaves or is held is
    passed over. Empty where nobody waits, or a closure or notice is about some of the queue only.
    """
    calls_per_hour: int | None
    policy: str
    log: SealedOut | None
    """How its public log stands; null where nothing has been sealed yet."""
    as_of: Instant


class QueuesOut(Out):
    """All queues of today."""

    items: list[QueueOut]


class GoneOut(Out):
    """What a stream tells of a queue that is no more: forget its board."""

    gate: str
    direction: Annotated[Direction, Open]


class StillOut(Out):
    """What a stream tells now and then: what was told before holds."""

    as_of: Instant
    """As of when it holds; no more comes while the service cannot read its rows."""


class ClockIn(In):
    """Where to move the sandbox's business clock, and how fast it runs from there."""

    now: Instant
    speed: Annotated[int, Field(ge=0, le=100_000)] = 1


class ClockOut(Out):
    """The business clock."""

    now: Instant
    speed: int
