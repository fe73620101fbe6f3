"""Substitutions, diversions and receiving vehicles on the wire."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, field_validator

from app.api.schemas.declarations import ContainerIn, Country, ReceivingVehicleIn, UnitId
from app.api.schemas.entries import ExceptionOut
from app.api.schemas.types import (
    Choice,
    Code,
    In,
    Instant,
    Kilograms,
    Label,
    Open,
    Out,
    Patch,
    RawIdentifier,
    Reference,
)
from app.domain.substitution import SubstitutionState
from app.domain.transshipment import Way
from app.domain.vocabulary import Journey
from app.services.crossing.receiving import Receiver, Reception
from app.services.declarations.substitution import Substitution
from app.services.queues.diversion import Diversion


class SubstituteIn(Patch):
    """The vehicle that takes over, or the part of it; what is left out stays, null removes it."""

    country: Country | None = None
    tractor_plate: Annotated[RawIdentifier | None, Field(examples=["12C-000.18"])] = None
    unit_id: UnitId | None = None
    trailer_plate: RawIdentifier | None = None
    payload_kg: Kilograms | None = None
    own_weight_kg: Kilograms | None = None
    containers: Annotated[list[ContainerIn] | None, Field(max_length=4)] = None
    seal_numbers: Annotated[list[RawIdentifier] | None, Field(max_length=10)] = None
    two_way: bool | None = None

    @field_validator("country")
    @classmethod
    def _none_is_the_default(cls, country: Country | None) -> Country:
        return country or "VN"


class ChangeIn(Patch):
    """What takes the place of what was declared, as a JSON merge patch."""

    vehicle: SubstituteIn | None = None
    receiving_vehicles: Annotated[list[ReceivingVehicleIn] | None, Field(max_length=20)] = None
    journey: Choice[Journey] | None = None

    @field_validator("journey")
    @classmethod
    def _none_is_the_default(cls, journey: Journey | None) -> Journey:
        return journey or Journey.OWN_VEHICLE


class SubstitutionIn(In):
    """Another vehicle for the same goods, and why."""

    change: ChangeIn
    reason: Label

    def document(self) -> dict[str, Any]:
        """Return the merge patch of the stored document."""
        return self.change.model_dump(mode="json", exclude_unset=True)


class SubstitutionRefusalIn(In):
    """Why the vehicle is not to be substituted so."""

    reason: Label


class SubstitutionOut(Out):
    """Another vehicle for an entry: what changes, and who said that it may."""

    id: UUID
    entry: UUID
    state: Annotated[SubstitutionState, Open]
    change: Mapping[str, Any]
    pointers: list[Annotated[str, Field(examples=["/vehicle/tractor_plate"])]]
    """What binds the place in it."""
    reason: str
    needs_check: bool
    """Whether an officer, or the yard on whose ground the vehicle stands, must look at it first."""
    proposed_at: Instant
    decided_at: Instant | None
    decided_by: Annotated[str | None, Field(examples=["officer"])]
    """The agency or role that decided it; the company itself where nobody must, or it withdrew."""
    decision_reason: str | None


class SubstitutionsOut(Out):
    """The substitutions of an entry, oldest first; an edition allows few."""

    items: list[SubstitutionOut]


def substitution_out(one: Substitution) -> SubstitutionOut:
    """Return a substitution as it stands."""
    return SubstitutionOut(
        id=one.id,
        entry=one.entry_id,
        state=SubstitutionState(one.state),
        change=one.change,
        pointers=one.pointers,
        reason=one.reason,
        needs_check=one.needs_check,
        proposed_at=one.proposed_at,
        decided_at=one.decided_at,
        decided_by=one.authority,
        decision_reason=one.decision_reason,
    )


class DiversionIn(In):
    """To which gate a vehicle turns around, and why."""

    gate: Annotated[Code, Field(examples=["huu-nghi"])]
    reason: Label


class DiversionOut(Out):
    """A turning round to another gate."""

    id: UUID
    entry: UUID
    from_gate: str
    to_gate: str
    reason: str
    diverted_by: Annotated[str, Field(examples=["officer"])]
    """The role that diverted it."""
    came_at: Instant | None
    """When the vehicle came to the gate that it left; null: it never did."""
    diverted_at: Instant
    waited_seconds: int | None
    """The open seconds that it had waited, which count at the other gate; null: it never waited."""
    carried: int
    """The points that it took along."""


class DiversionsOut(Out):
    """The diversions of an entry, oldest first."""

    items: list[DiversionOut]


def diversion_out(one: Diversion) -> DiversionOut:
    """Return a diversion."""
    return DiversionOut(
        id=one.id,
        entry=one.entry_id,
        from_gate=one.from_gate,
        to_gate=one.to_gate,
        reason=one.reason,
        diverted_by=one.authority,
        came_at=one.came_at,
        diverted_at=one.diverted_at,
        waited_seconds=one.waited,
        carried=one.carried,
    )


class ReceptionIn(In):
    """A receiving vehicle that was seen to pass the gate; told late it needs a reason."""

    plate: Annotated[RawIdentifier, Field(min_length=1, examples=["12C-000.99"])]
    way: Choice[Way]
    occurred_at: Instant | None = None
    reason: Label | None = None
    source_reference: Reference | None = None


class ReceptionOut(Out):
    """One authority's word that a receiving vehicle went into the gate or left it."""

    id: UUID
    plate: Annotated[str, Field(examples=["12C00099"])]
    way: Annotated[Way, Open]
    authority: Annotated[str, Field(examples=["border_guard"])]
    occurred_at: Instant
    recorded_at: Instant
    backfilled: bool


class ReceivedOut(ReceptionOut):
    """What was recorded, and what it contradicts."""

    exceptions: list[ExceptionOut]


class ReceiverOut(Out):
    """A vehicle that takes goods over."""

    plate: str
    declared: bool
    entered: bool
    """Whether the border guard and customs have both recorded it; one of them is no entry."""
    seen: list[ReceptionOut]


class ReceiversOut(Out):
    """The receiving vehicles of an entry: the declared ones, then others that were seen."""

    items: list[ReceiverOut]


def reception_fields(one: Reception) -> dict[str, Any]:
    """Return what is told of one word."""
    return {
        "id": one.id,
        "plate": one.plate,
        "way": one.way,
        "authority": one.authority,
        "occurred_at": one.occurred_at,
        "recorded_at": one.recorded_at,
        "backfilled": one.backfilled,
    }


def receiver_out(one: Receiver) -> ReceiverOut:
    """Return a receiving vehicle with what was seen of it."""
    return ReceiverOut(
        plate=one.plate,
        declared=one.declared,
        entered=one.entered,
        seen=[ReceptionOut(**reception_fields(seen)) for seen in one.seen],
    )
