"""How long which of a driver's data are kept, and what a request to be erased changes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import NoValueError
from app.domain.personal import EVERYTHING, Personal
from app.domain.retention import (
    Decision,
    KeptBy,
    Outcome,
    Record,
    Retention,
    RetentionRow,
    decide,
    parse_retention,
)
from app.domain.validity import Validity
from app.repositories.access import KEPT
from tests.domain.reference import reference

ROWS = parse_retention(reference("retention")["rows"])
RETENTION = Retention(ROWS)
NAME, DOCUMENT, PHONE = EVERYTHING
ENDED = date(2026, 3, 11)
DAYS = st.integers(0, 400).map(lambda days: ENDED + timedelta(days=days))


def on(day: date, present: Iterable[Personal] = EVERYTHING) -> list[Decision]:
    return list(decide(RETENTION, present, ENDED, day))


@pytest.mark.parametrize("record", Record)
def test_all_that_is_kept_has_its_rows_from_the_first_day_on(record: Record) -> None:
    assert RETENTION.of(record, date(2022, 2, 21))
    with pytest.raises(NoValueError):
        RETENTION.of(record, date(2022, 2, 20))


def test_answers_to_retries_are_kept_as_long_as_their_row_says() -> None:
    (row,) = RETENTION.of(Record.STORED_ANSWER, ENDED)
    assert KEPT == timedelta(days=row.days)


def test_the_record_of_readings_outlasts_all_that_can_be_read() -> None:
    longest = max(row.days for row in ROWS if row.record is Record.DRIVER)
    assert all(longest < row.days for row in ROWS if row.record is Record.PERSONAL_READ)


@pytest.mark.parametrize(
    ("field", "last"),
    [(NAME, 180), (DOCUMENT, 180), (PHONE, 30)],
)
def test_a_field_is_kept_as_long_as_the_longest_purpose_asks(field: Personal, last: int) -> None:
    """The last day on which it is kept, and the first on which it is not."""
    day = ENDED + timedelta(days=last)
    assert ENDED == RETENTION.field_kept_since(field, day, asked=False)
    later = RETENTION.field_kept_since(field, day + timedelta(days=1), asked=False)
    assert ENDED < later


def test_a_person_who_asks_keeps_only_what_withstands_the_request() -> None:
    until = ENDED + timedelta(days=181)
    kept = (Outcome.KEPT, KeptBy.RETENTION, "border-control", until)
    assert [
        Decision(NAME, *kept), Decision(DOCUMENT, *kept), Decision(PHONE, Outcome.ERASED),
    ] == on(ENDED)  # fmt: skip
    assert on(ENDED) == on(until - timedelta(days=1))
    assert {Outcome.ERASED} == {one.outcome for one in on(until)}


def test_while_an_entry_is_open_all_is_kept_and_no_day_is_named() -> None:
    kept = [Decision(one, Outcome.KEPT, KeptBy.ENTRY_OPEN) for one in EVERYTHING]
    assert kept == list(decide(RETENTION, EVERYTHING, None, ENDED))


def test_what_is_not_there_is_said_to_be_absent() -> None:
    outcomes = [one.outcome for one in on(ENDED, [PHONE])]
    assert [Outcome.ABSENT, Outcome.ABSENT, Outcome.ERASED] == outcomes


def test_a_purpose_that_ended_keeps_nothing_more_of_what_is_there() -> None:
    ended = Validity(None, ENDED)
    rows = [row if row.purpose != "border-control" else replace(row, valid=ended) for row in ROWS]
    asked = decide(Retention(tuple(rows)), EVERYTHING, ENDED, ENDED)
    assert {Outcome.ERASED} == {one.outcome for one in asked}


@given(DAYS, st.sampled_from(EVERYTHING))
def test_asking_never_keeps_longer(day: date, field: Personal) -> None:
    asked = RETENTION.field_kept_since(field, day, asked=True)
    assert asked >= RETENTION.field_kept_since(field, day, asked=False)


@given(DAYS, st.sampled_from(EVERYTHING))
def test_a_request_is_answered_as_the_worker_would_do_it(day: date, field: Personal) -> None:
    """What a decision calls erased is what the first day kept leaves out."""
    (decision,) = (one for one in on(day) if one.field is field)
    gone = RETENTION.field_kept_since(field, day, asked=True) > ENDED
    assert gone is (decision.outcome is Outcome.ERASED)


@given(st.lists(st.integers(0, 900), min_size=1, max_size=5), DAYS)
def test_the_longest_purpose_decides(days: list[int], day: date) -> None:
    rows = tuple(_row(number) for number in days)
    assert day - timedelta(days=max(days)) == Retention(rows).kept_since(Record.DRIVER, day)


def _row(days: int) -> RetentionRow:
    (first, *_) = ROWS
    return replace(first, days=days)
