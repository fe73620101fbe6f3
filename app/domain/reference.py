"""All reference data at one revision, read once and shared: what the rules are asked with."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo

from app.domain.charges import AnnouncedTariff, Tariffs
from app.domain.editions import Announced
from app.domain.errors import UnknownCodeError
from app.domain.gates import ZONE, Gate, Yard
from app.domain.green_lane import LaneRows
from app.domain.lane_grounds import LaneGround
from app.domain.notices import NoticeKind, Notices
from app.domain.open_clock import OpenClock, legal_day
from app.domain.overrides import OverrideReason
from app.domain.policy import Policies, PolicyEdition
from app.domain.required_checks import RequiredChecks
from app.domain.retention import WITHOUT_ROWS, Retention
from app.domain.rows import Row
from app.domain.stay_limits import StayLimit
from app.domain.two_way import TwoWayRow
from app.domain.vocabulary import BASIC_LANES, Lane, Queue, QueueMode
from app.domain.volumes import Volumes
from app.domain.yard_services import YardServices


@dataclass(frozen=True, slots=True)
class Pending:
    """An edition that may not be used before two board members confirm it.

    `until` is the day from which it rules no more, confirmed or not; None where its end is open.
    """

    kind: str
    code: str
    confirmed_by: tuple[str, ...]
    until: date | None = None

    def is_over(self, on: date) -> bool:
        """Tell whether its last day is past: who works from `on` on can do without it."""
        return self.until is not None and self.until <= on


@dataclass(frozen=True, slots=True)
class Reference:
    """One consistent reading of the reference rows; a change makes a new one.

    `documents` are the published documents with their rows put back, for display.
    """

    revision: int
    gates: Mapping[str, Gate]
    yards: Mapping[str, Yard]
    lane_rows: LaneRows
    required_checks: RequiredChecks
    tariffs: Tariffs
    policies: Policies
    policy_codes: Mapping[str, PolicyEdition]
    volumes: Volumes
    pending: tuple[Pending, ...]
    documents: Mapping[str, Row]
    notices: Notices = field(default_factory=Notices)
    stay_limits: tuple[StayLimit, ...] = ()
    two_way: tuple[TwoWayRow, ...] = ()
    retention: Retention = WITHOUT_ROWS
    override_reasons: tuple[OverrideReason, ...] = ()
    lane_grounds: tuple[LaneGround, ...] = ()
    yard_services: YardServices = field(default_factory=YardServices)
    announced: Mapping[str, Announced] = field(default_factory=dict)
    announced_tariffs: Mapping[str, AnnouncedTariff] = field(default_factory=dict)
    zone: tzinfo = ZONE
    _clocks: dict[Queue, OpenClock] = field(default_factory=dict, repr=False)

    def gate(self, code: str, pointer: str = "/gate") -> Gate:
        """Return a gate.

        Raises:
            UnknownCodeError: there is none of that code.
        """
        if code not in self.gates:
            raise UnknownCodeError.at(pointer, code)
        return self.gates[code]

    def clock(self, queue: Queue) -> OpenClock:
        """Return the open clock of a queue."""
        if queue not in self._clocks:
            stops = self.notices.stops(queue)
            self._clocks[queue] = self.gates[queue.gate].clock(queue.direction, stops)
        return self._clocks[queue]

    def clock_of_closures(self, queue: Queue) -> OpenClock:
        """Return the clock of a queue as it would run if nobody had ever paused it."""
        closures = self.notices.stops(queue, {NoticeKind.CLOSURE})
        return self.gates[queue.gate].clock(queue.direction, closures)

    def with_notices(self, notices: Notices) -> "Reference":
        """Return the same reference data with other notices, and so with other clocks."""
        return replace(self, notices=notices, _clocks={})

    def day(self, at: datetime) -> date:
        """Return the legal day of an instant."""
        return legal_day(at, self.zone)

    def day_begins(self, at: datetime) -> datetime:
        """Return the first instant of the legal day of an instant."""
        return self.begin_of(self.day(at))

    def is_inside(self, yard: str | None, gate: str) -> bool:
        """Tell whether a vehicle in that yard, if in any, stands inside the gate."""
        found = self.yards.get(yard or "")
        return found is not None and found.is_inside(gate)

    def begin_of(self, on: date) -> datetime:
        """Return the instant at which a legal day begins."""
        return datetime.combine(on, time(), self.zone)

    def policy_at(self, now: datetime) -> PolicyEdition | None:
        """Return the policy edition that rules at an instant; None where none does."""
        return self.policies.at(now, self.day(now))

    def mode(self, queue: Queue, on: date) -> QueueMode | None:
        """Return how a queue runs on a day; None where it has no queue, or no edition rules."""
        edition = self.policies.get(on)
        return edition.mode_of(queue.gate, queue.direction) if edition else None

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes of all editions, whenever each rules; no vehicle ever waited in another."""
        known = {lane for edition in self.policy_codes.values() for lane in edition.rates}
        return tuple(lane for lane in Lane if lane in known or lane in BASIC_LANES)

    def queues(self, on: date) -> tuple[Queue, ...]:
        """Return the queues that run on a day, in order of gate and direction."""
        edition = self.policies.get(on)
        return tuple(sorted(edition.modes)) if edition else ()
