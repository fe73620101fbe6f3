from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.closures import ALL_CARGO, Closure, ClosureKind
from app.domain.errors import HoursOrderError
from app.domain.open_clock import EPOCH, OpenClock, OpenHours, Pause, legal_day
from app.domain.validity import Validity
from app.domain.vocabulary import Direction

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = date(2025, 4, 21)
MIDNIGHT = datetime.combine(START, time(), ZONE)
SLOT = timedelta(minutes=30)
SLOTS_A_DAY = 48
WEEK = 7 * SLOTS_A_DAY

Rows = tuple[list[OpenHours], list[Closure], list[Pause]]


def at_slot(slot: int) -> datetime:
    return MIDNIGHT + slot * SLOT


def of_day(slot: int) -> time:
    return (datetime.combine(START, time()) + slot * SLOT).time()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def clock(
    *hours: OpenHours, closed: Iterable[Closure] = (), paused: Iterable[Pause] = ()
) -> OpenClock:
    return OpenClock(ZONE, hours, closures=closed, pauses=paused)


SLOTS = st.integers(-SLOTS_A_DAY, WEEK + SLOTS_A_DAY)
INSTANTS = st.integers(-90_000, 700_000).map(lambda second: MIDNIGHT + timedelta(seconds=second))
DAYS = st.integers(-2, 9).map(lambda offset: START + timedelta(days=offset))


@st.composite
def validities(draw: st.DrawFn) -> Validity:
    first = draw(st.none() | DAYS)
    days = draw(st.none() | st.integers(1, 6))
    end = None if days is None else (first or START) + timedelta(days=days)
    return Validity(first, end)


@st.composite
def hours_rows(draw: st.DrawFn) -> OpenHours:
    opens = draw(st.integers(0, SLOTS_A_DAY - 1))
    closes = draw(st.integers(opens + 1, SLOTS_A_DAY))
    weekdays = draw(st.frozensets(st.integers(0, 6), min_size=4))
    return OpenHours(draw(validities()), of_day(opens), of_day(closes), weekdays)


CLOSURES = st.builds(
    Closure,
    st.sampled_from(ClosureKind),
    validities(),
    cargo=st.sampled_from([ALL_CARGO, ALL_CARGO, "fresh-produce-export"]),
)
PAUSES = st.builds(
    lambda start, slots: Pause(at_slot(start), None if slots is None else at_slot(start + slots)),
    SLOTS,
    st.none() | st.integers(-2, 60),
)
ROWS = st.tuples(
    st.lists(hours_rows(), max_size=4), st.lists(CLOSURES, max_size=3), st.lists(PAUSES, max_size=4)
)


def laid_out(rows: Rows) -> OpenClock:
    hours, closures, pauses = rows
    return clock(*hours, closed=closures, paused=pauses)


def counts(rows: Rows, moment: datetime) -> bool:
    """Say the rule in its plainest form, one instant at a time."""
    hours, closures, pauses = rows
    local = moment.astimezone(ZONE)
    day, minute = local.date(), local.hour * 60 + local.minute
    scheduled = any(
        row.valid.covers(day)
        and day.weekday() in row.weekdays
        and row.opens <= local.time()
        and minute < ((row.closes.hour * 60 + row.closes.minute) or 24 * 60)
        for row in hours
    )
    closed = any(row.stops_clock and row.valid.covers(day) for row in closures)
    paused = any(row.start <= moment and (row.end is None or moment < row.end) for row in pauses)
    return scheduled and not closed and not paused


@given(ROWS)
def test_a_reading_counts_the_open_slots_one_by_one(rows: Rows) -> None:
    laid = laid_out(rows)
    begin = at_slot(-SLOTS_A_DAY)

    expected = 0
    for slot in range(-SLOTS_A_DAY, WEEK + SLOTS_A_DAY):
        assert expected == laid.seconds_between(begin, at_slot(slot))
        assert counts(rows, at_slot(slot)) is laid.is_open(at_slot(slot))
        expected += 1800 * counts(rows, at_slot(slot))


@given(ROWS, INSTANTS, INSTANTS, INSTANTS)
def test_readings_never_fall_add_up_and_never_outrun_time(
    rows: Rows, one: datetime, two: datetime, three: datetime
) -> None:
    laid = laid_out(rows)
    first, second, third = sorted((one, two, three))

    between = laid.seconds_between(first, second)
    assert 0 <= between <= (second - first).total_seconds()
    assert laid.seconds_between(first, third) == between + laid.seconds_between(second, third)
    assert -between == laid.seconds_between(second, first)


@given(ROWS, INSTANTS)
def test_open_means_that_the_next_second_counts(rows: Rows, moment: datetime) -> None:
    laid = laid_out(rows)

    gained = laid.seconds_between(moment, moment + timedelta(seconds=1))
    assert gained == laid.is_open(moment) == counts(rows, moment)


@given(ROWS, INSTANTS)
def test_nothing_changes_before_the_next_change(rows: Rows, moment: datetime) -> None:
    laid = laid_out(rows)
    change = laid.next_change(moment)
    until = change or moment + timedelta(days=365)

    elapsed = (until - moment) // timedelta(seconds=1)
    assert laid.seconds_between(moment, until) == elapsed * laid.is_open(moment)
    assert change is None or change > moment
    assert change is None or laid.is_open(change) is not laid.is_open(moment)


@given(ROWS, INSTANTS, st.integers(1, 200_000))
def test_after_is_the_first_instant_with_that_many_open_seconds(
    rows: Rows, moment: datetime, seconds: int
) -> None:
    laid = laid_out(rows)
    then = laid.after(moment, seconds)
    if then is None:
        assert laid.seconds_between(moment, moment + timedelta(days=365)) < seconds
        return

    assert seconds == laid.seconds_between(moment, then)
    assert seconds - 1 == laid.seconds_between(moment, then - timedelta(seconds=1))


@given(ROWS, INSTANTS, st.integers(0, 200_000))
def test_before_is_the_last_instant_with_that_many_open_seconds(
    rows: Rows, moment: datetime, seconds: int
) -> None:
    laid = laid_out(rows)
    then = laid.before(moment, seconds)
    if laid.reading(moment) < seconds:
        assert 0 == laid.reading(then)
        return

    assert then <= moment
    assert seconds == laid.seconds_between(then, moment)
    assert seconds == 0 or seconds - 1 == laid.seconds_between(then + timedelta(seconds=1), moment)


@given(ROWS, INSTANTS, INSTANTS, CLOSURES, PAUSES)
def test_stops_only_slow_the_clock(
    rows: Rows, one: datetime, two: datetime, closure: Closure, pause: Pause
) -> None:
    hours, closures, pauses = rows
    start, end = sorted((one, two))
    usual = laid_out(rows).seconds_between(start, end)

    for slower in ((hours, [*closures, closure], pauses), (hours, closures, [*pauses, pause])):
        assert 0 <= laid_out(slower).seconds_between(start, end) <= usual


@given(ROWS, INSTANTS)
def test_the_order_of_rows_does_not_matter(rows: Rows, moment: datetime) -> None:
    hours, closures, pauses = rows
    turned = (hours[::-1], closures[::-1], pauses[::-1])

    assert laid_out(rows).reading(moment) == laid_out(turned).reading(moment)


@given(INSTANTS, st.integers(-14, 14))
def test_an_instant_reads_the_same_in_every_zone(moment: datetime, offset: int) -> None:
    laid = clock(OpenHours(Validity(), time(7), time(20)))
    elsewhere = moment.astimezone(timezone(timedelta(hours=offset)))

    assert laid.reading(moment) == laid.reading(elsewhere)
    assert laid.next_change(moment) == laid.next_change(elsewhere)


@given(st.datetimes(datetime(1976, 1, 1), datetime(2100, 1, 1)))  # noqa: DTZ001 - the zone comes after
def test_the_zone_has_no_summer_time(moment: datetime) -> None:
    assert timedelta(hours=7) == moment.replace(tzinfo=ZONE).utcoffset()


def test_a_zone_with_summer_time_is_refused() -> None:
    with pytest.raises(ValueError, match="summer time"):
        OpenClock(ZoneInfo("Europe/Berlin"), [])


@pytest.mark.parametrize("closes", [time(7), time(6, 59)], ids=["at once", "before"])
def test_hours_that_close_before_they_open_are_refused(closes: time) -> None:
    with pytest.raises(HoursOrderError, match="hours-order"):
        OpenHours(Validity(), time(7), closes)


def test_hours_from_midnight_to_midnight_are_all_day() -> None:
    laid = clock(OpenHours(Validity(), time(0), time(0)))

    assert 86_400 * 366 == laid.reading(datetime(2021, 1, 1, tzinfo=ZONE))
    assert laid.next_change(MIDNIGHT) is None


def test_every_second_counts_up_to_the_last_of_the_hours() -> None:
    laid = clock(OpenHours(Validity(), time(7), time(20)))
    closing = at("2025-04-25T20:00:00")

    gained = [
        laid.seconds_between(closing - timedelta(seconds=3), closing + timedelta(seconds=offset))
        for offset in range(-3, 3)
    ]
    assert [0, 1, 2, 3, 3, 3] == gained
    assert laid.is_open(closing - timedelta(microseconds=1))
    assert not laid.is_open(closing)


def test_parts_of_a_second_are_cut_off() -> None:
    laid = clock(OpenHours(Validity(), time(7), time(20)))
    moment = at("2025-04-25T12:00:00")

    assert laid.reading(moment) == laid.reading(moment + timedelta(microseconds=999_999))


def test_the_clock_reads_nothing_before_its_epoch() -> None:
    laid = clock(
        OpenHours(Validity(), time(0), time(0)),
        paused=[Pause(datetime(2019, 1, 1, tzinfo=ZONE), datetime(2020, 1, 1, 1, tzinfo=ZONE))],
    )
    epoch = datetime.combine(EPOCH, time(), ZONE)

    assert 0 == laid.reading(epoch - timedelta(days=400))
    assert not laid.is_open(epoch - timedelta(seconds=1))
    assert epoch + timedelta(hours=1) == laid.next_change(epoch - timedelta(days=1))


def test_a_clock_without_hours_never_runs() -> None:
    assert 0 == clock().reading(MIDNIGHT)
    assert clock().next_change(MIDNIGHT) is None
    assert clock().after(MIDNIGHT, 1) is None


@pytest.mark.parametrize(
    "zone", [UTC, timezone(timedelta(hours=-12)), timezone(timedelta(hours=14))]
)
def test_the_ends_of_the_calendar_have_readings(zone: timezone) -> None:
    laid = clock(OpenHours(Validity(), time(7), time(20)))

    assert 0 == laid.reading(datetime.min.replace(tzinfo=zone))
    assert laid.next_change(datetime.min.replace(tzinfo=zone)) is None
    assert 0 < laid.reading(datetime.max.replace(tzinfo=zone))
    assert laid.next_change(datetime.max.replace(tzinfo=zone)) is None


def test_an_instant_without_zone_is_a_fault_of_the_caller() -> None:
    with pytest.raises(TypeError, match="offset-naive"):
        clock().reading(datetime(2025, 4, 25))  # noqa: DTZ001 - what is refused


def test_an_open_pause_stops_the_clock_until_it_is_lifted() -> None:
    hours = OpenHours(Validity(), time(7), time(20))
    begin, noon = at("2025-04-25T10:00:00"), at("2025-04-25T12:00:00")

    assert clock(hours, paused=[Pause(begin)]).next_change(noon) is None
    assert noon == clock(hours, paused=[Pause(begin, noon)]).next_change(begin)
    assert 0 == clock(hours, paused=[Pause(begin, noon)]).seconds_between(begin, noon)


def test_a_closure_of_some_cargo_does_not_stop_the_clock() -> None:
    hours = OpenHours(Validity(), time(7), time(20))
    closure = Closure(ClosureKind.CLOSED, Validity(), cargo="fresh-produce-export")

    assert clock(hours, closed=[closure]).is_open(at("2025-04-25T12:00:00"))


def test_hours_concern_their_direction_or_both() -> None:
    both = OpenHours(Validity(), time(7), time(20))
    one = OpenHours(Validity(), time(7), time(20), direction=Direction.EXPORT)

    assert all(both.concerns(direction) for direction in Direction)
    assert [Direction.EXPORT] == [way for way in Direction if one.concerns(way)]


@pytest.mark.parametrize(
    ("expected", "moment"),
    [
        pytest.param(date(2025, 4, 24), "2025-04-24T16:59:59+00:00", id="last second of the day"),
        pytest.param(date(2025, 4, 25), "2025-04-24T17:00:00+00:00", id="midnight at the gate"),
        pytest.param(date(2025, 4, 24), "2025-04-25T00:30:00+08:00", id="Beijing is a day ahead"),
    ],
)
def test_the_legal_day_is_the_gates_day(expected: date, moment: str) -> None:
    assert expected == legal_day(datetime.fromisoformat(moment), ZONE)
