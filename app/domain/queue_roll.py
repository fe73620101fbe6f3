"""The real queue rolled forward: whose turn is which call, by the rule that calls them.

At each call to come the one with the best claim at that reading of the open clock is called, as
`choose` of `app/domain/queue_order.py` does; the calls come at the recent pace. Claims change while
all wait: who gains faster passes, also some who are not there yet. So vehicles are expected to come
in each lane as they came lately, evenly. Of the lanes that are faster than the slowest, or strict,
no more are expected than `MOST_LATER` of the calls: no rush lasts, and nobody is told "never".

One roll answers for everybody. It goes as far as it is asked, and an entry that is not in it takes
its turn without being added: until it is called, all others are called as they would be without it.
"""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from app.domain.expected_wait import Pace, Turn
from app.domain.queue_order import NO_LANE, Rates, Waiting, key_at
from app.domain.vocabulary import Lane

MOST_LATER: Final = Fraction(3, 4)
"""The part of the calls that vehicles of faster lanes that come later can have."""

Rank = tuple[int, datetime, UUID]

_LAST = (datetime.max.replace(tzinfo=UTC), UUID(int=2**128 - 1))


class _Line:
    """Those of a lane who wait now, in their order; `rank` is the head's, None of an empty line."""

    __slots__ = ("comes", "follows", "place", "rank", "ranks", "rate")

    def __init__(self, rate: int, clock: int, *, follows: bool) -> None:
        self.rate, self.follows = rate, follows
        self.comes = clock
        self.ranks: list[Rank] = []
        self.place = 0
        self.rank: Rank | None = None

    def line_up(self) -> None:
        self.ranks.sort()
        self.rank = self.ranks[0] if self.ranks else None

    def step(self) -> None:
        """Let the head go."""
        self.place += 1
        self.rank = self.ranks[self.place] if self.place < len(self.ranks) else None


class _Coming(_Line):
    """Those of a lane who are expected: the n-th when n times `every` have passed, rounded down."""

    __slots__ = ("_clock", "_every")

    def __init__(self, rate: int, clock: int, every: Fraction, *, follows: bool) -> None:
        super().__init__(rate, clock, follows=follows)
        self._clock, self._every = clock, every
        self.step()

    def step(self) -> None:
        self.place += 1
        self.comes = self._clock + self.place * self._every.numerator // self._every.denominator
        self.rank = (key_at(self.rate, self.comes), *_LAST)


@dataclass(frozen=True, slots=True)
class _Called:
    """One call of the roll, and how many before went to later comers; no line: nobody was there."""

    line: _Line | None
    rank: Rank
    later: int


class Roll:
    """The calls to come of one queue, whose clock reads `clock` now."""

    def __init__(  # noqa: PLR0913 - what the order of calls depends on
        self,
        callable_: Iterable[Waiting],
        rates: Rates,
        clock: int,
        pace: Pace,
        *,
        coming: Mapping[Lane, Fraction] | None = None,
        strict: Collection[Lane] = NO_LANE,
    ) -> None:
        """Line up those who may be called.

        `coming` has the open seconds from one comer to the next; a lane left out expects nobody,
        nor does one that has no rate any more.
        """
        self._rates, self._clock, self._pace = rates, clock, pace
        self._lines = {
            lane: _Line(rate, clock, follows=lane not in strict) for lane, rate in rates.items()
        }
        for one in callable_:
            self._lines[one.lane].ranks.append((one.key, one.waits_from, one.id))
        for line in self._lines.values():
            line.line_up()
        coming = {lane: every for lane, every in (coming or {}).items() if lane in rates}
        every = [*self._lines.values(), *self._expected(coming)]
        self._in_order = sorted(every, key=lambda line: (line.follows, -line.rate))
        self._called: list[_Called] = []
        self._turns: dict[UUID, int] = {}
        self._later = 0

    def turn(self, one: Waiting) -> Turn:
        """Return the turn of an entry, in the roll or as if it were."""
        line, rank = self._lines[one.lane], (one.key, one.waits_from, one.id)
        place = bisect_left(line.ranks, rank)
        if line.ranks[place : place + 1] == [rank]:
            return self._turn(self._reach(one.id))
        calls = self._reach(line.ranks[place - 1][2]) + 1 if place else 1
        while self._is_before(calls, line, rank):
            calls += 1
        return self._turn(calls)

    def has(self, lane: Lane) -> bool:
        """Tell whether the edition of the roll has a lane."""
        return lane in self._rates

    def joining(self, lane: Lane, now: datetime) -> Turn:
        """Return the turn of one who would begin to wait in a lane now."""
        return self.turn(Waiting(_LAST[1], lane, key_at(self._rates[lane], self._clock), now))

    def _expected(self, coming: Mapping[Lane, Fraction]) -> Iterator[_Coming]:
        slowest = min(self._rates.values())
        fast = [
            lane for lane in coming
            if self._rates[lane] > slowest or not self._lines[lane].follows
        ]  # fmt: skip
        most = MOST_LATER * Fraction(self._pace.calls, self._pace.open_seconds)
        thinned = max(Fraction(1), sum(1 / coming[lane] for lane in fast) / most)
        for lane, every in coming.items():
            line = self._lines[lane]
            apart = every * thinned if lane in fast else every
            yield _Coming(line.rate, self._clock, apart, follows=line.follows)

    def _turn(self, calls: int) -> Turn:
        return Turn(calls, self._at(calls).later)

    def _reach(self, identity: UUID) -> int:
        """Return the call of somebody who is in the roll."""
        while identity not in self._turns:
            self._call_next()
        return self._turns[identity]

    def _is_before(self, calls: int, line: _Line, rank: Rank) -> bool:
        """Tell whether a call goes to another although `rank` of `line` waits, too."""
        called, reading = self._at(calls), self._pace.reading(self._clock, calls)
        if called.line is None:
            return False
        return _claim(called.line, called.rank, reading) < _claim(line, rank, reading)

    def _at(self, calls: int) -> _Called:
        while len(self._called) < calls:
            self._call_next()
        return self._called[calls - 1]

    def _call_next(self) -> None:
        calls = len(self._called) + 1
        line, rank = self._first(self._pace.reading(self._clock, calls))
        self._called.append(_Called(line, rank, self._later))
        if line is None:
            return
        line.step()
        if isinstance(line, _Coming):
            self._later += 1
        else:
            self._turns[rank[2]] = calls

    def _first(self, reading: int) -> tuple[_Line | None, Rank]:
        """Return the head with the best claim, as `choose` does, but asked ten thousand times.

        Lines stand with strict and faster lanes first, so that equal points of unequal rates are
        decided by who is looked at first.
        """
        best, first, lowest = None, (0, *_LAST), 0
        for line in self._in_order:
            rank = line.rank
            if rank is None or line.comes > reading:
                continue
            if best is None:
                best, first, lowest = line, rank, rank[0] - line.rate * reading
                continue
            if line.follows != best.follows:
                break
            owed = rank[0] - line.rate * reading
            tied = owed == lowest and line.rate == best.rate and rank[1:] < first[1:]
            if owed < lowest or tied:
                best, first, lowest = line, rank, owed
        return best, first


def _claim(line: _Line, rank: Rank, reading: int) -> tuple[bool, int, int, datetime, UUID]:
    """Return the sort key of calling, as `queue_order.precedence` has it."""
    key, waits_from, identity = rank
    return line.follows, key - line.rate * reading, -line.rate, waits_from, identity
