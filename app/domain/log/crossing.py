"""Who went from one gate to another: whether the log of the one says what that of the other says.

An entry brings along its points and how long it has waited. Who reads one log has to believe what
came; who reads both compares. Of the wait that is possible where it began at the gate that it left:
there its open seconds are told, and here it begins as many open seconds before it joined.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from app.domain.log.dating import MOST, read_instant
from app.domain.log.rules import Why, Wrong

LEFT: Final = "entry.diverted"
JOINED: Final = "entry.joined"
Fits = Callable[[datetime, int], bool]
"""Tells whether an open clock may have had a reading at an instant, by all that the log tells."""


@dataclass(frozen=True, slots=True)
class Left:
    """An entry went to another gate: with which points, and after how long a wait.

    `has_begun` is false, too, where a queue goes by arrival, whose log tells of no waits. `waited`
    are the open seconds of this queue; None where the wait did not begin here.
    """

    to: str | None
    carried: int | None
    has_begun: bool
    waited: int | None


@dataclass(frozen=True, slots=True)
class Joined:
    """An entry came from another gate, as the leaf tells that stands there in the log."""

    leaf: int
    sealed_at: datetime
    entry: UUID
    origin: str | None
    carried: int
    waits_from: datetime | None
    clock: int | None


class Crossings:
    """Who left a queue for others, and who joined it from them, in the order of its log."""

    def __init__(self, fits: Fits) -> None:
        """Begin with nobody; `sealed_at` is of the batch that was begun last."""
        self.fits = fits
        self.left: defaultdict[UUID, list[Left]] = defaultdict(list)
        self.joined: list[Joined] = []
        self.sealed_at = datetime.min.replace(tzinfo=UTC)

    def leave(
        self, entry: UUID, data: Mapping[str, Any], began: int | None, *, has_begun: bool
    ) -> None:
        """Keep who leaves; `began` is the reading at which its wait began, if that was here."""
        clock = data.get("clock")
        waited = None if began is None or clock is None else clock - began
        self.left[entry].append(Left(data.get("to"), data.get("carried"), has_begun, waited))

    def join(self, leaf: int, entry: UUID, data: Mapping[str, Any]) -> None:
        """Keep who joins, by a leaf of the batch that was begun last."""
        since = None if data["waits_from"] is None else read_instant(data["waits_from"])
        told = (data.get("from"), data["carried"], since, data.get("clock"))
        self.joined.append(Joined(leaf, self.sealed_at, entry, *told))


def unlike_other(gate: str, here: Crossings, logs: Mapping[str, Crossings]) -> Wrong | None:
    """Return the first who joined at a gate otherwise than the log that it left tells.

    `logs` are those of one direction that could be read to their end, by their gates.
    """
    times: Counter[tuple[UUID, str | None]] = Counter()
    for one in here.joined:
        there = logs.get(one.origin or "")
        if there is None:
            continue
        gone = [left for left in there.left.get(one.entry, ()) if left.to == gate]
        number = times[one.entry, one.origin]
        times[one.entry, one.origin] += 1
        if number < len(gone):
            said = next(_differences(one, gone[number], here.fits), None)
        else:
            # What was sealed here before the other log was read on is there by then.
            is_late = there.sealed_at - one.sealed_at > MOST
            said = f"the log of {one.origin} does not tell that it left" if is_late else None
        if said is not None:
            return Wrong(one.leaf, Why.OTHER_GATE, said)
    return None


def _differences(one: Joined, left: Left, fits: Fits) -> Iterator[str]:
    if one.carried != left.carried:
        yield f"it joins with {one.carried} points and left {one.origin} with {left.carried}"
    if left.has_begun and one.waits_from is None:
        yield f"it had begun to wait at {one.origin}"
    if one.waits_from is None or one.clock is None or left.waited is None:
        return
    if not fits(one.waits_from, one.clock - left.waited):
        yield f"it had waited {left.waited} open seconds at {one.origin}"
