"""Entries on the wire: what everybody is answered, and what agencies say of them."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from app.api.paging import Page
from app.api.schemas.calls import LastCallOut
from app.api.schemas.declarations import CertificateIn
from app.api.schemas.evidence import EvidenceOut
from app.api.schemas.inspections import FoundOut
from app.api.schemas.notices import NoticeReadOut
from app.api.schemas.reductions import ReducedLineOut
from app.api.schemas.types import (
    Amount,
    Choice,
    Day,
    In,
    Instant,
    Label,
    Open,
    Out,
    Reference,
)
from app.domain.required_checks import CheckKind
from app.domain.vocabulary import Basis, Direction, Journey, Lane, Severity, State


class FindingOut(Out):
    """Something wrong with the entry; a blocking one keeps it from being ready."""

    rule: Annotated[str, Field(examples=["plate-cn-province-missing"])]
    severity: Annotated[Severity, Open]
    pointer: Annotated[str, Field(examples=["/vehicle/tractor_plate"])]
    value: str | int | None
    message: str


class RefusalOut(Out):
    """A green-lane rule that the entry does not meet."""

    rule: Annotated[str, Field(examples=["GL-06"])]
    message: str


class VerdictOut(Out):
    """The green-lane answer: all refusals at once."""

    on: Day
    provisional: bool
    """Judged on the planned arrival; in position it is judged again and counts."""
    eligible: bool
    lane: Annotated[Lane, Open]
    conditional: bool
    """The lane is kept on a certificate that is requested or sampled only."""
    season: Annotated[str | None, Field(examples=["lychee@tan-thanh/05-20/2025-05-20"])]
    """The season whose daily allotment may give `green-season`; a place is taken in position."""
    season_message: str | None
    """Whether it has a place in that allotment, in the reader's language."""
    considered: list[str]
    refused: list[RefusalOut]
    basis: Annotated[Basis, Open]


class ConfirmedGroundOut(Out):
    """An authority's word on the ground of an entry, while it stands."""

    ground: Annotated[str, Field(examples=["disaster-relief"])]
    lane: Annotated[Lane, Open]
    """The lane that it gives where the policy edition has it."""
    authority: Annotated[str, Field(examples=["customs"])]
    document_reference: Annotated[str, Field(examples=["QĐ-412/2026"])]


class RateOut(Out):
    """A number of the tariff with what it rests on."""

    value: int
    basis: Annotated[Basis, Open]
    source: str


class ChargeLineOut(Out):
    """One vehicle's price: cell x multiplier x share."""

    vehicle: str
    order_kind: str
    vehicle_class: str
    goods_group: str
    cell: RateOut
    multiplier_basis_points: RateOut
    share_basis_points: RateOut
    amount: Amount
    basis: Annotated[Basis, Open]


class ChargeOut(Out):
    """The price as it was frozen, with its edition and lines."""

    id: UUID
    tariff: str
    official: bool
    """`false` while any number of the edition is ours and not the law's."""
    priced_on: Day
    """The day whose law decides: of arrival, before it of the planned arrival."""
    known_at: Instant | None
    """By which knowledge of the editions it was priced; null in charges of earlier releases."""
    quote: UUID | None
    """The kept quote by which it was promised."""
    cause: Annotated[str, Field(examples=["registered"])]
    """What it was made for: `registered`, `amended`, `substituted`, `diverted`, `in-position`,
    `arrived`, `inspected`."""
    goods_group: str
    goods_group_basis: EvidenceOut | None
    """What chose the goods group of a mixed load; null where only one is declared."""
    vehicle_class: str
    vehicle_class_basis: EvidenceOut
    """How the class of the vehicle was found."""
    basis: Annotated[Basis, Open]
    """The weakest basis of the lines and reductions."""
    lines: list[ChargeLineOut]
    reductions: list[ReducedLineOut]
    """What is taken off the lines, and by which law."""
    total: Amount
    """The lines, less the reductions."""


class SupersededOut(Out):
    """A price that no longer holds; what was paid on it counts towards the present one."""

    id: UUID
    tariff: str
    priced_on: Day
    cause: str
    total: Amount
    superseded_at: Instant


class BalanceOut(Out):
    """What the entry costs, what was paid, what is still due, and what was paid too much."""

    charged: Amount
    paid: Amount
    """Without what was given back."""
    due: Amount
    credit: Amount


class OrderOut(Out):
    """What one payer owes of one kind."""

    id: UUID
    code: str
    kind: str
    amount: Amount
    refunded: Amount
    """What of it was given back, by refunds that are approved."""
    state: Annotated[str, Field(examples=["due"])]
    paid_at: Instant | None


class NextStepOut(Out):
    """What is still to be done, and who does it."""

    code: str
    who: str
    message: str
    facts: Mapping[str, str | int | None]


class EstimateOut(Out):
    """When a call is expected; null with the reason where too little is known.

    In eight of ten cases the call comes between `earliest_at` and `latest_at`. Seconds are those in
    which the queue is open; instants are always in opening hours.
    """

    low_seconds: Annotated[int | None, Field(examples=[4200])]
    likely_seconds: Annotated[int | None, Field(examples=[5400])]
    high_seconds: Annotated[int | None, Field(examples=[7080])]
    earliest_at: Instant | None
    likely_at: Instant | None
    latest_at: Instant | None
    method: Annotated[str, Field(examples=["queue-rolled-forward"])]
    """How it was found: the real queue rolled forward by its rule, at the pace of recent calls."""
    sample: int
    """How many recent calls it rests on: of the last hundred in the last two open hours."""
    reason: Annotated[str | None, Field(examples=["too-few-recent-calls"])]
    """Why there is none: `too-few-recent-calls` (under ten), `no-opening-known`,
    `queue-calls-nobody`, or what stops the vehicle now: the kind of a closure or
    notice, or of its route, such as `route-used-up`."""


class PlaceOut(Out):
    """How many would be called before this entry if calling happened now, plus one."""

    place: int
    ahead: Mapping[str, int]
    points: int | None
    open_wait_seconds: int
    callable: bool
    expected_wait: EstimateOut


class DriverOut(Out):
    """The driver, masked: enough to tell two apart, not enough to know one."""

    name: Annotated[str | None, Field(examples=["N*** V*** A***"])]
    document_number: Annotated[str | None, Field(examples=["***417"])]
    phone: Annotated[str | None, Field(examples=["***017"])]


class TrackingOut(Out):
    """A link for the driver: no key needed, nothing personal shown."""

    token: str
    url: str
    page_url: Annotated[str, Field(examples=["https://gate.example/d/Zx3vQ0m1b7n2k9s4"])]
    """The same for a driver to look at: a page for telephones, which goes on without a network."""


class EntryBriefOut(Out):
    """One vehicle's movement through a gate, as lists show it."""

    id: UUID
    reference: Annotated[str, Field(examples=["E4K7-9QXPM2"])]
    gate: str
    direction: Annotated[Direction, Open]
    route: Annotated[str | None, Field(examples=["1088-2-1089"])]
    """The cleared road of the gate that it is bound to; null where any will do."""
    journey: Annotated[Journey, Open]
    plate: Annotated[str | None, Field(examples=["12C00017"])]
    """The plate or unit id without the marks of any spelling."""
    state: Annotated[State, Open]
    version: int
    """Counts changes of declared data only; send it as `If-Match` to amend the entry."""
    client_reference: str | None
    registered_at: Instant
    changed_at: Instant
    planned_arrival_at: Instant | None
    unregistered: bool
    """Seen by a yard or a guard and not registered by anybody yet."""
    contested: bool
    """Another company has an open entry on the same plate; presence decides."""
    held: bool
    ready: bool
    """Without blocking findings."""
    in_position: bool
    findings: list[FindingOut]
    lane: Annotated[Lane, Open]
    """Where it waits or would: the lane of its confirmed ground, else that of its goods."""
    confirmed_ground: ConfirmedGroundOut | None
    """What was confirmed of the declared `lane_ground`; null: nothing."""
    verdict: VerdictOut
    charge: ChargeOut | None
    """Null where the tariff has no price; a blocking finding says why."""
    orders: list[OrderOut]
    balance: BalanceOut
    call_number: Annotated[str | None, Field(examples=["TT-0147"])]
    presence_at: Instant | None
    arrived_at: Instant | None
    ended_at: Instant | None
    end_reason: str | None
    yard: str | None
    driver: DriverOut
    declared: Mapping[str, Any]
    """What was declared, as it was typed."""
    inspected: FoundOut | None
    """What officers found in the place of it, and the fee follows; null: nothing."""


class EntriesOut(Page[EntryBriefOut]):
    """One page of entries, in brief."""


class EntryCountsOut(Out):
    """How many of a company's entries are open, and what they want."""

    open: int
    states: Annotated[Mapping[str, int], Field(examples=[{"queued": 12, "called": 2}])]
    """By state; one in which there is none is left out."""
    unready: int
    """With blocking findings: they do not go on before their declaration is corrected."""
    held: int
    orders_due: int
    due: Amount


class CheckOut(Out):
    """One agency's attributed confirmation."""

    id: UUID
    kind: Annotated[str, Field(examples=["medical"])]
    agency: str
    result: Annotated[str, Field(examples=["passed"])]
    reason: str | None
    occurred_at: Instant
    recorded_at: Instant
    backfilled: bool


class HoldOut(Out):
    """An authority's stop on an entry."""

    id: UUID
    authority: str
    reason: str
    placed_at: Instant
    scoped_hold: UUID | None
    """The hold on a vehicle or consignment under which this one stands."""
    lift_agreed_at: Instant | None
    """When the first of two members of the board agreed to lift it."""
    lifted_at: Instant | None
    lift_reason: str | None


class ExceptionOut(Out):
    """What contradicts the rules; it stands in a review list until settled."""

    id: UUID
    rule: Annotated[str, Field(examples=["arrived-uncalled"])]
    message: str
    opened_at: Instant
    settled_at: Instant | None


class EntryOut(EntryBriefOut):
    """One vehicle's movement through a gate, with everything that stands beside it."""

    superseded_charges: list[SupersededOut]
    checks: list[CheckOut]
    """Oldest first; the newest of a kind counts."""
    holds: list[HoldOut]
    exceptions: list[ExceptionOut]
    next_steps: list[NextStepOut]


class RegisteredOut(EntryOut):
    """A new entry, with its tracking link and, where it waits already, its place."""

    place: PlaceOut | None
    tracking: TrackingOut


class CheckIn(In):
    """A check that an agency confirms or fails; sent again with its reference it counts once."""

    kind: Choice[CheckKind]
    result: Literal["passed", "failed"]
    occurred_at: Instant | None = None
    reason: Label | None = None
    source_reference: Reference | None = None
    certificate: CertificateIn | None = None
    """With plant quarantine: its word on the phytosanitary certificate, which decides the lane."""

    @model_validator(mode="after")
    def _certificate_has_status(self) -> "CheckIn":
        if self.certificate is None:
            return self
        if self.kind is not CheckKind.PLANT_QUARANTINE or self.certificate.status is None:
            code, text = "certificate_of_plant_quarantine", "a status from plant quarantine only"
            raise PydanticCustomError(code, text)
        return self


class HoldIn(In):
    """A stop, with its reason."""

    reason: Label
    source_reference: Reference | None = None


class LiftIn(In):
    """Why a hold ends."""

    reason: Label


class ReportIn(In):
    """When something was seen; told more than ten minutes later it needs a reason."""

    occurred_at: Instant | None = None
    reason: Label | None = None
    source_reference: Reference | None = None


class AcceptanceIn(ReportIn):
    """That the other side has taken a vehicle in."""

    number: Annotated[Reference | None, Field(examples=["YYG-20260311-0042"])] = None
    """The number that the other side gave it."""


class CancellationIn(In):
    """Why an entry ends."""

    reason: Label | None = None


class ChangeOut(Out):
    """What last moved an entry in its queue."""

    code: Annotated[str, Field(examples=["lane.changed"])]
    at: Instant
    message: str
    rules: list[RefusalOut]
    """The green-lane rules that a change of lane rests on."""


class OwedOut(Out):
    """An order as whoever holds the tracking link sees it; see its `/qr` for how it is paid."""

    code: Annotated[str, Field(examples=["20260311-0C3FHMFY6"])]
    amount: Amount
    state: Annotated[str, Field(examples=["due"])]
    paid_at: Instant | None


class DepartureOut(EvidenceOut):
    """When a called vehicle leaves its yard; of the drive, whose estimate it is."""

    yard: Annotated[str, Field(examples=["bao-nguyen"])]
    yard_label: Annotated[str, Field(examples=["Bao Nguyen yard"])]
    """The yard's name in the language of the request."""
    travel_minutes: int
    leave_from: Instant
    """Who leaves before comes before the window begins; never before the call."""
    leave_by: Instant
    """Who leaves later comes too late; the instant of the call where the drive takes longer."""


class StandingOut(Out):
    """Where an entry stands now; nothing personal, no plate, no company."""

    reference: str
    gate: str
    gate_label: Annotated[str, Field(examples=["Tan Thanh border gate"])]
    """The gate's name in the language of the request."""
    direction: Annotated[Direction, Open]
    state: Annotated[State, Open]
    lane: Annotated[Lane, Open]
    conditional: bool
    """The lane is kept on a certificate that is requested or sampled only."""
    held: bool
    version: int
    """Counts changes of declared data only; with one, the pass may have become another."""
    planned_arrival_at: Instant | None
    """When it was declared to arrive."""
    call_number: str | None
    call_window_ends_at: Instant | None
    """Until when a called vehicle is awaited at the gate."""
    place: int | None
    """How many would be called before it if calling happened now, plus one; null: no wait."""
    ahead: Mapping[str, int]
    """Of those, how many in each lane."""
    points: int | None
    open_wait_seconds: int | None
    callable: bool
    """Whether it may be called now; a held entry keeps ageing."""
    expected_wait: EstimateOut | None
    next_steps: list[NextStepOut]
    due: Amount
    orders: list[OwedOut]
    """What is due and what was paid; what other orders took the place of is left out."""
    deferred_until: Instant | None
    """Until when the vehicle has put itself off."""
    departure: DepartureOut | None
    """When to leave the yard for the call that is awaited; null outside yards."""
    last_call: LastCallOut | None
    """Its newest call, what became of it and what that cost."""
    notices: list[NoticeReadOut]
    """The notices in force at its gate that have to do with it, until it is let in."""
    last_change: ChangeOut | None
    as_of: Instant
