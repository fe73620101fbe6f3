"""A plain model of one gate's called queue: what should stand in the tables, without any table.

Written from the rules as they are told to the public. Order and points are the domain's plain
`WaitingList`, states its table of steps; what is new here is who holds a plate, who gets a seasonal
place, who is ready, and what follows from what.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import UUID

from app.domain.queue_order import Rates, Waiting, key_at, place
from app.domain.replay import WaitingList
from app.domain.steps import ENDINGS, Step, observed, step
from app.domain.vocabulary import Lane, State

RATES: Rates = {Lane.GREEN_SEASON: 3, Lane.GREEN: 2, Lane.ORDINARY: 1}
KEEPING = frozenset({"issued", "requested", "sampled"})
BEFORE_GATE = frozenset({State.REGISTERED, State.QUEUED, State.CALLED})
Claimed = tuple[str, str]
Span = tuple[datetime, datetime]
HANOI = timezone(timedelta(hours=7))
FOREVER = datetime.max.replace(tzinfo=UTC)
CAME = frozenset({State.ARRIVED, State.IN_GATE, State.CROSSED})
INSIDE, OUTSIDE, LONGEST = timedelta(minutes=30), timedelta(minutes=60), timedelta(hours=12)


@dataclass
class Truck:
    """One entry; `company` is None until somebody declares what a yard has seen."""

    id: UUID
    plate: str
    company: str | None
    goods: str | None
    boxes: list[str]
    planned: bool
    registered_at: datetime
    certificate: str = "issued"
    state: State = State.REGISTERED
    lane: Lane = Lane.ORDINARY
    contested: bool = False
    in_position: bool = False
    presence_at: datetime | None = None
    arrived: bool = False
    season_asked: bool = False
    season_on: date | None = None
    waits_from: datetime | None = None
    carried: int = 0
    in_yard: bool = False
    window: Span | None = None
    called_at: datetime | None = None
    came_at: datetime | None = None
    admitted_at: datetime | None = None
    misses: int = 0
    deferrals: int = 0
    deferred_until: datetime | None = None
    kept_out_until: datetime | None = None
    held: dict[str, Span] = field(default_factory=dict)
    holds: set[str] = field(default_factory=set)

    @property
    def open(self) -> bool:
        return self.state not in ENDINGS

    @property
    def ready(self) -> bool:
        return self.company is not None and self.planned

    @property
    def is_green(self) -> bool:
        """Fruit with a certificate that is not rejected, declared before it came."""
        in_time = self.presence_at is None or self.registered_at < self.presence_at
        return bool(self.goods) and bool(self.company) and self.certificate in KEEPING and in_time

    @property
    def claims(self) -> set[Claimed]:
        return {("plate", self.plate), *(("container", box) for box in self.boxes)}


class PlainGate:
    """Everybody at the gate; `hours` counts its open seconds by the calendar alone.

    `day` is the legal day of an instant. No two stops by notice share a second.
    """

    def __init__(
        self,
        hours: Callable[[datetime], int],
        day: Callable[[datetime], date],
        taken: dict[date, int],
        allotment: int,
    ) -> None:
        self.hours, self.day = hours, day
        self.stops: list[Span] = []
        self.taken: Counter[date] = Counter(taken)
        self.allotment = allotment
        self.trucks: dict[UUID, Truck] = {}
        self.line = WaitingList(RATES)
        self.claims: dict[Claimed, UUID] = {}
        self.strikes: list[tuple[str, date]] = []

    # --- what is asked of it -----------------------------------------------------------------

    def clock(self, at: datetime) -> int:
        """Return the open seconds up to an instant, but for those in which a notice stopped it."""
        stops = ((min(start, at), min(end, at)) for start, end in self.stops)
        return self.hours(at) - sum(self.hours(end) - self.hours(start) for start, end in stops)

    def is_stopped_after(self, now: datetime) -> bool:
        """Tell whether a notice stops the clock, or is to."""
        return bool(self.stops) and self.stops[-1][1] > now

    def open_on(self, plate: str) -> list[Truck]:
        return [one for one in self.trucks.values() if one.plate == plate and one.open]

    def place(self, truck: Truck, now: datetime) -> int:
        one = next(waiting for waiting in self.line.waiting if waiting.id == truck.id)
        return place(one, self.line.callable, RATES, self.clock(now))

    def key(self, truck: Truck) -> int | None:
        """Return the key that an entry has while it waits or is called."""
        if truck.id not in self.line:
            return None
        return -self.line.points(truck.id, 0)

    def meant(self, plate: str) -> Truck | None:
        """Return whom a plate that was seen means: the one in position, or the only one."""
        candidates = self.open_on(plate)
        holding = [one for one in candidates if one.in_position]
        if len(holding) == 1:
            return holding[0]
        return candidates[0] if len(candidates) == 1 else None

    # --- what happens ------------------------------------------------------------------------

    def register(self, truck: Truck, now: datetime) -> None:
        """Store an entry; every declared one on the plate learns that there is another."""
        rivals = [one for one in self.open_on(truck.plate) if one.company]
        for one in rivals:
            one.contested = True
        truck.contested = bool(rivals)
        self.trucks[truck.id] = truck
        truck.lane = self._lane(truck, now)

    def complete(self, truck: Truck, declared: Truck, now: datetime) -> None:
        """Give a declarant to what a yard has opened; another's container takes its position."""
        rivals = [one for one in self.open_on(truck.plate) if one.company]
        for one in rivals:
            one.contested = True
        truck.contested = bool(rivals)
        truck.company, truck.goods, truck.planned = (
            declared.company,
            declared.goods,
            declared.planned,
        )
        truck.boxes, truck.registered_at = declared.boxes, now
        if truck.in_position and not self._claim(truck):
            truck.in_position = False
            self._free(truck)
        self._follow(truck, now)

    def move_in(self, truck: Truck, now: datetime) -> list[str]:
        """Return the exceptions of a movement into a yard that counts."""
        if not truck.open:
            return ["observed-after-end"]
        holds = truck.in_position or self._claim(truck)
        truck.in_position, truck.in_yard = holds, True
        self._be_present(truck, now)
        return [] if holds else ["plate-already-in-position"]

    def arrive(self, truck: Truck, now: datetime) -> list[str]:
        """Return the exceptions of an arrival at the gate."""
        after = observed(truck.state, Step.ARRIVE)
        if truck.open:
            self._go(truck, after.state, now)
            truck.arrived, truck.in_yard = True, False
            self._be_present(truck, now)
        return [after.exception] if after.exception else []

    def observe(self, truck: Truck, seen: Step, now: datetime) -> None:
        """An admission, an exit, a refusal; the first thing seen at the gate is an arrival too."""
        assert seen in (Step.ADMIT, Step.EXIT, Step.TURN_BACK)
        self._go(truck, observed(truck.state, seen).state, now)
        if seen is Step.ADMIT:
            truck.admitted_at = truck.admitted_at or now
        if seen is not Step.TURN_BACK and not truck.arrived:
            truck.arrived, truck.in_yard = True, False
            self._be_present(truck, now)

    def take(self, truck: Truck, wanted: Step, now: datetime) -> None:
        """Let a step of ours happen, which the table must have; cancelled when called is a miss."""
        if wanted is Step.CANCEL and truck.state is State.CALLED:
            self._strike(truck, now)
        self._go(truck, step(truck.state, wanted), now)

    def call(self, now: datetime, begins: datetime) -> UUID | None:
        choice = self.line.call(self.clock(now))
        if choice is None:
            return None
        truck = self.trucks[choice.first.id]
        truck.state, truck.called_at, truck.came_at = State.CALLED, now, None
        truck.window = (begins, begins + (INSIDE if truck.in_yard else OUTSIDE))
        return truck.id

    def withdraw(self, truck: Truck, now: datetime) -> None:
        self._put_back(truck, 0, now)

    def defer(self, truck: Truck, now: datetime, until: datetime) -> None:
        truck.carried = self.line.leave(truck.id, self.clock(now))
        truck.state, truck.deferred_until = State.REGISTERED, until
        truck.deferrals += 1

    def pass_to(self, now: datetime) -> None:
        """Let everything happen, in order, that becomes due by itself until `now`."""
        while due := [(at, one.id) for one in self.trucks.values() for at in self._due(one)]:
            at, identity = min(due)
            if at > now:
                return
            truck = self.trucks[identity]
            if truck.state is State.CALLED:
                self._miss(truck, at)
            elif truck.kept_out_until is not None:
                self._begin(truck, at)
            else:
                truck.deferred_until = None
                self._begin(truck, at)

    def let_in(self, now: datetime) -> None:
        """Give places that became free to the next of a limited company, as workers do."""
        kept_out = [one for one in self.trucks.values() if one.kept_out_until is not None]
        for truck in sorted(kept_out, key=lambda one: (one.presence_at, one.id)):
            self._begin(truck, now)

    def limited_until(self, company: str | None, now: datetime) -> date | None:
        """Return the first day on which a company may have more than two wait; None: no limit.

        Four strikes in thirty days limit it for fourteen.
        """
        days = [on for whose, on in self.strikes if whose == company]
        ends = [
            last + timedelta(days=14)
            for last in days
            if sum(timedelta(0) <= last - on < timedelta(days=30) for on in days) >= 4
        ]
        return max((end for end in ends if self.day(now) < end), default=None)

    def _strike(self, truck: Truck, now: datetime) -> None:
        if truck.company is not None:
            self.strikes.append((truck.company, self.day(now)))

    def _is_kept_out(self, truck: Truck, now: datetime) -> bool:
        waiting = [one for one in self.trucks.values() if one.id in self.line]
        of_company = [one for one in waiting if one.company == truck.company]
        return self.limited_until(truck.company, now) is not None and len(of_company) >= 2

    def _due(self, truck: Truck) -> list[datetime]:
        """Return when something becomes due of a truck by itself, if anything does."""
        if truck.state is State.CALLED and truck.window is not None:
            return [truck.window[1]]
        if truck.kept_out_until is not None:
            return [truck.kept_out_until]
        return [truck.deferred_until] if truck.deferred_until else []

    def _miss(self, truck: Truck, now: datetime) -> None:
        assert truck.window is not None
        if self._is_excused(truck, truck.window):
            self._put_back(truck, 0, now)
            return
        truck.misses += 1
        self._strike(truck, now)
        if truck.misses > 1:
            self._go(truck, State.NO_SHOW, now)
        else:
            self._put_back(truck, 3600 * RATES[truck.lane], now)

    def _is_excused(self, truck: Truck, window: Span) -> bool:
        start, end = window
        if self.clock(end) - self.clock(start) < (end - start).total_seconds():
            return True
        if _was_held(truck, window):
            return True
        recent = [
            one
            for one in self.trucks.values()
            if one.came_at and one.called_at and start - LONGEST < one.called_at < end
        ]
        stood = [
            one
            for one in recent
            if one.came_at and one.came_at <= start and (one.admitted_at or FOREVER) >= end
            if not _was_held(one, window)
        ]
        let_in = [one for one in recent if one.admitted_at and start <= one.admitted_at < end]
        return bool(stood) and not let_in

    def _put_back(self, truck: Truck, charges: int, now: datetime) -> None:
        self.line.put_back(truck.id, charges)
        truck.state = State.QUEUED
        if not truck.ready:
            truck.carried = self.line.leave(truck.id, self.clock(now))
            truck.state = State.REGISTERED

    def amend(self, truck: Truck, now: datetime, *, planned: bool) -> None:
        truck.planned = planned
        self._follow(truck, now)

    def certify(self, truck: Truck, status: str, now: datetime) -> None:
        truck.certificate = status
        self._follow(truck, now)

    def stop(self, start: datetime, end: datetime | None) -> None:
        self.stops.append((start, end or FOREVER))

    def go_on(self, now: datetime) -> None:
        start, _ = self.stops.pop()
        if start < now:  # else it never began
            self.stops.append((start, now))

    def hold(self, truck: Truck, hold: str, now: datetime) -> None:
        truck.holds.add(hold)
        truck.held[hold] = (now, FOREVER)
        self.line.hold(truck.id, hold)
        if truck.state is State.RELEASED:
            truck.state = State.IN_GATE

    def lift(self, truck: Truck, hold: str, now: datetime) -> None:
        truck.holds.discard(hold)
        truck.held[hold] = (truck.held[hold][0], now)
        self.line.lift(truck.id, hold)

    # --- what follows ------------------------------------------------------------------------

    def _be_present(self, truck: Truck, now: datetime) -> None:
        truck.presence_at = truck.presence_at or now
        self._follow(truck, now)

    def _follow(self, truck: Truck, now: datetime) -> None:
        lane, clock = self._lane(truck, now), self.clock(now)
        if truck.id in self.line and lane is not truck.lane:
            self.line.change_lane(truck.id, lane, clock)
        truck.lane = lane
        if truck.state is State.QUEUED and not truck.ready:
            truck.carried = self.line.leave(truck.id, clock)
            truck.state = State.REGISTERED
        self._begin(truck, now)

    def _begin(self, truck: Truck, now: datetime) -> None:
        is_fit = truck.ready and truck.deferred_until is None
        may = truck.state is State.REGISTERED and is_fit and truck.in_position
        truck.kept_out_until = None
        if may and self._is_kept_out(truck, now):
            until = self.limited_until(truck.company, now)
            assert until is not None
            truck.kept_out_until = datetime.combine(until, time(), HANOI)
        elif may:
            truck.waits_from = truck.waits_from or now
            key = key_at(RATES[truck.lane], self.clock(now), truck.carried)
            self.line.enter(Waiting(truck.id, truck.lane, key, truck.waits_from))
            truck.state = State.QUEUED

    def _lane(self, truck: Truck, now: datetime) -> Lane:
        """A seasonal place is asked for once, in position; before that it is only likely."""
        if not truck.is_green:
            return Lane.ORDINARY
        before_gate = truck.goods == "lychee" and truck.state in BEFORE_GATE
        if before_gate and truck.in_position and not truck.season_asked:
            truck.season_asked = True
            if self.taken[self.day(now)] < self.allotment:
                self.taken[self.day(now)] += 1
                truck.season_on = self.day(now)
        likely = before_gate and not truck.season_asked
        return Lane.GREEN_SEASON if truck.season_on or likely else Lane.GREEN

    def _go(self, truck: Truck, after: State, now: datetime) -> None:
        before, truck.state = truck.state, after
        if before is State.CALLED and after in CAME:
            truck.came_at = now
        if truck.id in self.line and after not in {State.QUEUED, State.CALLED}:
            truck.carried = self.line.leave(truck.id, self.clock(now))
        if before in ENDINGS or after not in ENDINGS:
            return
        truck.in_position = truck.in_yard = False
        truck.deferred_until, truck.kept_out_until = None, None
        self._free(truck)
        left = [one for one in self.open_on(truck.plate) if one.company]
        if truck.contested and len(left) == 1:
            left[0].contested = False

    def _claim(self, truck: Truck) -> bool:
        if any(self.claims.get(claim, truck.id) != truck.id for claim in truck.claims):
            return False
        self.claims.update(dict.fromkeys(truck.claims, truck.id))
        return True

    def _free(self, truck: Truck) -> None:
        self.claims = {claim: who for claim, who in self.claims.items() if who != truck.id}


def _was_held(truck: Truck, window: Span) -> bool:
    return any(start < window[1] and end > window[0] for start, end in truck.held.values())
