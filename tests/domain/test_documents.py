"""Documents that run out, on the instants around their end and around the expected call."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.documents import DATED, EXPIRED, EXPIRES_SOON, findings_of_documents
from app.domain.vocabulary import Severity

HANOI = timezone(timedelta(hours=7))
LAST = "2026-03-11"
END = datetime(2026, 3, 12, tzinfo=HANOI)
SECOND, DAY = timedelta(seconds=1), timedelta(hours=24)


def begin_of(on: date) -> datetime:
    return datetime.combine(on, time(), HANOI)


def told(now: datetime, called_by: datetime | None, **documents: Any) -> list[tuple[str, str]]:
    found = findings_of_documents({"documents": documents or None}, now, called_by, begin_of)
    return [(one.rule, one.pointer) for one in found]


def rules(now: datetime, called_by: datetime | None) -> list[str]:
    return [rule for rule, _ in told(now, called_by, insurance={"valid_until": LAST})]


@pytest.mark.parametrize(
    ("now", "called_by", "expected"),
    [
        pytest.param(END - DAY - SECOND, None, [], id="a day and a second before, wait unknown"),
        pytest.param(END - DAY, None, [EXPIRES_SOON], id="a day before, wait unknown"),
        pytest.param(END - 3 * DAY, END - SECOND, [], id="called a second before its end"),
        pytest.param(END - 3 * DAY, END, [EXPIRES_SOON], id="called at its end"),
        pytest.param(END - SECOND, END - SECOND, [], id="called at once, a second before"),
        pytest.param(END - SECOND, END + DAY, [EXPIRES_SOON], id="a second before its end"),
        pytest.param(END, END, [EXPIRED], id="at its end"),
        pytest.param(END + DAY, None, [EXPIRED], id="a day later"),
    ],
)
def test_a_document_warns_before_the_wait_outlasts_it(
    now: datetime, called_by: datetime | None, expected: list[str]
) -> None:
    assert expected == rules(now, called_by)


def test_every_dated_document_is_watched_and_named_and_never_blocks() -> None:
    documents = {name: {"valid_until": LAST} for name in DATED}
    found = list(findings_of_documents({"documents": documents}, END, None, begin_of))
    assert [(f"/documents/{name}/valid_until", LAST) for name in DATED] == [
        (one.pointer, one.value) for one in found
    ]
    assert {Severity.WARNING} == {one.severity for one in found}


def test_without_documents_or_days_nothing_is_said() -> None:
    assert [] == told(END, None)
    assert [] == told(END, None, insurance={"number": "1"}, transport_licence=None)


@given(st.integers(-100, 100), st.integers(0, 200))
def test_who_was_warned_stays_warned_and_a_longer_wait_warns_no_less(hour: int, wait: int) -> None:
    now = (END + timedelta(hours=hour)).astimezone(UTC)
    called_by = now + timedelta(hours=wait)
    if rules(now, called_by):
        assert rules(now + SECOND, max(called_by, now + SECOND))
        assert rules(now, called_by + DAY)
