"""The order in which events are told: positions given after commit, and what is settled."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

KEPT: Final = timedelta(days=30)
"""How long a position can be asked for."""
MARGIN: Final = timedelta(seconds=10)
"""More than any transaction needs between drawing a number and having an id of its own."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database told in one snapshot: its oldest running transaction, the next, the last.

    `newest` is the highest number of an event that can be seen.
    """

    oldest: int
    coming: int
    newest: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to which number no event can appear any more, and how that is being moved on.

    An event's number is drawn inside its transaction, so a lower one may be committed later than a
    higher. All up to `marked_to` were drawn at `marked_at`; a moment later whoever drew them has a
    transaction id below `marked_xid`; once no such transaction runs, all of them are there or will
    never be.
    """

    settled_to: int = 0
    marked_to: int | None = None
    marked_at: datetime | None = None
    marked_xid: int | None = None

    def follow(self, seen: Seen, numbered_to: int | None, now: datetime) -> "Horizon":
        """Return the horizon after all that `seen` showed was numbered.

        `numbered_to` is the last number where there may be more to number, None where that was all.
        """
        if self.marked_to is None or self.marked_at is None:
            return _marked(self.settled_to, seen, now)
        if self.marked_xid is None:
            is_old = now - self.marked_at >= MARGIN
            return replace(self, marked_xid=seen.coming) if is_old else self
        is_over = self.marked_xid <= seen.oldest
        if not is_over or (numbered_to is not None and numbered_to < self.marked_to):
            return self
        return _marked(self.marked_to, seen, now)


def _marked(settled_to: int, seen: Seen, now: datetime) -> Horizon:
    """Return a horizon that waits for what was drawn up to now, where that is more."""
    if seen.newest <= settled_to:
        return Horizon(settled_to)
    return Horizon(settled_to, seen.newest, now)
