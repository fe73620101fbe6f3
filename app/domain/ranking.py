"""Those who wait, lined up, so that a place among them is a search.

The same ranges that an index answers (`bounds` of `app/domain/queue_order.py`), over what was read
once for all who look.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from app.domain.queue_order import Bound, Waiting
from app.domain.sub_queues import SubQueue
from app.domain.vocabulary import Lane

Rank = tuple[int, datetime, UUID]


class Ranking:
    """The entries of one queue that may be called, by lane and sub-queue; never changed."""

    def __init__(self, everybody: Iterable[Waiting]) -> None:
        """Line up `everybody`."""
        lines: defaultdict[tuple[Lane, SubQueue], list[Rank]] = defaultdict(list)
        for one in everybody:
            lines[one.lane, one.sub_queue].append((one.key, one.waits_from, one.id))
        for line in lines.values():
            line.sort()
        self._lines: Mapping[tuple[Lane, SubQueue], list[Rank]] = dict(lines)

    @property
    def sub_queues(self) -> frozenset[SubQueue]:
        """The sub-queues in which somebody waits."""
        return frozenset(sub_queue for _, sub_queue in self._lines)

    def count_before(self, bounds: Mapping[Lane, Bound]) -> dict[tuple[Lane, SubQueue], int]:
        """Return how many stand before a place, of each lane and sub-queue that has any."""
        counted = {
            (lane, sub_queue): _count(line, bounds[lane])
            for (lane, sub_queue), line in self._lines.items()
            if lane in bounds
        }
        return {where: many for where, many in counted.items() if many}


def _count(line: list[Rank], bound: Bound) -> int:
    if bound.below is None:
        return len(line)
    return bisect_left(line, (bound.below, *(bound.tied or ())))
