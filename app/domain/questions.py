"""What may be asked of entries and told of queues: values between repositories and edges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from app.domain.delegations import Side
from app.domain.money_in import Channel, PaymentState, ReviewKind
from app.domain.notices import NoticeKind
from app.domain.organisations import OrganisationKind
from app.domain.personal import Purpose, ReadWay
from app.domain.receipts.receipt import CorrectionState, ReceiptState
from app.domain.receipts.refunds import RefundCause, RefundState
from app.domain.vocabulary import Direction, Lane, Party, Queue, State
from app.domain.webhooks import DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFilter:
    """What a list of entries is narrowed to; None leaves a field open."""

    gate: str | None = None
    route: str | None = None
    direction: Direction | None = None
    state: State | None = None
    lane: Lane | None = None
    plate: str | None = None
    """A part of it, as `plate_key` reads plates."""
    declaration_number: str | None = None
    client_reference: str | None = None
    reference: str | None = None
    yard: str | None = None
    """Where it stands now."""
    registered_from: datetime | None = None
    registered_before: datetime | None = None
    changed_after: datetime | None = None
    ended: bool | None = None
    ready: bool | None = None
    held: bool | None = None
    due: bool | None = None
    """Whether an order of it waits to be paid; to a company, what it may pay."""


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """How many entries are open, by their states; which cannot go on, and what is due of them."""

    states: Mapping[State, int]
    unready: int
    held: int
    orders_due: int
    due_vnd: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionFilter:
    """What a review list is narrowed to; `assigned_to` is a principal's name."""

    settled: bool = False
    gate: str | None = None
    rule: str | None = None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DifficultyFilter:
    """What a list of difficulties is narrowed to; `assigned_to` is a principal's name."""

    answered: bool = False
    gate: str | None = None
    rule: str | None = None
    entry: UUID | None = None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineFilter:
    """What a list of waiting messages is narrowed to; by code of source, gate, yard and reason."""

    source: str | None = None
    gate: str | None = None
    yard: str | None = None
    reason: str | None = None
    received_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeFilter:
    """What a list of notices is narrowed to; a notice of both directions is one of either."""

    gate: str | None = None
    direction: Direction | None = None
    kind: NoticeKind | None = None
    in_force_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StrikeFilter:
    """What a list of strikes is narrowed to; `undecided` are appealed and wait for a decision."""

    gate: str | None = None
    entry: UUID | None = None
    undecided: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadFilter:
    """What a list of readings of personal data is narrowed to; `reader` is a principal's name."""

    entry: UUID | None = None
    purpose: Purpose | None = None
    way: ReadWay | None = None
    reader: str | None = None
    read_from: datetime | None = None
    read_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderFilter:
    """Whose orders are looked for: those of a code, or of an entry that somebody names otherwise.

    `call` is a gate and a number by which it has called an entry that has not ended.
    """

    codes: Sequence[str]
    reference: str
    plate: str
    call: tuple[str, str] | None = None
    due: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFilter:
    """What a list of payments is narrowed to; None leaves a field open."""

    state: PaymentState | None = None
    kind: ReviewKind | None = None
    channel: Channel | None = None
    source_reference: str | None = None
    organisation_id: UUID | None = None
    received_from: datetime | None = None
    received_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftFilter:
    """What a list of shifts is narrowed to; `cashier` is a principal's name."""

    gate: str | None = None
    cashier: str | None = None
    is_open: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFilter:
    """What a list of organisations is narrowed to; None leaves a field open."""

    kind: OrganisationKind | None = None
    verified: bool | None = None
    tax_code: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DelegationFilter:
    """What a list of delegations is narrowed to; `standing` are those of all entries."""

    side: Side = Side.GIVEN
    party: Party | None = None
    entry: UUID | None = None
    standing: bool | None = None
    ended: bool | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many open entries of a queue are in a state and lane, and since when the first waits."""

    queue: Queue
    state: State
    lane: Lane
    in_position: bool
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class CallMade:
    """A recent call, as a board tells it."""

    queue: Queue
    entry: UUID
    call_number: str
    lane: Lane
    called_at: datetime
    window_ends_at: datetime
    open_wait: int
    still_called: bool


@dataclass(frozen=True, slots=True)
class ClockRow:
    """Business time was `business_at` when the machine's was `machine_at`; runs `speed`-fold."""

    machine_at: datetime
    business_at: datetime
    speed: int

    def at(self, machine: datetime) -> datetime:
        """Return business time, in whole seconds, when the machine's is `machine`."""
        passed = (machine - self.machine_at) * self.speed
        return (self.business_at + passed).replace(microsecond=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedQuestion:
    """What a look at the feed of events is narrowed to; without kinds it is all of them."""

    kinds: frozenset[str] | None = None
    gate: str | None = None

    @property
    def is_narrowed(self) -> bool:
        """Whether some events are left out."""
        return self.kinds is not None or self.gate is not None


@dataclass(frozen=True, slots=True)
class ToldEvent:
    """An event as it is told; `position` is None in the history of an entry."""

    position: int | None
    number: int
    id: UUID
    kind: str
    entry: UUID | None
    reference: str | None
    gate: str | None
    direction: str | None
    occurred_at: datetime
    recorded_at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DoneEvent:
    """An event of an entry's history: `by` which agency or role it was done, of which house."""

    event: ToldEvent
    by: str
    organisation: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryFilter:
    """What the log of a webhook's deliveries is narrowed to; None leaves a field open."""

    state: DeliveryState | None = None
    entry: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFilter:
    """What a list of receipts is narrowed to; None leaves a field open."""

    order: UUID | None = None
    entry: UUID | None = None
    gate: str | None = None
    series: str | None = None
    number: int | None = None
    state: ReceiptState | None = None
    issued_from: datetime | None = None
    issued_before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionFilter:
    """What a list of corrections of receipts is narrowed to; None leaves a field open."""

    state: CorrectionState | None = None
    gate: str | None = None
    receipt: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFilter:
    """What a list of refunds is narrowed to; None leaves a field open."""

    state: RefundState | None = None
    cause: RefundCause | None = None
    gate: str | None = None
    entry: UUID | None = None
    order: UUID | None = None
    payment: UUID | None = None
