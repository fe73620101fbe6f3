"""Partners' messages on the wire: one schema for each adapter, chosen by its name."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.problems import Problem
from app.api.schemas.naming import NamesVehicle
from app.api.schemas.queues import VehicleSeenIn
from app.api.schemas.types import (
    Choice,
    Code,
    Id,
    In,
    Instant,
    Label,
    Open,
    Out,
    Patch,
    RawIdentifier,
    Reference,
)
from app.api.texts import CATALOGUE, Language
from app.domain.camera_reads import SeenClass
from app.domain.exchange import AdapterKind, MessageState, QuarantineReason, Standpoint
from app.domain.identifiers import plate_key
from app.domain.vocabulary import Direction
from app.services.exchange.intake import Outcome
from app.services.exchange.quarantine import Message, Waiting
from app.services.exchange.sources import NewSource, Registered

# They share a transaction: while it lasts nobody is called from the queues that they touch.
MOST_MESSAGES = 20

Percent = Annotated[int, Field(ge=0, le=100, examples=[97])]
Plate = Annotated[RawIdentifier, Field(min_length=1, examples=["12C-000.17"])]
Result = Literal["passed", "failed"]


class MessageIn(In):
    """What every message has: the partner's own reference, used once, and when it happened."""

    source_reference: Reference
    occurred_at: Instant
    reason: Label | None = None
    """Why it is told late, or why it happened."""

    def document(self) -> dict[str, Any]:
        """Return what is stored of it."""
        return self.model_dump(mode="json", exclude_none=True)


class VehicleMessageIn(NamesVehicle, MessageIn):
    """About one vehicle: an entry's reference, or a plate and a direction."""


class CustomsMessageIn(MessageIn):
    """Customs' word on a declaration: on all its entries, or on the vehicle that is named."""

    adapter: Literal["customs"]
    kind: Literal["customs_registration", "customs_entry", "customs_clearance", "transshipment"]
    result: Result
    declaration_number: Annotated[RawIdentifier, Field(min_length=1, examples=["309900000015"])]
    plate: Plate | None = None
    container_number: Annotated[RawIdentifier | None, Field(examples=["CSQU3054383"])] = None
    direction: Choice[Direction] | None = None


class BorderGuardMessageIn(VehicleMessageIn):
    """The border guard's word on a vehicle."""

    adapter: Literal["border-guard"]
    kind: Literal["border_guard_entry", "border_guard_exit"]
    result: Result


class AlternativeIn(In):
    """Another plate that a camera may have read."""

    plate: Plate
    confidence: Percent


class CameraMessageIn(MessageIn):
    """One reading of a plate camera."""

    adapter: Literal["plate-camera"]
    plate: Plate
    confidence: Percent
    """How sure the camera is, in whole percent."""
    alternatives: Annotated[list[AlternativeIn], Field(max_length=10)] = []
    direction: Choice[Direction] | None = None
    """Without it, the direction of the camera's lane; where that has none, whichever fits one."""
    vehicle_class: Choice[SeenClass] | None = None

    @model_validator(mode="after")
    def _has_a_plate(self) -> "CameraMessageIn":
        if plate_key(self.plate) == "":
            code, text = "reference_or_plate", "a plate with letters or digits"
            raise PydanticCustomError(code, text)
        return self


class YardMessageIn(VehicleMessageIn):
    """A vehicle that goes into the yard of the source, or out of it."""

    adapter: Literal["yard"]
    way: Literal["in", "out"]
    gate: Code | None = None
    """The gate an unknown plate is bound for, where the yard serves several."""
    vehicle: VehicleSeenIn | None = None

    def document(self) -> dict[str, Any]:
        """Return what is stored of it; of the vehicle, only the parts that were looked at."""
        seen = {"vehicle": self.vehicle.model_dump(exclude_unset=True)} if self.vehicle else {}
        return {**self.model_dump(mode="json", exclude={"vehicle"}, exclude_none=True), **seen}


class OtherSideMessageIn(VehicleMessageIn):
    """The other side's word on a vehicle: taken in under a number, or turned back."""

    adapter: Literal["other-side"]
    result: Literal["accepted", "refused"]
    number: Annotated[Reference | None, Field(examples=["YYG-20260311-0042"])] = None


AnyMessageIn = Annotated[
    CustomsMessageIn | BorderGuardMessageIn | CameraMessageIn | YardMessageIn | OtherSideMessageIn,
    Field(discriminator="adapter"),
]


class MessagesIn(In):
    """One message or more, all of one source; each is answered by itself."""

    messages: Annotated[list[AnyMessageIn], Field(min_length=1, max_length=MOST_MESSAGES)]


class CandidateOut(Out):
    """An entry that a message may be about."""

    entry: UUID
    reference: str
    plate: str | None


class RecordOut(Out):
    """A check or an observation that a message was recorded as."""

    entry: UUID | None
    """Null where several open entries share the plate; an exception waits for a name."""
    reference: str | None
    kind: Annotated[str, Field(examples=["observation"])]
    id: UUID
    exceptions: Annotated[list[str], Field(examples=[["arrived-uncalled"]])]
    """The rules that it contradicts, of those that an exception was opened for."""


class MessageOut(Out):
    """A message and what came of it."""

    id: UUID
    source: Annotated[str, Field(examples=["camera-tan-thanh"])]
    source_reference: str
    adapter: Annotated[AdapterKind, Open]
    state: Annotated[MessageState, Open]
    occurred_at: Instant
    received_at: Instant
    plate: str | None
    declaration_number: str | None
    reason: Annotated[QuarantineReason, Open] | None
    """Why it was put into quarantine; it stays where it was applied later."""
    message: str | None
    """The reason in the reader's language."""
    candidates: list[CandidateOut]
    applied_to: list[RecordOut]
    resolution: str | None
    body: Mapping[str, Any]
    """What was sent."""


class TakenOut(Out):
    """What came of one message, in the order sent."""

    source_reference: str
    outcome: Annotated[str, Field(examples=["applied"])]
    """`applied`, `repeated` (a reading of the same passage), `quarantined`, `already-known` (sent
    before, with what came of it), `rejected` (not kept; the problem says why)."""
    message: MessageOut | None
    problem: Problem | None
    """Why it was rejected; its pointers are into the request that had all messages."""


class MessagesOut(Out):
    """What came of each message, in the order sent."""

    messages: list[TakenOut]
    rejected: Annotated[int, Field(examples=[0])]


class QuarantineOut(Page[MessageOut]):
    """One page of the messages that wait."""


class ResolutionIn(In):
    """The entry that a message is about, or that it is to be discarded; with the reason."""

    entry: Id | None = None
    discard: Literal[True] | None = None
    reason: Label

    @model_validator(mode="after")
    def _says_one(self) -> "ResolutionIn":
        if (self.entry is None) == (self.discard is None):
            code, text = "entry_or_discard", "an entry, or that it is discarded"
            raise PydanticCustomError(code, text)
        return self


class GoodsDeclarationsOut(Out):
    """What an entry declares, in the names of the WCO Data Model."""

    edition: Annotated[str, Field(examples=["DEC 3.6"])]
    """Whose names they are; which of our fields belongs to which is our reading."""
    declarations: list[Mapping[str, Any]]
    """One for each consignment; what is empty is left out, and nothing is personal."""


class SourceIn(In):
    """A partner's system that is to send messages."""

    code: Code
    adapter: Choice[AdapterKind]
    organisation: Annotated[Label, Field(examples=["Agency customs"])]
    """The name of the organisation whose members may send."""
    gate: Code | None = None
    yard: Annotated[Code | None, Field(examples=["bao-nguyen"])] = None
    direction: Choice[Direction] | None = None
    """The direction of its lane, where its messages do not tell it."""
    way: Literal["in", "out"] | None = None
    """Whether a camera of a yard sees vehicles go in or out."""
    least_confidence: Percent = 90
    """How sure a camera must be, in percent; what is less sure waits for a person."""
    repeat_seconds: Annotated[int, Field(ge=0, le=600, examples=[30])] = 30
    """For how long a camera may read one passage of a vehicle more than once."""

    def source(self) -> NewSource:
        """Return what is to be registered."""
        at = Standpoint(
            gate=self.gate,
            yard=self.yard,
            direction=self.direction,
            way=self.way,
            least_confidence=self.least_confidence,
            repeat_seconds=self.repeat_seconds,
        )
        return NewSource(
            code=self.code, adapter=self.adapter, organisation=self.organisation, at=at
        )


class SourcePatch(Patch):
    """How far a source is trusted from now on; `retired` stops it, and lets it send again."""

    direction: Choice[Direction] | None = None
    way: Literal["in", "out"] | None = None
    least_confidence: Percent = 90
    repeat_seconds: Annotated[int, Field(ge=0, le=600, examples=[30])] = 30
    retired: bool = False


class SourceOut(Out):
    """A source of messages."""

    code: str
    adapter: Annotated[AdapterKind, Open]
    organisation: str
    gate: str | None
    yard: str | None
    direction: Annotated[Direction, Open] | None
    way: str | None
    least_confidence: int
    repeat_seconds: int
    registered_at: Instant
    retired_at: Instant | None


class SourcesOut(Page[SourceOut]):
    """One page of sources."""


def source_out(one: Registered) -> SourceOut:
    """Return a source."""
    source = one.source
    return SourceOut(
        code=source.code,
        adapter=AdapterKind(source.adapter),
        organisation=one.organisation,
        gate=source.gate_code,
        yard=source.yard_code,
        direction=Direction(source.direction) if source.direction else None,
        way=source.way,
        least_confidence=source.least_confidence,
        repeat_seconds=source.repeat_seconds,
        registered_at=source.registered_at,
        retired_at=source.retired_at,
    )


def waiting_out(one: Waiting, language: Language) -> MessageOut:
    """Return a message of the work list."""
    return message_out(one.message, one.source.code, language)


def taken_out(one: Outcome, source: str, problem: Problem | None, language: Language) -> TakenOut:
    """Return what came of a message."""
    return TakenOut(
        source_reference=one.source_reference,
        outcome=one.said,
        message=message_out(one.message, source, language) if one.message else None,
        problem=problem,
    )


def message_out(one: Message, source: str, language: Language) -> MessageOut:
    """Return a message with the sentence of its reason."""
    reason = QuarantineReason(one.reason) if one.reason else None
    return MessageOut(
        id=one.id,
        source=source,
        source_reference=one.source_reference,
        adapter=AdapterKind(one.body["adapter"]),
        state=MessageState(one.state),
        occurred_at=one.occurred_at,
        received_at=one.received_at,
        plate=one.plate,
        declaration_number=one.declaration_number,
        reason=reason,
        message=CATALOGUE.say(f"quarantine.{reason}", language) if reason else None,
        candidates=[CandidateOut(**candidate) for candidate in one.candidates],
        applied_to=[RecordOut(**record) for record in one.applied_to],
        resolution=one.resolution,
        body=one.body,
    )
