"""Closures of a gate: one kind stops the clock of its queues, the others exclude some entries."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.validity import Validity
from app.domain.vocabulary import Direction

ALL_CARGO: Final = "all"


class ClosureKind(StrEnum):
    """`closed` stops the clock; the other two only keep some entries from being called."""

    CLOSED = "closed"
    PRE_REGISTERED_ONLY = "pre-registered-only"
    INTAKE_SUSPENDED = "intake-suspended"


@dataclass(frozen=True, slots=True)
class Closure:
    """Legal days on which a gate does not work as usual; no direction means both.

    `cargo` is a goods group or `all`. A `closed` for one goods group excludes it and lets the
    clock run, for the queue goes on without it.
    """

    kind: ClosureKind
    valid: Validity
    direction: Direction | None = None
    cargo: str = ALL_CARGO
    reason: str | None = None

    @property
    def stops_clock(self) -> bool:
        """Whether nothing passes on these days."""
        return self.kind is ClosureKind.CLOSED and self.cargo == ALL_CARGO

    def concerns(self, direction: Direction) -> bool:
        """Tell whether the closure holds for a queue of that direction."""
        return self.direction in (None, direction)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a closure asks of an entry; `waits_on` is None while it does not wait.

    `registered_on` and `waits_on` are the legal days of its registration and of the start of its
    wait; `goods_groups` are those of all its goods lines.
    """

    direction: Direction
    registered_on: date
    waits_on: date | None = None
    goods_groups: Collection[str] = ()


def excluding(closures: Iterable[Closure], day: date, direction: Direction) -> tuple[Closure, ...]:
    """Return the closures that exclude entries of that direction on `day` while the clock runs."""
    return tuple(
        closure
        for closure in closures
        if not closure.stops_clock and closure.concerns(direction) and closure.valid.covers(day)
    )


def is_excluded(closure: Closure, closures: Iterable[Closure], candidate: Candidate) -> bool:
    """Tell whether `closure`, in force, keeps the candidate from being called.

    `closures` are all of the gate: `pre-registered-only` lets through who registered before its
    first day, or before that of the `closed` it follows; `intake-suspended` lets through who
    began to wait before its first day. Source: hours and closures of the reference data.
    """
    if not closure.concerns(candidate.direction):
        return False
    if closure.cargo != ALL_CARGO and closure.cargo not in candidate.goods_groups:
        return False
    return _EXCLUDES[closure.kind](closure, closures, candidate)


def exclusion(closures: Collection[Closure], day: date, candidate: Candidate) -> Closure | None:
    """Return the first closure that keeps the candidate from being called on `day`, or None."""
    for closure in excluding(closures, day, candidate.direction):
        if is_excluded(closure, closures, candidate):
            return closure
    return None


def _by_cargo(_closure: Closure, _closures: Iterable[Closure], _candidate: Candidate) -> bool:
    return True


def _by_registration(closure: Closure, closures: Iterable[Closure], candidate: Candidate) -> bool:
    first = _first_day(closure, closures, candidate.direction)
    return first is None or candidate.registered_on >= first


def _by_waiting(closure: Closure, _closures: Iterable[Closure], candidate: Candidate) -> bool:
    first, waits_on = closure.valid.first, candidate.waits_on
    return first is None or waits_on is None or waits_on >= first


_EXCLUDES: Final[dict[ClosureKind, Callable[[Closure, Iterable[Closure], Candidate], bool]]] = {
    ClosureKind.CLOSED: _by_cargo,
    ClosureKind.PRE_REGISTERED_ONLY: _by_registration,
    ClosureKind.INTAKE_SUSPENDED: _by_waiting,
}


def _first_day(closure: Closure, closures: Iterable[Closure], direction: Direction) -> date | None:
    """Return where the break that `closure` ends began: at the full closures right before it."""
    stops = [other for other in closures if other.stops_clock and other.concerns(direction)]
    stops.sort(key=lambda other: other.valid.first or date.min, reverse=True)
    begins = {other.valid.end: other.valid.first for other in stops}
    first = closure.valid.first
    while first is not None and first in begins:
        first = begins[first]
    return first
