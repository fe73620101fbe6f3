"""A call that was not followed: whether it counts, what it costs, and why it costs nothing.

A miss that overlaps, by a second, a pause, a closure, a hold or an overrun of the gate is not the
vehicle's fault and costs nothing; any other is charged or ends the entry, as the steps of the
edition say under which the call was made. Windows are half-open: who arrives in the second of the
end is late. Source: the queue policy in force, `no_show`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from app.domain.notices import Effect, Notice, NoticeKind
from app.domain.open_clock import OpenClock
from app.domain.policy import PolicyEdition
from app.domain.vocabulary import State


class CallOutcome(StrEnum):
    """How a call ended; `excused` is a miss that cost nothing, `ended` an entry that ended."""

    ANSWERED = "answered"
    MISSED = "missed"
    EXCUSED = "excused"
    NO_SHOW = "no_show"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


COUNTED = frozenset({CallOutcome.MISSED, CallOutcome.NO_SHOW})
"""The outcomes that count as a miss of the entry."""

STRUCK = COUNTED | {CallOutcome.ENDED}
"""The outcomes for which a company may have a strike."""


class FaultKind(StrEnum):
    """What happened to a call that was not the vehicle's doing, as editions name it."""

    GATE_PAUSED = "gate-paused-in-window"
    GATE_CLOSED = "gate-closed-in-window"
    AUTHORITY_HOLD = "authority-hold"
    GATE_OVERRUNNING = "gate-overrunning"


_NOTICED: Final = {
    NoticeKind.PAUSE: FaultKind.GATE_PAUSED,
    NoticeKind.CLOSURE: FaultKind.GATE_CLOSED,
}


@dataclass(frozen=True, slots=True)
class Window:
    """When a called vehicle is awaited: from `starts_at` (in) to `ends_at` (out)."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Trouble:
    """What stood in a vehicle's way; without `ends_at` it goes on. `by` is an authority."""

    kind: FaultKind
    starts_at: datetime
    ends_at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """The part of a window in which a trouble stood in the way."""

    kind: FaultKind
    starts_at: datetime
    ends_at: datetime
    by: str | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """What a gate did in a window: vehicles that stood before it all the time, and admissions."""

    standing: int
    admitted: int


@dataclass(frozen=True, slots=True)
class Miss:
    """What a call that was not followed brings; `number` is None where it does not count.

    `charge` is in points; `ending` is the state in which the entry ends, if it does.
    """

    outcome: CallOutcome
    number: int | None = None
    charge: int = 0
    ending: State | None = None
    faults: tuple[Fault, ...] = ()


def faults(
    window: Window, troubles: Iterable[Trouble], uncounted: Collection[str]
) -> tuple[Fault, ...]:
    """Return the troubles that overlap the window and that the edition does not count, clipped."""
    return tuple(
        Fault(one.kind, start, end, one.by)
        for one in troubles
        if one.kind in uncounted
        for start, end in [_overlap(window, one)]
        if start < end
    )


def closed_parts(window: Window, clock: OpenClock) -> Iterator[Trouble]:
    """Yield the parts of a window in which the gate was closed by its hours or a closure.

    `clock` is the queue's as it runs without pauses.
    """
    at = window.starts_at
    while at < window.ends_at:
        change = clock.next_change(at)
        end = window.ends_at if change is None else min(change, window.ends_at)
        if not clock.is_open(at):
            yield Trouble(FaultKind.GATE_CLOSED, at, end)
        at = end


def noticed_parts(
    notices: Iterable[Notice], is_about: Callable[[Notice], bool]
) -> Iterator[Trouble]:
    """Yield the notices of a queue that kept an entry from the gate, by who posted them.

    Closures of everybody are left to `closed_parts`. Whether one of some is about the entry is
    asked of `is_about`.
    """
    for notice in notices:
        if notice.effect is Effect.PAUSED or (
            notice.effect is Effect.EXCLUDED and is_about(notice)
        ):
            yield Trouble(_NOTICED[notice.kind], notice.starts_at, notice.ends_at, notice.posted_by)


def overrun(window: Window, traffic: Traffic) -> Iterator[Trouble]:
    """Yield the window where the gate overran it: vehicles stood before it and none was let in."""
    if traffic.standing > 0 and traffic.admitted == 0:
        yield Trouble(FaultKind.GATE_OVERRUNNING, window.starts_at, window.ends_at)


def judge_miss(
    edition: PolicyEdition, found: tuple[Fault, ...], missed_before: int, rate: int
) -> Miss:
    """Return what a miss brings to an entry that has missed `missed_before` calls that count.

    `rate` is that of the entry's lane when the call was missed.
    """
    if found:
        return Miss(CallOutcome.EXCUSED, faults=found)
    number = missed_before + 1
    due = edition.miss(number)
    if due.ending is not None:
        return Miss(CallOutcome.NO_SHOW, number, ending=due.ending)
    return Miss(CallOutcome.MISSED, number, due.charge(rate))


def _overlap(window: Window, one: Trouble) -> tuple[datetime, datetime]:
    end = window.ends_at if one.ends_at is None else min(one.ends_at, window.ends_at)
    return max(window.starts_at, one.starts_at), end
