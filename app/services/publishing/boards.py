"""What the public sees of every queue: made once for all readers, from a few statements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from app.domain.expected_wait import Estimate
from app.domain.gates import Gate
from app.domain.log.checkpoints import Sealed
from app.domain.notices import Effect, Notice
from app.domain.open_clock import OpenClock
from app.domain.policy import PolicyEdition
from app.domain.questions import CallMade, Standing
from app.domain.vocabulary import Lane, Queue, QueueMode, State
from app.domain.wait_scores import NOT_SCORED, Accuracy
from app.repositories.unit_of_work import UnitOfWork
from app.services.act import Today
from app.services.queues.closing import excludes_some
from app.services.queues.expected import Forecast, forecasts_of

RECENT = timedelta(hours=2)
HOUR = timedelta(hours=1)
MOST_NEXT = 5
WAITS = {QueueMode.CALLED: State.QUEUED, QueueMode.ARRIVAL_ORDER: State.ARRIVED}


@dataclass(frozen=True, slots=True)
class LaneBoard:
    """One lane of a queue; waits are open seconds."""

    lane: Lane
    rate: int | None
    waiting: int
    oldest_wait: int | None
    expected: Estimate
    last_week: Accuracy


@dataclass(frozen=True, slots=True)
class QueueBoard:
    """One queue as everybody may see it."""

    queue: Queue
    mode: QueueMode
    gate: Gate
    is_open: bool
    changes_at: datetime | None
    notices: Sequence[Notice]
    waiting: int
    not_ready: int
    on_the_way: int
    oldest_wait: int | None
    lanes: Sequence[LaneBoard]
    called_now: Sequence[CallMade]
    next_numbers: Sequence[str]
    calls_per_hour: int | None
    policy: str
    log: Sealed | None
    as_of: datetime

    @property
    def is_paused(self) -> bool:
        """Whether a notice lets nobody be called, be the gate open or not."""
        return any(notice.effect is Effect.PAUSED for notice in self.notices)


async def read_boards(uow: UnitOfWork, today: Today) -> Mapping[Queue, QueueBoard]:
    """Return the boards of all queues of today, in two statements and that of their forecasts."""
    edition = today.reference.policy_at(today.now)
    if edition is None:
        return {}
    standings = await uow.boards.standings()
    calls = await uow.boards.calls_since(today.now - RECENT)
    queues = today.reference.queues(today.day)
    called = [queue for queue in queues if edition.modes[queue] is QueueMode.CALLED]
    forecasts = await forecasts_of(uow, today, called)
    return {
        queue: _board(
            today,
            edition,
            queue,
            [one for one in standings if one.queue == queue],
            [one for one in calls if one.queue == queue],
            forecasts.get(queue),
        )
        for queue in queues
    }


def _board(  # noqa: PLR0913, PLR0917 - the parts of one board
    today: Today,
    edition: PolicyEdition,
    queue: Queue,
    standings: Sequence[Standing],
    calls: Sequence[CallMade],
    forecast: Forecast | None,
) -> QueueBoard:
    mode, clock = edition.modes[queue], today.reference.clock(queue)
    waiting = [one for one in standings if one.state is WAITS[mode]]
    registered = [one for one in standings if one.state is State.REGISTERED]
    # A call that still stands is shown however old it is; it tells nothing of today's waits.
    recent = [one for one in calls if one.called_at > today.now - RECENT]
    called_now = [call for call in calls if _stands(call, today.now)]
    return QueueBoard(
        queue=queue,
        mode=mode,
        gate=today.reference.gates[queue.gate],
        is_open=clock.is_open(today.now),
        changes_at=clock.next_change(today.now),
        notices=today.reference.notices.in_force(queue, today.now),
        waiting=sum(one.count for one in waiting),
        not_ready=sum(one.count for one in registered if one.in_position),
        on_the_way=sum(one.count for one in registered if not one.in_position),
        oldest_wait=_oldest(waiting, clock, today.now),
        lanes=_lanes(today, edition, waiting, forecast) if forecast else [],
        called_now=called_now,
        next_numbers=_next(today, queue, forecast, called_now) if forecast else [],
        calls_per_hour=_rate(recent, clock, today.now) if mode is QueueMode.CALLED else None,
        policy=edition.code,
        log=today.logs.get(queue),
        as_of=today.now,
    )


def _lanes(
    today: Today,
    edition: PolicyEdition,
    waiting: Sequence[Standing],
    forecast: Forecast,
) -> Sequence[LaneBoard]:
    """Return the lanes of an edition, and those in which some still wait by the one before."""
    shown = edition.rates.keys() | {one.lane for one in waiting}
    return [_lane(today, edition, lane, waiting, forecast) for lane in Lane if lane in shown]


def _lane(
    today: Today,
    edition: PolicyEdition,
    lane: Lane,
    waiting: Sequence[Standing],
    forecast: Forecast,
) -> LaneBoard:
    here = [one for one in waiting if one.lane is lane]
    return LaneBoard(
        lane=lane,
        rate=edition.rates.get(lane),
        waiting=sum(one.count for one in here),
        oldest_wait=_oldest(here, forecast.opening, today.now),
        expected=forecast.joining(lane, today.now),
        last_week=forecast.last_week.get(lane, NOT_SCORED),
    )


def _next(
    today: Today, queue: Queue, forecast: Forecast, called_now: Iterable[CallMade]
) -> Sequence[str]:
    """Return by what those will be called who are next as things stand.

    Nobody knows where a closure or a notice is about some of a queue: what they carry is not read.
    """
    limits = today.reference.notices.limiting(queue, today.now)
    if excludes_some(today, queue) or any(one.is_for_some for one in limits):
        return []
    called = {call.entry for call in called_now}
    found = (number for entry, number in forecast.foremost.items() if entry not in called)
    return list(islice(found, MOST_NEXT))


def _stands(call: CallMade, now: datetime) -> bool:
    """Tell whether a call stands; its window ends also where nobody has come by to end it."""
    return call.still_called and now < call.window_ends_at


def _oldest(standings: Iterable[Standing], clock: OpenClock, now: datetime) -> int | None:
    since = [one.oldest for one in standings if one.oldest is not None]
    return clock.seconds_between(min(since), now) if since else None


def _rate(recent: Sequence[CallMade], clock: OpenClock, now: datetime) -> int | None:
    """Return the calls per open hour of the last hours, None where it was never open."""
    open_seconds = clock.seconds_between(now - RECENT, now)
    if open_seconds <= 0:
        return None
    return len(recent) * 3600 // open_seconds
