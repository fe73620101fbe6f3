"""Parts of a queue that stand still as a whole while the others are called on.

An entry waits in the sub-queue of the route it is bound to (or of none) and of where it stands:
inside a yard of its gate, or outside. What bars a sub-queue bars everybody in it alike, so it costs
one skip a call, whoever stands there and how many.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


@dataclass(frozen=True, slots=True)
class SubQueue:
    """Whom one barrier stops together: bound to `route` or none, `inside` a yard of the gate."""

    route: str | None = None
    inside: bool = False


WHOLE = SubQueue()
"""Where an entry waits that is bound to no route and stands outside."""


class BarrierKind(StrEnum):
    """Why sub-queues are not called now."""

    ROUTE_USED_UP = "route-used-up"
    YARDS_FULL = "yards-full"
    ROUTE_CLOSED = "route-closed"
    ROUTE_PAUSED = "route-paused"
    ROUTE_CAPACITY = "route-capacity"
    ROUTE_COUNTERPART_LIMIT = "route-counterpart-limit"


@dataclass(frozen=True, slots=True)
class Barrier:
    """What keeps whole sub-queues from being called now, and whose word it is.

    With a `route` everybody who is bound to it; else whoever stands outside, for the gate's yards
    are full.
    """

    reason: BarrierKind
    route: str | None
    posted_by: str
    cause: str | None = None
    notice: str | None = None

    def stops(self, one: SubQueue) -> bool:
        """Tell whether the entries of a sub-queue may not be called."""
        return not one.inside if self.route is None else one.route == self.route

    def document(self) -> dict[str, Any]:
        """Return the barrier as it is stored with the skip it causes."""
        return {
            "reason": self.reason.value,
            "route": self.route,
            "posted_by": self.posted_by,
            "cause": self.cause,
            "notice": self.notice,
        }


def read_barrier(skip: Mapping[str, Any]) -> Barrier | None:
    """Return the barrier of a stored skip; None where it is one entry's own hold or closure."""
    if skip["reason"] not in set(BarrierKind):
        return None
    reason = BarrierKind(skip["reason"])
    return Barrier(reason, skip["route"], skip["posted_by"], skip.get("cause"), skip.get("notice"))


def sub_queues(routes: Iterable[str]) -> tuple[SubQueue, ...]:
    """Return the sub-queues of a queue at a gate with these routes."""
    return tuple(SubQueue(route, inside) for route in (None, *routes) for inside in (True, False))


def unbarred(everything: Iterable[SubQueue], barriers: Iterable[Barrier]) -> tuple[SubQueue, ...]:
    """Return the sub-queues that no barrier stops."""
    barriers = tuple(barriers)
    return tuple(one for one in everything if not any(it.stops(one) for it in barriers))
