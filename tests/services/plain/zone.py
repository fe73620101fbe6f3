"""What happens to vehicles, and what follows from it."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from app.domain.vocabulary import Lane, State
from tests.services.plain.gate import PlainGate
from tests.services.plain.vehicles import (
    BEFORE_GATE,
    FOREVER,
    GATES,
    HANOI,
    INSIDE,
    OUTSIDE,
    RATES,
    YARDS,
    Call,
    Claimed,
    PlainNotice,
    Truck,
)

MOST_WAITING: Final = 2
"""Of a company whose strikes limit it."""


class RefusedError(Exception):
    """The rules refuse an act; the code says why."""


class PlainZone:
    """Everybody at two gates; `taken` are the seasonal places of each day that are gone."""

    def __init__(
        self, begins: datetime, readings: dict[str, int], taken: dict[date, int], allotment: int
    ) -> None:
        self.everybody: list[Truck] = []
        self.calls: list[Call] = []
        self.notices: list[PlainNotice] = []
        everything = self.everybody, self.calls, self.notices
        self.gates = {code: PlainGate(code, (begins, readings[code]), everything) for code in GATES}
        self.taken: Counter[date] = Counter(taken)
        self.allotment = allotment
        self.claims: dict[Claimed, UUID] = {}
        self.strikes: list[tuple[str, date]] = []
        self.stops: dict[str, str] = {}

    # --- what is asked of it ---------------------------------------------------------------------

    def at(self, truck: Truck) -> PlainGate:
        return self.gates[truck.gate]

    def open_on(self, plate: str) -> list[Truck]:
        return [one for one in self.everybody if one.plate == plate and one.open]

    def meant(self, plate: str) -> Truck | None:
        """Return whom a plate that was seen means: the one in position, or the only one."""
        candidates = self.open_on(plate)
        holding = [one for one in candidates if one.in_position]
        if len(holding) == 1:
            return holding[0]
        return candidates[0] if len(candidates) == 1 else None

    def opened_for(self, plate: str, gate: str) -> Truck | None:
        """Return what a yard opened for a plate that is registered for a gate now."""
        for one in self.open_on(plate):
            serves = YARDS[one.yard].serves if one.yard and not one.arrived else ()
            if one.company is None and gate in {one.gate, *serves}:
                return one
        return None

    def open_call(self, truck: Truck) -> Call | None:
        calls = [one for one in self.calls if one.truck is truck and one.outcome is None]
        return calls[-1] if calls else None

    def occupied(self) -> dict[str, int]:
        return dict(Counter(one.yard for one in self.everybody if one.yard))

    # --- declaring -------------------------------------------------------------------------------

    def register(self, truck: Truck, now: datetime) -> None:
        """Store an entry; every declared one on the plate learns that there is another."""
        self._contest(truck)
        self.everybody.append(truck)
        self._meet_stops(truck, now)
        truck.lane = self._lane(truck, now)

    def complete(self, truck: Truck, declared: Truck, now: datetime) -> None:
        """Give a declarant to what a yard has opened; another's container takes its position."""
        self._contest(truck)
        for name in ("company", "goods", "planned", "boxes", "gate", "route", "registered_at"):
            setattr(truck, name, getattr(declared, name))
        if truck.in_position and not self._claim(truck):
            truck.in_position = False
            self._free(truck)
        self._follow(truck, now)

    def amend(self, truck: Truck, now: datetime, *, planned: bool, route: str | None) -> None:
        truck.planned, truck.route = planned, route
        self._follow(truck, now)

    def certify(self, truck: Truck, status: str, now: datetime) -> None:
        truck.certificate = status
        self._follow(truck, now)

    # --- yards and gates -------------------------------------------------------------------------

    def move(self, truck: Truck, yard: str, way: str, now: datetime) -> list[str]:
        """Return the exceptions of a movement into a yard or out of it."""
        if not truck.open:
            return ["observed-after-end"]
        self._stand(truck, yard if way == "in" else None)
        found = []
        if way == "in" and truck.gate not in YARDS[yard].serves:
            found = ["yard-does-not-serve-gate"]
        elif way == "in" and not self._take_position(truck):
            found = ["plate-already-in-position"]
        self._be_present(truck, now)
        return found

    def arrive(self, truck: Truck, now: datetime) -> list[str]:
        """Return the exceptions of an arrival at the gate; who was not called waits on."""
        if not truck.open:
            return ["observed-after-end"]
        uncalled = truck.state in {State.REGISTERED, State.QUEUED}
        if truck.state is State.CALLED:
            self._go(truck, State.ARRIVED, now, answers=True)
        self._come(truck, now)
        return ["arrived-uncalled"] if uncalled else []

    def admit(self, truck: Truck, now: datetime) -> None:
        truck.admitted_at = truck.admitted_at or now
        if truck.state in {*BEFORE_GATE, State.ARRIVED}:
            self._go(truck, State.IN_GATE, now, answers=True)
        if not truck.arrived:
            self._come(truck, now)

    def exit(self, truck: Truck, now: datetime) -> None:
        if truck.open:
            self._go(truck, State.CROSSED, now, answers=True)
        if not truck.arrived:
            self._come(truck, now)

    def turn_back(self, truck: Truck, now: datetime) -> None:
        """Send a truck back; one that waits and was not called may yet be."""
        if truck.open and truck.state not in {State.REGISTERED, State.QUEUED}:
            self._go(truck, State.TURNED_BACK, now)

    def release(self, truck: Truck) -> None:
        if not truck.may_leave:
            raise RefusedError
        truck.state = State.RELEASED

    def cancel(self, truck: Truck, now: datetime) -> None:
        """Let the company cancel before arrival; after a call it counts as a miss."""
        if truck.state not in BEFORE_GATE:
            raise RefusedError
        if truck.state is State.CALLED:
            self._strike(truck, now)
        self._go(truck, State.CANCELLED, now)

    # --- calls -----------------------------------------------------------------------------------

    def call(self, gate: str, now: datetime) -> Truck | None:
        """Call the next; its window begins when the gate is open, longer for who is outside."""
        here = self.gates[gate]
        truck = here.next(now)
        if truck is not None:
            begins = now if here.clock.is_open(now) else here.clock.next_opening(now) or now
            window = begins, begins + (INSIDE if truck.inside else OUTSIDE)
            self.calls.append(Call(truck, gate, truck.route, now, window))
            truck.state, truck.awaits_place = State.CALLED, not truck.inside
        return truck

    def withdraw(self, truck: Truck, now: datetime) -> None:
        self._end_call(truck, "withdrawn", now)
        self._put_back(truck, 0, now)

    def defer(self, truck: Truck, now: datetime, until: datetime) -> None:
        self._leave(truck, now)
        truck.state, truck.deferred_until = State.REGISTERED, until
        truck.deferrals += 1

    def pass_to(self, now: datetime) -> None:
        """Let everything happen, in order, that becomes due by itself until `now`."""
        while due := [(at, one.id, one) for one in self.everybody for at in self._due(one)]:
            at, _, truck = min(due, key=lambda one: one[:2])
            if at > now:
                return
            if truck.state is State.CALLED:
                self._miss(truck, at)
            else:
                if truck.kept_out_until is None:
                    truck.deferred_until = None
                self._begin(truck, at)

    def let_in(self, now: datetime) -> None:
        """Give places that became free to the next of a limited company, as workers do."""
        for gate in GATES:
            kept_out = [one for one in self.everybody if one.kept_out_until and one.gate == gate]
            for truck in sorted(kept_out, key=lambda one: (one.presence_at or FOREVER, one.id)):
                if truck.state is State.REGISTERED and self._waiting_of(truck) < MOST_WAITING:
                    self._begin(truck, now)

    def _due(self, truck: Truck) -> list[datetime]:
        """Return when something becomes due of a truck by itself, if anything does."""
        call = self.open_call(truck) if truck.state is State.CALLED else None
        if call is not None:
            return [call.window[1]]
        due = truck.kept_out_until or truck.deferred_until
        return [due] if due and truck.state is State.REGISTERED else []

    def _miss(self, truck: Truck, now: datetime) -> None:
        """End a window: excused at no cost, else the first time charged, then the end."""
        call = self.open_call(truck)
        assert call is not None
        if self.at(truck).is_excused(truck, call.window):
            self._end_call(truck, "excused", now)
            self._put_back(truck, 0, now)
            return
        self._end_call(truck, "missed", now)
        self._strike(truck, now)
        truck.misses += 1
        if truck.misses > 1:
            self._go(truck, State.NO_SHOW, now)
        else:
            self._put_back(truck, 3600 * RATES[truck.lane], now)

    def _put_back(self, truck: Truck, charge: int, now: datetime) -> None:
        truck.earned -= charge
        truck.state, truck.awaits_place = State.QUEUED, False
        if not truck.ready:
            self._leave(truck, now)
            truck.state = State.REGISTERED

    def _end_call(self, truck: Truck, outcome: str, now: datetime) -> None:
        call = self.open_call(truck)
        if call is not None:
            call.outcome, call.ended_at = outcome, now

    # --- holds -----------------------------------------------------------------------------------

    def hold(self, truck: Truck, hold: str, now: datetime) -> None:
        truck.holds.add(hold)
        truck.held[hold] = (now, FOREVER)
        self._take_back(truck)

    def lift(self, truck: Truck, hold: str, now: datetime) -> None:
        truck.holds.discard(hold)
        truck.held[hold] = (truck.held[hold][0], now)

    def hold_plate(self, plate: str, hold: str, now: datetime) -> None:
        """Hold whatever has a plate now, or gets it later."""
        self.stops[hold] = plate
        for truck in self.open_on(plate):
            self.hold(truck, hold, now)

    def lift_plate(self, hold: str, now: datetime) -> None:
        del self.stops[hold]
        for truck in self.everybody:
            if hold in truck.holds:
                self.lift(truck, hold, now)

    def _meet_stops(self, truck: Truck, now: datetime) -> None:
        for hold, plate in self.stops.items():
            if plate == truck.plate and hold not in truck.held:
                self.hold(truck, hold, now)

    def _take_back(self, truck: Truck) -> None:
        if truck.state is State.RELEASED:
            truck.state = State.IN_GATE

    # --- another vehicle, another gate -----------------------------------------------------------

    def propose(self, truck: Truck, plate: str, now: datetime, identity: UUID | None) -> None:
        """Name another tractor; where a vehicle has come, somebody must look at it first."""
        if not truck.open or plate == truck.plate or truck.proposed or truck.substituted:
            raise RefusedError
        opened = [one for one in self.open_on(plate) if one.company is None]
        if not any(one.presence_at for one in (truck, *opened)):
            self._substitute(truck, plate, now)
        elif identity is not None:
            truck.proposed = identity, plate
            truck.doubts.add("unconfirmed")
            self._follow(truck, now)

    def confirm(self, truck: Truck, now: datetime) -> None:
        if truck.proposed is None or not truck.open:
            raise RefusedError
        self._substitute(truck, truck.proposed[1], now)

    def refuse(self, truck: Truck, now: datetime) -> None:
        if truck.proposed is None or not truck.open:
            raise RefusedError
        truck.proposed, truck.doubts = None, {"refused"}
        self._follow(truck, now)

    def take_back(self, truck: Truck, now: datetime) -> None:
        """Let a company withdraw its proposal; what was said of an earlier one stays."""
        if truck.proposed is None or not truck.open:
            raise RefusedError
        truck.proposed, truck.doubts = None, truck.doubts - {"unconfirmed"}
        self._follow(truck, now)

    def _substitute(self, truck: Truck, plate: str, now: datetime) -> None:
        others = self.open_on(plate)
        self._ensure_free(truck, plate, others)
        for one in others:
            if one.company is None:
                self._absorb(truck, one, now)
        left = [one for one in self.open_on(truck.plate) if one.company and one is not truck]
        if truck.contested and len(left) == 1:
            left[0].contested = False
        truck.plate = plate
        self._contest(truck)
        if truck.in_position:
            self._free(truck)
            self._claim(truck)
        truck.proposed, truck.substituted, truck.doubts = None, True, set()
        self._meet_stops(truck, now)
        self._take_back(truck)
        self._follow(truck, now)

    def _ensure_free(self, truck: Truck, plate: str, others: list[Truck]) -> None:
        """Refuse a plate that the company has already, or that somebody else is there with."""
        opened = [one for one in others if one.company is None]
        if any(one.company == truck.company for one in others):
            raise RefusedError
        if any(one.state is not State.REGISTERED for one in opened):
            raise RefusedError
        comes_in = any(one.in_position and self._serves(one.yard, truck.gate) for one in opened)
        held_by = {
            self.claims.get(claim)
            for claim in {("plate", plate), *(("container", box) for box in truck.boxes)}
        }
        if (truck.in_position or comes_in) and held_by - {
            None, truck.id, *(one.id for one in opened),
        }:  # fmt: skip
            raise RefusedError

    def _absorb(self, truck: Truck, opened: Truck, now: datetime) -> None:
        """End what a yard opened for the vehicle; that it is there tells of the entry now."""
        if opened.in_position and self._serves(opened.yard, truck.gate):
            truck.in_position = True
            self._stand(truck, opened.yard)
            truck.presence_at = truck.presence_at or now
        self._go(opened, State.REVOKED, now)

    def divert(self, truck: Truck, gate: str, now: datetime, *, by_officer: bool) -> None:
        """Let a truck wait at another gate, with its points and the open seconds it has waited."""
        states = {State.REGISTERED, State.QUEUED}
        states |= {State.CALLED, State.ARRIVED} if by_officer else set()
        if truck.state not in states:
            raise RefusedError
        waited = None
        if truck.waits_from is not None:
            waited = self.at(truck).clock.seconds(truck.waits_from, now)
        self._go(truck, State.REGISTERED, now)
        truck.left_gate[truck.gate] = now
        truck.seasons[truck.gate] = truck.season_asked, truck.season_on
        truck.season_asked, truck.season_on = truck.seasons.get(gate, (False, None))
        truck.gate, truck.route, truck.awaits_place = gate, None, False
        if not self._serves(truck.yard, gate):
            truck.in_position = False
            self._free(truck)
        else:
            self._take_position(truck)
        if waited is not None:
            truck.waits_from = self.at(truck).clock.before(now, waited)
        self._follow(truck, now)

    # --- what follows ----------------------------------------------------------------------------

    def _serves(self, yard: str | None, gate: str) -> bool:
        return yard is not None and gate in YARDS[yard].serves

    def _stand(self, truck: Truck, yard: str | None) -> None:
        truck.yard = yard
        truck.awaits_place = truck.awaits_place and not truck.inside

    def _take_position(self, truck: Truck) -> bool:
        truck.in_position = truck.in_position or self._claim(truck)
        return truck.in_position

    def _come(self, truck: Truck, now: datetime) -> None:
        truck.arrived = True
        self._stand(truck, None)
        self._be_present(truck, now)

    def _be_present(self, truck: Truck, now: datetime) -> None:
        truck.presence_at = truck.presence_at or now
        self._follow(truck, now)

    def _follow(self, truck: Truck, now: datetime) -> None:
        """Keep the lane that the rules give now, and whether it waits."""
        lane = self._lane(truck, now)
        if truck.waits and lane is not truck.lane:
            reading = self.at(truck).clock.reading(now)
            truck.earned, truck.since = truck.points(reading), reading
        truck.lane = lane
        if truck.state is State.QUEUED and not truck.ready:
            self._leave(truck, now)
            truck.state = State.REGISTERED
        elif truck.state is State.REGISTERED:
            self._begin(truck, now)
        elif not truck.may_leave:
            self._take_back(truck)

    def _begin(self, truck: Truck, now: datetime) -> None:
        truck.kept_out_until = None
        is_fit = truck.ready and truck.in_position and truck.deferred_until is None
        if truck.state is not State.REGISTERED or not is_fit:
            return
        until = self.limited_until(truck.company, now)
        if until is not None and self._waiting_of(truck) >= MOST_WAITING:
            truck.kept_out_until = datetime.combine(until, time(), HANOI)
            return
        truck.waits_from = truck.waits_from or now
        truck.waits, truck.since = True, self.at(truck).clock.reading(now)
        truck.state = State.QUEUED

    def _leave(self, truck: Truck, now: datetime) -> None:
        truck.earned = truck.points(self.at(truck).clock.reading(now))
        truck.waits = False

    def _go(self, truck: Truck, after: State, now: datetime, *, answers: bool = False) -> None:
        if truck.state is State.CALLED:
            self._end_call(truck, "answered" if answers else "ended", now)
        if truck.waits:
            self._leave(truck, now)
        truck.state = after
        if truck.open:
            return
        truck.ended_at, truck.yard = now, None
        truck.in_position = truck.awaits_place = False
        truck.deferred_until, truck.kept_out_until = None, None
        self._free(truck)
        left = [one for one in self.open_on(truck.plate) if one.company]
        if truck.contested and len(left) == 1:
            left[0].contested = False

    def _lane(self, truck: Truck, now: datetime) -> Lane:
        """A seasonal place is asked for once, in position; before that it is only likely."""
        if not truck.is_green:
            return Lane.ORDINARY
        before_gate = truck.goods == "lychee" and truck.state in BEFORE_GATE
        if before_gate and truck.in_position and not truck.season_asked:
            truck.season_asked = True
            on = (truck.presence_at or now).astimezone(HANOI).date()
            if self.taken[on] < self.allotment:
                self.taken[on] += 1
                truck.season_on = on
        likely = before_gate and not truck.season_asked
        return Lane.GREEN_SEASON if truck.season_on or likely else Lane.GREEN

    def _contest(self, truck: Truck) -> None:
        others = (one for one in self.open_on(truck.plate) if one is not truck)
        rivals = [one for one in others if one.company]
        for one in rivals:
            one.contested = True
        truck.contested = bool(rivals)

    def _claim(self, truck: Truck) -> bool:
        if any(self.claims.get(claim, truck.id) != truck.id for claim in truck.claims):
            return False
        self.claims.update(dict.fromkeys(truck.claims, truck.id))
        return True

    def _free(self, truck: Truck) -> None:
        self.claims = {claim: who for claim, who in self.claims.items() if who != truck.id}

    # --- companies that miss their calls ---------------------------------------------------------

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
        return max((end for end in ends if _day(now) < end), default=None)

    def _strike(self, truck: Truck, now: datetime) -> None:
        if truck.company is not None:
            self.strikes.append((truck.company, _day(now)))

    def _waiting_of(self, truck: Truck) -> int:
        return sum(one.waits and one.company == truck.company for one in self.everybody)


def _day(now: datetime) -> date:
    return now.astimezone(HANOI).date()
