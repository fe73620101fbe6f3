"""Notices: what each does, from which second to which, and that none changes the past."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import NoticeUnfitError
from app.domain.notices import (
    ON_ITS_WAY,
    Effect,
    Notice,
    NoticeKind,
    Notices,
    Period,
    Wanted,
    begins,
)
from app.domain.open_clock import OpenClock, OpenHours, Pause
from app.domain.validity import Validity
from app.domain.vocabulary import Direction, Queue

NINE = datetime(2026, 3, 11, 2, 0, tzinfo=UTC)
EXPORT = Queue("tan-thanh", Direction.EXPORT)
IMPORT = Queue("tan-thanh", Direction.IMPORT)
FRUIT = "fresh-produce-export"
ALWAYS = OpenHours(Validity(None, None), time(), time())
DAYTIME = OpenHours(Validity(None, None), time(7), time(19))


def at(minutes: int, seconds: int = 0) -> datetime:
    return NINE + timedelta(minutes=minutes, seconds=seconds)


def notice(kind: NoticeKind, *times: datetime, number: int = 1, **more: Any) -> Notice:
    named: dict[str, Any] = dict(zip(("starts_at", "ends_at"), times or (NINE,), strict=False))
    return Notice(UUID(int=number), kind, "tan-thanh", **named, **more)


def wanted(kind: NoticeKind = NoticeKind.PAUSE, **more: Any) -> Wanted:
    return Wanted(kind=kind, gate="tan-thanh", vi="Tạm dừng", **more)


# --- what a notice does -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effect", "stops", "kind", "more"),
    [
        (Effect.CLOSED, True, NoticeKind.CLOSURE, {}),
        (Effect.PAUSED, True, NoticeKind.PAUSE, {}),
        (Effect.EXCLUDED, False, NoticeKind.CLOSURE, {"goods_group": FRUIT}),
        (Effect.EXCLUDED, False, NoticeKind.CLOSURE, {"route": "1119-1120"}),
        (Effect.EXCLUDED, False, NoticeKind.PAUSE, {"goods_group": FRUIT}),
        (Effect.LIMITED, False, NoticeKind.CAPACITY, {"per_hour": 10}),
        (Effect.LIMITED, False, NoticeKind.COUNTERPART_LIMIT, {"per_day": 10}),
        (Effect.TOLD, False, NoticeKind.SEASON, {}),
        (Effect.TOLD, False, NoticeKind.ADVICE, {"goods_group": FRUIT}),
    ],
)
def test_what_a_notice_does_follows_from_its_kind_and_whom_it_is_about(
    effect: Effect, stops: bool, kind: NoticeKind, more: dict[str, Any]
) -> None:
    told = notice(kind, **more)
    assert (effect, stops) == (told.effect, told.stops_clock)


def test_a_limit_counts_by_the_hour_and_the_day_as_it_says() -> None:
    limit = notice(NoticeKind.CAPACITY, per_hour=0, per_day=9)
    assert [(Period.HOUR, 0), (Period.DAY, 9)] == list(limit.limits)
    assert [] == list(notice(NoticeKind.PAUSE).limits)


@pytest.mark.parametrize(
    ("bars", "kind", "more"),
    [
        (True, NoticeKind.CLOSURE, {}),
        (True, NoticeKind.PAUSE, {}),
        (True, NoticeKind.CAPACITY, {"per_hour": 10}),
        (True, NoticeKind.COUNTERPART_LIMIT, {"per_day": 10}),
        (False, NoticeKind.SEASON, {}),
        (False, NoticeKind.ADVICE, {}),
        (False, NoticeKind.CLOSURE, {"goods_group": FRUIT}),
    ],
)
def test_of_a_route_a_notice_bars_all_who_are_bound_to_it_or_excludes_some(
    bars: bool, kind: NoticeKind, more: dict[str, Any]
) -> None:
    told = notice(kind, route="1119-1120", **more)
    notices = Notices([told])
    assert bars is told.bars_route
    assert ((told,) if bars else ()) == notices.barring(EXPORT, "1119-1120", NINE)
    assert () == notices.barring(EXPORT, "1088-2-1089", NINE)
    excludes = told.effect is Effect.EXCLUDED and not bars
    assert ((told,) if excludes else ()) == notices.excluding(EXPORT, NINE)
    assert () == notices.limiting(EXPORT, NINE)


@pytest.mark.parametrize(
    ("in_force", "now"),
    [
        pytest.param(False, at(-1, 59), id="a second before"),
        pytest.param(True, at(0), id="as it begins"),
        pytest.param(True, at(29, 59), id="its last second"),
        pytest.param(False, at(30), id="as it ends"),
    ],
)
def test_a_notice_is_in_force_from_its_beginning_until_its_end(
    in_force: bool, now: datetime
) -> None:
    pause = notice(NoticeKind.PAUSE, at(0), at(30))
    assert in_force is pause.is_in_force(now)
    assert in_force is (Notices([pause]).pause(EXPORT, now) == pause)
    assert in_force is not clock([pause]).is_open(now)


def test_a_notice_without_end_is_in_force_until_it_is_lifted() -> None:
    pause = notice(NoticeKind.PAUSE, at(0))
    assert pause.is_in_force(at(60 * 24 * 400))
    assert not replace(pause, ends_at=at(5)).is_in_force(at(5))


def test_a_notice_that_was_lifted_before_it_began_never_began() -> None:
    lifted = notice(NoticeKind.PAUSE, at(10), at(5))
    assert not any(lifted.is_in_force(at(minute)) for minute in range(15))
    assert clock([lifted]).reading(at(20)) == clock([]).reading(at(20))


def test_a_notice_of_no_direction_is_one_of_both_and_of_its_gate_only() -> None:
    both, export = notice(NoticeKind.PAUSE), notice(NoticeKind.ADVICE, direction=Direction.EXPORT)
    notices = Notices([both, export])
    assert {both, export} == set(notices.in_force(EXPORT, NINE))
    assert (both,) == notices.in_force(IMPORT, NINE)
    assert () == notices.in_force(Queue("huu-nghi", Direction.EXPORT), NINE)


def test_only_what_is_about_everybody_stops_a_clock() -> None:
    closure = notice(NoticeKind.CLOSURE, at(0), at(10))
    pause = notice(NoticeKind.PAUSE, at(5), at(20))
    fruit = notice(NoticeKind.CLOSURE, at(0), goods_group=FRUIT)
    notices = Notices([closure, pause, fruit, notice(NoticeKind.CAPACITY, per_day=1)])
    assert {Pause(at(0), at(10)), Pause(at(5), at(20))} == set(notices.stops(EXPORT))
    assert [Pause(at(0), at(10))] == list(notices.stops(EXPORT, {NoticeKind.CLOSURE}))
    assert (fruit,) == notices.excluding(EXPORT, at(5))
    assert 1 == len(notices.limiting(EXPORT, at(5)))


# --- when one may begin -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "asked"),
    [
        pytest.param(at(0), None, id="now"),
        pytest.param(at(5), at(5), id="later"),
        pytest.param(at(0), at(0), id="this second"),
        pytest.param(at(0), NINE - ON_ITS_WAY, id="it was on its way for a minute"),
    ],
)
def test_a_notice_begins_now_or_later(start: datetime, asked: datetime | None) -> None:
    assert start == begins(wanted(starts_at=asked), NINE)


@pytest.mark.parametrize(
    ("faults", "asked"),
    [
        pytest.param([("/starts_at", "notice-in-past")], {"starts_at": at(-1, -1)}, id="past"),
        pytest.param([("/ends_at", "notice-ends-before-start")], {"ends_at": at(0)}, id="empty"),
        pytest.param(
            [("/ends_at", "notice-ends-before-start")],
            {"starts_at": at(5), "ends_at": at(4)},
            id="backwards",
        ),
        pytest.param(
            [("/starts_at", "notice-in-past"), ("/ends_at", "notice-ends-before-start")],
            {"starts_at": at(-9), "ends_at": at(-5)},
            id="over",
        ),
        pytest.param([("/per_day", "notice-limit-not-of-kind")], {"per_day": 5}, id="number"),
        pytest.param(
            [("/per_hour", "notice-limit-missing")], {"kind": NoticeKind.CAPACITY}, id="no number"
        ),
    ],
)
def test_a_notice_that_cannot_be_says_why(
    faults: list[tuple[str, str]], asked: dict[str, Any]
) -> None:
    with pytest.raises(NoticeUnfitError) as refused:
        begins(wanted(**asked), NINE)
    assert faults == [(one.pointer, one.rule) for one in refused.value.errors]


@pytest.mark.parametrize("limit", [{"per_hour": 0}, {"per_day": 5}, {"per_hour": 1, "per_day": 9}])
def test_a_limit_needs_one_number_at_least(limit: dict[str, int]) -> None:
    assert NINE == begins(wanted(NoticeKind.CAPACITY, **limit), NINE)


# --- the past ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Doing:
    """Something that is done `after` seconds: the notice is posted, or one before it lifted."""

    after: int
    kind: NoticeKind
    begins_in: int | None
    lasts: int | None
    goods_group: str | None
    lifts: int | None


doings = st.builds(
    Doing,
    after=st.integers(0, 7200),
    kind=st.sampled_from(sorted(NoticeKind)),
    begins_in=st.none() | st.integers(-60, 40_000),
    lasts=st.none() | st.integers(1, 40_000),
    goods_group=st.none() | st.just(FRUIT),
    lifts=st.none() | st.integers(0, 20),
)


def clock(notices: list[Notice], hours: OpenHours = ALWAYS) -> OpenClock:
    return OpenClock(UTC, [hours], pauses=Notices(notices).stops(EXPORT))


def done(notices: list[Notice], one: Doing, now: datetime) -> list[Notice]:
    """Return the notices after somebody posted or lifted one, as the service does."""
    if one.lifts is not None and one.lifts < len(notices):
        kept = notices[one.lifts]
        if kept.is_over(now):
            return notices
        return [replace(kept, ends_at=now) if other is kept else other for other in notices]
    limit = {"per_day": 1} if one.kind in {"capacity", "counterpart-limit"} else {}
    asked = None if one.begins_in is None else now + timedelta(seconds=one.begins_in)
    start = begins(wanted(one.kind, starts_at=asked, goods_group=one.goods_group, **limit), now)
    end = None if one.lasts is None else start + timedelta(seconds=one.lasts)
    more = {"goods_group": one.goods_group, **limit}
    return [*notices, notice(one.kind, start, number=len(notices), ends_at=end, **more)]


@given(st.lists(doings, max_size=12), st.lists(st.integers(0, 90_000), max_size=10))
def test_no_notice_changes_what_the_open_clock_has_read(
    story: list[Doing], looks: list[int]
) -> None:
    """Whatever is posted and lifted when: a reading of an instant that has come stays as it is."""
    notices: list[Notice] = []
    now = NINE
    for one in story:
        now += timedelta(seconds=one.after)
        after = done(notices, one, now)
        for look in (0, *looks):
            then = now - timedelta(seconds=look)
            assert clock(notices, DAYTIME).reading(then) == clock(after, DAYTIME).reading(then)
        notices = after


@given(st.lists(doings, max_size=12), st.integers(-1000, 90_000))
def test_notices_in_force_are_those_whose_time_it_is(story: list[Doing], look: int) -> None:
    notices: list[Notice] = []
    now = NINE
    for one in story:
        now += timedelta(seconds=one.after)
        notices = done(notices, one, now)
    then = NINE + timedelta(seconds=look)
    in_force = [
        one
        for one in sorted(notices, key=lambda one: (one.starts_at, one.id))
        if one.starts_at <= then and (one.ends_at is None or then < one.ends_at)
    ]
    assert in_force == list(Notices(notices).in_force(EXPORT, then))
    stopped = any(one.stops_clock for one in in_force)
    assert stopped is not clock(notices).is_open(then)
