"""What the model keeps of a vehicle, of a call, of a notice; and what never changes."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

from app.domain.notices import NoticeKind
from app.domain.vocabulary import Direction, Lane, State

HANOI = timezone(timedelta(hours=7))
FOREVER = datetime.max.replace(tzinfo=UTC)
SECOND = timedelta(seconds=1)
INSIDE, OUTSIDE, LONGEST = timedelta(minutes=30), timedelta(minutes=60), timedelta(hours=12)
LEAD = timedelta(minutes=45)

TAN_THANH, HUU_NGHI = "tan-thanh", "huu-nghi"
GATES = (HUU_NGHI, TAN_THANH)
ROUTES = {TAN_THANH: ("1088-2-1089", "1090-1091"), HUU_NGHI: ("1119-1120",)}
ROUTE_TAKES = {"1090-1091": 2}
"""Vehicles a day; the tests let the others take more than ever come."""
RATES = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}
KEEPING = frozenset({"issued", "requested", "sampled"})
BEFORE_GATE = frozenset({State.REGISTERED, State.QUEUED, State.CALLED})
ENDED = frozenset(
    {State.CROSSED, State.CANCELLED, State.REVOKED, State.NO_SHOW, State.EXPIRED, State.TURNED_BACK}
)
STOPS = frozenset({NoticeKind.CLOSURE, NoticeKind.PAUSE})

Span = tuple[datetime, datetime]
Claimed = tuple[str, str]


@dataclass(frozen=True)
class PlainYard:
    """A yard inside the gate `inside`, or outside all; `places` None is not known."""

    serves: tuple[str, ...]
    inside: str | None = None
    places: int | None = None


YARDS = {
    "bao-nguyen": PlainYard((TAN_THANH,), TAN_THANH, 3),
    "tan-thanh-lychee-area": PlainYard((TAN_THANH,), TAN_THANH),
    "xuan-cuong": PlainYard((HUU_NGHI,), HUU_NGHI, 2),
    "viettel-logistics-park": PlainYard((HUU_NGHI, TAN_THANH)),
}


@dataclass
class Truck:
    """One entry; `company` is None until somebody declares what a yard has seen.

    It has `earned` so many points when its gate's open clock read `since`; while it `waits` (or is
    called) it earns more. `doubts` are what nobody has said of a vehicle that is to replace it.
    """

    id: UUID
    plate: str
    gate: str
    company: str | None
    goods: str | None
    boxes: list[str]
    planned: bool
    registered_at: datetime
    route: str | None = None
    certificate: str = "issued"
    state: State = State.REGISTERED
    lane: Lane = Lane.ORDINARY
    contested: bool = False
    in_position: bool = False
    presence_at: datetime | None = None
    arrived: bool = False
    season_asked: bool = False
    season_on: date | None = None
    seasons: dict[str, tuple[bool, date | None]] = field(default_factory=dict)
    waits_from: datetime | None = None
    waits: bool = False
    earned: int = 0
    since: int = 0
    yard: str | None = None
    awaits_place: bool = False
    admitted_at: datetime | None = None
    ended_at: datetime | None = None
    cleared: bool = False
    misses: int = 0
    deferrals: int = 0
    deferred_until: datetime | None = None
    kept_out_until: datetime | None = None
    left_gate: dict[str, datetime] = field(default_factory=dict)
    proposed: tuple[UUID, str] | None = None
    substituted: bool = False
    doubts: set[str] = field(default_factory=set)
    held: dict[str, Span] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)

    @property
    def open(self) -> bool:
        return self.state not in ENDED

    @property
    def ready(self) -> bool:
        return self.company is not None and self.planned

    @property
    def may_leave(self) -> bool:
        """Whether nothing is missing for a release: checks, payment, findings, holds."""
        return self.cleared and self.ready and not self.holds

    @property
    def inside(self) -> bool:
        return self.yard is not None and YARDS[self.yard].inside == self.gate

    @property
    def is_green(self) -> bool:
        """Fruit with a certificate that is not rejected, declared before it came, in no doubt."""
        in_time = self.presence_at is None or self.registered_at < self.presence_at
        is_fruit = bool(self.goods and self.company) and self.gate == TAN_THANH
        return is_fruit and self.certificate in KEEPING and in_time and not self.doubts

    @property
    def claims(self) -> set[Claimed]:
        return {("plate", self.plate), *(("container", box) for box in self.boxes)}

    def was_held(self, window: Span) -> bool:
        return any(start < window[1] and end > window[0] for start, end in self.held.values())

    def points(self, reading: int) -> int:
        return self.earned + RATES[self.lane] * (reading - self.since) * self.waits

    @property
    def key(self) -> int | None:
        """The key that an entry has while it waits or is called."""
        return RATES[self.lane] * self.since - self.earned if self.waits else None


@dataclass
class Call:
    """One call; `outcome` is None while its vehicle may still come."""

    truck: Truck
    gate: str
    route: str | None
    called_at: datetime
    window: Span
    outcome: str | None = None
    ended_at: datetime | None = None

    @property
    def stands(self) -> bool:
        return self.outcome in {None, "answered"}


@dataclass
class PlainNotice:
    """A notice in force from `starts_at` (in) to `ends_at` (out)."""

    id: UUID
    kind: NoticeKind
    gate: str
    direction: Direction | None
    route: str | None
    of_fruit: bool
    starts_at: datetime
    ends_at: datetime
    per_hour: int | None = None
    per_day: int | None = None

    @property
    def stops(self) -> bool:
        return self.kind in STOPS

    @property
    def is_for_some(self) -> bool:
        return self.route is not None or self.of_fruit

    def holds(self, gate: str, at: datetime) -> bool:
        return self.concerns(gate) and self.starts_at <= at < self.ends_at

    def concerns(self, gate: str) -> bool:
        return self.gate == gate and self.direction is not Direction.IMPORT

    def is_about(self, truck: Truck) -> bool:
        goes_there = self.route in {None, truck.route}
        return goes_there and (bool(truck.goods) or not self.of_fruit)
