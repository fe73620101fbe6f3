"""One gate: who waits there, in which order, who may be called and what keeps the others."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from app.domain.vocabulary import State
from tests.services.plain.hours import PlainClock
from tests.services.plain.vehicles import (
    FOREVER,
    HANOI,
    LEAD,
    LONGEST,
    RATES,
    ROUTE_TAKES,
    SECOND,
    YARDS,
    Call,
    PlainNotice,
    Span,
    Truck,
)

Barrier = tuple[str, str]


class PlainGate:
    """The queue of one gate; trucks, calls and notices are those of the whole zone."""

    def __init__(
        self,
        code: str,
        begins: tuple[datetime, int],
        everything: tuple[list[Truck], list[Call], list[PlainNotice]],
    ) -> None:
        self.code = code
        self.trucks, self.calls, self.notices = everything
        self.clock = PlainClock(*begins, lambda: self.stops(pauses=True))
        self.clock_of_closures = PlainClock(*begins, lambda: self.stops(pauses=False))

    def stops(self, *, pauses: bool) -> list[Span]:
        return [
            (one.starts_at, one.ends_at)
            for one in self.notices
            if one.concerns(self.code) and one.stops and not one.is_for_some
            if pauses or one.kind != "pause"
        ]

    def in_force(self, now: datetime) -> list[PlainNotice]:
        found = [one for one in self.notices if one.holds(self.code, now)]
        return sorted(found, key=lambda one: (one.starts_at, one.id))

    # --- the order -------------------------------------------------------------------------------

    @property
    def queued(self) -> list[Truck]:
        return [one for one in self.trucks if one.gate == self.code and one.state is State.QUEUED]

    def in_order(self, trucks: Iterable[Truck], now: datetime) -> list[Truck]:
        """Sort by points; ties by faster lane, earlier start of waiting, id."""
        reading = self.clock.reading(now)
        return sorted(
            trucks,
            key=lambda one: (
                -one.points(reading), -RATES[one.lane], one.waits_from or FOREVER, one.id,
            ),
        )  # fmt: skip

    def place(self, truck: Truck, now: datetime) -> int:
        """Count who may be called first, and who waits behind the same barrier."""
        own = self.barrier(truck, now)
        ahead = self.in_order(self.queued, now)
        counted = [
            one
            for one in ahead[: ahead.index(truck)]
            if not one.holds and self.barrier(one, now) in {None, own}
        ]
        return len(counted) + 1

    def is_callable(self, truck: Truck, now: datetime) -> bool:
        return not (truck.holds or self.barrier(truck, now) or self.is_excluded(truck, now))

    # --- calls -----------------------------------------------------------------------------------

    def refusal(self, now: datetime) -> str | None:
        """Return why nobody may be called now, whoever waits; None where somebody may."""
        for_all = [one for one in self.in_force(now) if not one.is_for_some]
        if any(one.kind == "pause" for one in for_all):
            return "calls-paused"
        opens = self.clock.next_opening(now)
        if self.clock.is_open(now) or (opens is not None and opens - now <= LEAD):
            return None
        return "gate-closed"

    def next(self, now: datetime) -> Truck | None:
        """Return whom the rule calls next: the first of all who may be called."""
        limits = [one for one in self.in_force(now) if not one.stops]
        if any(not one.is_for_some and self._is_used_up(one, now) for one in limits):
            return None
        of_fruit = [one for one in limits if one.of_fruit and self._is_used_up(one, now)]
        may = [
            one
            for one in self.queued
            if self.is_callable(one, now) and not any(limit.is_about(one) for limit in of_fruit)
        ]
        return self.in_order(may, now)[0] if may else None

    def is_excluded(self, truck: Truck, now: datetime) -> bool:
        """Tell whether a stop of some goods keeps a truck from being called."""
        stops = (one for one in self.in_force(now) if one.stops and one.of_fruit)
        return any(one.is_about(truck) for one in stops)

    def barrier(self, truck: Truck, now: datetime) -> Barrier | None:
        """Return what keeps all those from being called who go the same way, or stand there."""
        if truck.route is not None:
            of_route = [one for one in self.in_force(now) if not one.of_fruit]
            for one in of_route:
                if one.route == truck.route and (one.stops or self._is_used_up(one, now)):
                    return "notice", str(one.id)
            takes = ROUTE_TAKES.get(truck.route)
            if takes is not None and self._standing(_day(now), truck.route) >= takes:
                return "route", truck.route
        return None if truck.inside or self.free_places > 0 else ("yards", self.code)

    @property
    def free_places(self) -> int:
        """Return the places free in the yards inside, less those kept for the called."""
        inside = [code for code, yard in YARDS.items() if yard.inside == self.code and yard.places]
        free = 0
        for code in inside:
            standing = sum(one.yard == code for one in self.trucks)
            free += max(0, (YARDS[code].places or 0) - standing)
        return free - sum(one.awaits_place for one in self.trucks if one.gate == self.code)

    def _is_used_up(self, notice: PlainNotice, now: datetime) -> bool:
        if notice.stops:
            return False
        hour_ago = now - timedelta(hours=1) + SECOND
        of_day = self._standing(_day(now), notice.route, of_fruit=notice.of_fruit)
        of_hour = self._standing(hour_ago, notice.route, of_fruit=notice.of_fruit)
        return any(
            number is not None and many >= number
            for number, many in ((notice.per_day, of_day), (notice.per_hour, of_hour))
        )

    def _standing(self, since: datetime, route: str | None, *, of_fruit: bool = False) -> int:
        return sum(
            one.gate == self.code and one.stands and one.called_at >= since
            for one in self.calls
            if route in {None, one.route} and (one.truck.goods or not of_fruit)
        )

    # --- whose fault a miss is -------------------------------------------------------------------

    def is_excused(self, truck: Truck, window: Span) -> bool:
        """Tell whether anything stood in the way of a truck that did not follow its call."""
        return (
            self._was_stopped(truck, window)
            or self.clock_of_closures.seconds(*window) * SECOND < window[1] - window[0]
            or truck.was_held(window)
            or self._was_overrun(window)
        )

    def _was_stopped(self, truck: Truck, window: Span) -> bool:
        return any(
            max(one.starts_at, window[0]) < min(one.ends_at, window[1])
            for one in self.notices
            if one.concerns(self.code) and one.stops
            if (one.is_about(truck) if one.is_for_some else one.kind == "pause")
        )

    def _was_overrun(self, window: Span) -> bool:
        start, end = window
        recent = [
            one
            for one in self.calls
            if one.gate == self.code and one.outcome == "answered"
            if start - LONGEST < one.called_at < end
        ]
        let_in = [one.truck.admitted_at or FOREVER for one in recent]
        if any(start <= at < end for at in let_in):
            return False
        return any(self._stood(one, window) for one in recent)

    def _stood(self, call: Call, window: Span) -> bool:
        """Tell whether who came on a call stood before the gate from start to end of a window."""
        truck, (start, end) = call.truck, window
        came = call.ended_at is not None and call.ended_at <= start
        gone = (truck.admitted_at, truck.ended_at, truck.left_gate.get(self.code))
        stayed = all((at or FOREVER) >= end for at in gone)
        return came and stayed and not truck.was_held(window)


def _day(now: datetime) -> datetime:
    return now.astimezone(HANOI).replace(hour=0, minute=0, second=0, microsecond=0)
