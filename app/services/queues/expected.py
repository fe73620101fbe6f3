"""When those who wait may expect to be called: queues rolled forward, once for all who ask.

A queue is read and rolled at most every few seconds in a process, whoever asks; then each answer
is a look-up. `expected_wait` is the one question that others ask of an entry.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from heapq import nsmallest
from uuid import UUID

from app.domain.expected_wait import (
    CALLS_NOBODY,
    NOT_WAITING,
    RECENT_OPEN_SECONDS,
    TOO_FEW_CALLS,
    Estimate,
    Interval,
    Pace,
    Turn,
    estimate,
    pace_of,
    unknown,
)
from app.domain.open_clock import OpenClock
from app.domain.policy import PolicyEdition
from app.domain.queue_order import Precedence, Waiting, precedence
from app.domain.queue_roll import Roll
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Lane, Queue, State
from app.domain.wait_scores import DAY, Accuracy
from app.models import Entry
from app.repositories.forecasts import LineUp, RecentCall
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Kept, Today
from app.services.queues.barriers import Barriers
from app.services.queues.closing import exclusion_of
from app.services.queues.waiting import edition_of, queue_of, waiting

# However long a gate was closed, its last open hours are in these days.
LOOKED_BACK = timedelta(days=14)
FOREMOST = 64
"""How many of who is next are kept: boards tell a few, of whom some are called meanwhile."""
FRESH = timedelta(minutes=1)
"""Of business time, which may run faster than the machine's; memory is kept for seconds."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """One queue rolled forward at one instant; no roll where too few were called lately.

    `stopped` has the routes that stand still, and why: who is bound to one is not in the roll.
    """

    made_at: datetime
    revision: int
    opening: OpenClock
    clock: int
    sample: int
    callable: Sequence[Waiting]
    stopped: Mapping[str | None, str]
    last_week: Mapping[Lane, Accuracy]
    foremost: Mapping[UUID, str]
    """The first of them in order, each with its call number."""
    pace: Pace | None = None
    roll: Roll | None = None

    def of(self, one: Waiting, now: datetime) -> Estimate:
        """Return what somebody who waits may expect at `now`."""
        if one.sub_queue.route in self.stopped:
            return unknown(self.stopped[one.sub_queue.route], self.sample)
        return self._told(self.seconds_of(one, now), now)

    def seconds_of(self, one: Waiting, now: datetime) -> Interval | None:
        """Return the same in open seconds; None where nobody knows."""
        return self._left(self.roll.turn(one), now) if self.roll else None

    def joining(self, lane: Lane, now: datetime) -> Estimate:
        """Return what somebody may expect who begins to wait in a lane.

        Nobody knows of one that counts from the next call on only.
        """
        has_lane = self.roll is not None and self.roll.has(lane)
        left = self._left(self.roll.joining(lane, now), now) if self.roll and has_lane else None
        return self._told(left, now)

    def is_fresh(self, today: Today) -> bool:
        """Tell whether this still tells of today."""
        age = today.now - self.made_at
        return self.revision == today.reference.revision and timedelta() <= age <= FRESH

    def _left(self, turn: Turn, now: datetime) -> Interval | None:
        """Return what is left until a turn, some seconds after this was made."""
        if self.pace is None:
            return None
        passed = self.opening.reading(now) - self.clock
        seconds = self.pace.interval(turn)
        return Interval(
            low=max(0, seconds.low - passed),
            likely=max(0, seconds.likely - passed),
            high=max(0, seconds.high - passed),
        )

    def _told(self, seconds: Interval | None, now: datetime) -> Estimate:
        if seconds is None:
            return unknown(TOO_FEW_CALLS, self.sample)
        return estimate(seconds, self.sample, self.opening, now)


async def forecasts_of(
    uow: UnitOfWork, today: Today, queues: Collection[Queue]
) -> Mapping[Queue, Forecast]:
    """Return the forecasts of queues that call: from memory, else in one statement for them all.

    Where somebody waits for a route with a day's capacity, in one more.
    """
    kept = today.forecasts
    if kept is None:
        return await _made(uow, today, queues)
    fresh = _fresh(kept, today, queues)
    if len(fresh) < len(queues):
        async with kept.turn:
            fresh = _fresh(kept, today, queues)
            fresh |= await _renewed(uow, today, kept, [one for one in queues if one not in fresh])
    return fresh


async def renew_forecasts(uow: UnitOfWork, today: Today, queues: Collection[Queue]) -> None:
    """Make forecasts anew that are in memory still, so that nobody waits for it later."""
    if today.forecasts is not None:
        async with today.forecasts.turn:
            await _renewed(uow, today, today.forecasts, queues)


async def _renewed(
    uow: UnitOfWork, today: Today, kept: Kept, queues: Collection[Queue]
) -> Mapping[Queue, Forecast]:
    made = await _made(uow, today, queues)
    for queue, forecast in made.items():
        kept.put(queue, forecast)
    return made


def _fresh(kept: Kept, today: Today, queues: Iterable[Queue]) -> dict[Queue, Forecast]:
    """Return the forecasts in memory that still tell of today."""
    found: dict[Queue, Forecast | None] = {queue: kept.get(queue) for queue in queues}
    return {queue: one for queue, one in found.items() if one and one.is_fresh(today)}


async def _made(uow: UnitOfWork, today: Today, queues: Collection[Queue]) -> dict[Queue, Forecast]:
    """Return the forecasts of queues, read and rolled now."""
    if not queues:
        return {}
    since, yesterday = today.now - LOOKED_BACK, today.day - DAY
    line_ups = await uow.forecasts.line_ups(queues, since, yesterday)
    made = {}
    for queue, line_up in line_ups.items():
        stopped = await _stopped(uow, today, queue, line_up)
        made[queue] = _forecast(today, queue, line_up, stopped)
        await asyncio.sleep(0)  # a long queue takes long enough: others have their say between two
    return made


async def _stopped(
    uow: UnitOfWork, today: Today, queue: Queue, line_up: LineUp
) -> Mapping[str | None, str]:
    """Return which of the routes that somebody waits for stand still now, and why.

    Full yards are left aside: places come free all day long, and that is in the pace of the calls.
    """
    barriers = Barriers(uow, today, queue)
    routes = {one.sub_queue.route for one in line_up.callable if one.sub_queue.route}
    found = [(one, await barriers.before(SubQueue(one, inside=True))) for one in sorted(routes)]
    return {route: barrier.reason.value for route, barrier in found if barrier}


async def expected_wait(uow: UnitOfWork, today: Today, entry: Entry) -> Estimate:
    """Return when an entry may expect to be called, or the reason why nobody knows.

    A held one is told what it may expect without its holds; one that a closure or notice excludes,
    that alone. Once per queue and moment this is one
    statement, else none.
    """
    if entry.state == State.QUEUED:
        excluded = exclusion_of(today, entry)
        if excluded is not None:
            return unknown(excluded.reason)
        queue = queue_of(entry)
        forecast = (await forecasts_of(uow, today, [queue]))[queue]
        return forecast.of(waiting(entry), today.now)
    return unknown(CALLS_NOBODY if entry.state == State.ARRIVED else NOT_WAITING)


def _forecast(
    today: Today, queue: Queue, line_up: LineUp, stopped: Mapping[str | None, str]
) -> Forecast:
    opening = today.reference.clock(queue)
    clock = opening.reading(today.now)
    calls = [call for call in line_up.calls if call.clock > clock - RECENT_OPEN_SECONDS]
    pace = pace_of([call.clock for call in calls], clock)
    callable_ = [one for one in line_up.callable if one.sub_queue.route not in stopped]
    edition = edition_of(today, line_up.edition)
    made = Forecast(
        made_at=today.now, revision=today.reference.revision, opening=opening, clock=clock,
        sample=len(calls), callable=callable_, stopped=stopped,
        last_week=line_up.last_week,
        foremost={one.id: line_up.numbers[one.id] for one in _first(callable_, edition, clock)},
    )  # fmt: skip
    if pace is None:
        return made
    roll = Roll(
        callable_, edition.rates, clock, pace,
        coming=_coming(callable_, calls, clock, opening), strict=edition.strict,
    )  # fmt: skip
    return replace(made, pace=pace, roll=roll)


def _first(callable_: Iterable[Waiting], edition: PolicyEdition, clock: int) -> Sequence[Waiting]:
    """Return who would be called first if calling happened now, in order."""

    def claim(one: Waiting) -> Precedence:
        return precedence(one, edition.rates, clock, strict=edition.strict)

    return nsmallest(FOREMOST, callable_, key=claim)


def _coming(
    callable_: Iterable[Waiting], calls: Sequence[RecentCall], clock: int, opening: OpenClock
) -> Mapping[Lane, Fraction]:
    """Return the open seconds from one who came to the next in each lane, since the oldest call.

    Those who came while the queue was closed are left out: that is once a day, not all day long.
    """
    oldest = calls[-1]
    came: Counter[Lane] = Counter()
    for ones in (callable_, calls):
        came.update(
            one.lane
            for one in ones
            if one.waits_from > oldest.called_at and opening.is_open(one.waits_from)
        )
    return {lane: Fraction(clock - oldest.clock, count) for lane, count in came.items()}
