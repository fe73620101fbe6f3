"""Notices: dated statements about a gate, and the one place that says what each of them does.

A closure or a pause of a whole gate or direction stops the open clock, and nobody is called. Of a
route it bars all who are bound to it, of a goods group it excludes those entries; the clock
runs on. A capacity, ours or the other side's, bounds how many are called an hour or a day. A
season or an advice only tells.

A notice never changes the past: it begins when it is posted or later, and lifting it ends it at
that instant. So no reading of the open clock that anybody took ever changes. Ranges are half-open:
the second in which a notice ends is free of it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from app.domain.errors import FieldError, NoticeUnfitError
from app.domain.open_clock import Pause
from app.domain.vocabulary import Direction, Queue

ON_ITS_WAY: Final = timedelta(minutes=1)
"""How old a beginning may be when the notice comes in; it then begins as it comes in."""


class NoticeKind(StrEnum):
    """What a notice states."""

    CLOSURE = "closure"
    PAUSE = "pause"
    CAPACITY = "capacity"
    COUNTERPART_LIMIT = "counterpart-limit"
    SEASON = "season"
    ADVICE = "advice"


class Effect(StrEnum):
    """What a notice does while it is in force."""

    CLOSED = "closed"
    PAUSED = "paused"
    EXCLUDED = "excluded"
    LIMITED = "limited"
    TOLD = "told"


class Period(StrEnum):
    """Over what a limit counts: the hour before now, or the legal day."""

    HOUR = "hour"
    DAY = "day"


STOPS: Final = frozenset({NoticeKind.CLOSURE, NoticeKind.PAUSE})
LIMITS: Final = frozenset({NoticeKind.CAPACITY, NoticeKind.COUNTERPART_LIMIT})
_STOPPED: Final = {NoticeKind.CLOSURE: Effect.CLOSED, NoticeKind.PAUSE: Effect.PAUSED}


@dataclass(frozen=True, slots=True)
class Wanted:
    """A notice as somebody asks for it; no start is now, no end is until it is lifted."""

    kind: NoticeKind
    gate: str
    vi: str
    en: str | None = None
    zh: str | None = None
    direction: Direction | None = None
    route: str | None = None
    goods_group: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    per_hour: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as it counts: `ends_at` is the earlier of its stated end and its lifting.

    No direction means both, each for itself: a queue never counts another's calls. `posted_by` is
    the authority that posted it, `told_at` when that was or when it was lifted. `per_hour` and
    `per_day` are vehicles.
    """

    id: UUID
    kind: NoticeKind
    gate: str
    starts_at: datetime
    ends_at: datetime | None = None
    direction: Direction | None = None
    route: str | None = None
    goods_group: str | None = None
    per_hour: int | None = None
    per_day: int | None = None
    posted_by: str = ""
    told_at: datetime | None = None
    text: dict[str, str | None] = field(default_factory=dict, hash=False)

    @property
    def is_for_some(self) -> bool:
        """Whether it is about some entries of a queue only."""
        return self.route is not None or self.goods_group is not None

    @property
    def bars_route(self) -> bool:
        """Whether it keeps everybody alike who is bound to a route from being called."""
        has_effect = self.kind in STOPS | LIMITS
        return has_effect and self.route is not None and self.goods_group is None

    @property
    def stops_clock(self) -> bool:
        """Whether nothing passes while it is in force."""
        return self.kind in STOPS and not self.is_for_some

    @property
    def effect(self) -> Effect:
        """What it does while it is in force."""
        if self.kind in STOPS:
            return Effect.EXCLUDED if self.is_for_some else _STOPPED[self.kind]
        return Effect.LIMITED if self.kind in LIMITS else Effect.TOLD

    @property
    def limits(self) -> Iterator[tuple[Period, int]]:
        """The vehicles that it lets be called, per period."""
        for period, number in ((Period.HOUR, self.per_hour), (Period.DAY, self.per_day)):
            if number is not None:
                yield period, number

    def is_in_force(self, at: datetime) -> bool:
        """Tell whether `at` lies in it."""
        return self.starts_at <= at and not self.is_over(at)

    def is_over(self, at: datetime) -> bool:
        """Tell whether it has ended by `at`; one that was lifted before it began never began."""
        return self.ends_at is not None and self.ends_at <= at

    def concerns(self, direction: Direction) -> bool:
        """Tell whether it is about a queue of that direction."""
        return self.direction in (None, direction)


class Notices:
    """The notices of all gates that may still count, and whatever has ever stopped a clock."""

    __slots__ = ("_of", "told_at")

    def __init__(self, notices: Iterable[Notice] = ()) -> None:
        """Keep the notices by queue, those that end last first."""
        notices = list(notices)
        self.told_at = max((one.told_at for one in notices if one.told_at), default=None)
        self._of: defaultdict[Queue, list[Notice]] = defaultdict(list)
        for notice in sorted(notices, key=_end, reverse=True):
            for direction in Direction:
                if notice.concerns(direction):
                    self._of[Queue(notice.gate, direction)].append(notice)

    def of(self, queue: Queue) -> list[Notice]:
        """Return all notices of a queue."""
        return self._of.get(queue, [])

    def in_force(self, queue: Queue, at: datetime) -> tuple[Notice, ...]:
        """Return the notices of a queue that are in force, in order of their beginning."""
        found: list[Notice] = []
        for notice in self.of(queue):
            if notice.is_over(at):
                break
            if notice.starts_at <= at:
                found.append(notice)
        return tuple(sorted(found, key=lambda one: (one.starts_at, one.id)))

    def stops(self, queue: Queue, kinds: Collection[NoticeKind] = STOPS) -> Iterator[Pause]:
        """Yield what stops the clock of a queue by notices of these kinds."""
        for notice in self.of(queue):
            if notice.stops_clock and notice.kind in kinds:
                yield Pause(notice.starts_at, notice.ends_at)

    def pause(self, queue: Queue, at: datetime) -> Notice | None:
        """Return a notice by which a queue calls nobody now, although its gate may be open."""
        in_force = self.in_force(queue, at)
        return next((one for one in in_force if one.effect is Effect.PAUSED), None)

    def excluding(self, queue: Queue, at: datetime) -> tuple[Notice, ...]:
        """Return the notices that exclude single entries of a queue now, by what they carry."""
        found = (one for one in self.in_force(queue, at) if not one.bars_route)
        return tuple(one for one in found if one.effect is Effect.EXCLUDED)

    def limiting(self, queue: Queue, at: datetime) -> tuple[Notice, ...]:
        """Return the notices that bound the calls of a queue or of some goods now."""
        found = (one for one in self.in_force(queue, at) if not one.bars_route)
        return tuple(one for one in found if one.effect is Effect.LIMITED)

    def barring(self, queue: Queue, route: str, at: datetime) -> tuple[Notice, ...]:
        """Return the notices that stop or bound the calls for a route now."""
        in_force = self.in_force(queue, at)
        return tuple(one for one in in_force if one.bars_route and one.route == route)


def begins(wanted: Wanted, now: datetime) -> datetime:
    """Return when a notice that comes in now begins: never before now.

    Raises:
        NoticeUnfitError: it contradicts itself, or would begin in the past; the errors name where.
    """
    starts_at = max(wanted.starts_at or now, now)
    errors = (*_unfit_times(wanted, starts_at, now), *_unfit_limits(wanted))
    if errors:
        raise NoticeUnfitError(errors=errors)
    return starts_at


def _unfit_times(wanted: Wanted, starts_at: datetime, now: datetime) -> Iterator[FieldError]:
    if wanted.starts_at is not None and wanted.starts_at < now - ON_ITS_WAY:
        yield FieldError("/starts_at", "notice-in-past", wanted.starts_at.isoformat())
    if wanted.ends_at is not None and wanted.ends_at <= starts_at:
        yield FieldError("/ends_at", "notice-ends-before-start", wanted.ends_at.isoformat())


def _unfit_limits(wanted: Wanted) -> Iterator[FieldError]:
    given = {"/per_hour": wanted.per_hour, "/per_day": wanted.per_day}
    if wanted.kind not in LIMITS:
        yield from (
            FieldError(pointer, "notice-limit-not-of-kind", number)
            for pointer, number in given.items()
            if number is not None
        )
    elif not any(number is not None for number in given.values()):
        yield FieldError("/per_hour", "notice-limit-missing")


def _end(notice: Notice) -> tuple[bool, datetime]:
    return notice.ends_at is None, notice.ends_at or notice.starts_at
