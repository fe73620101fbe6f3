"""Amounts and instants as banks write them in files for people."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.statements import amount_of, instant_of


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("350000", 350_000), (" 350,000 ", 350_000), ("1.350.000", 1_350_000), ("0", 0),
        ("350.5", None), ("350,00", None), ("1,350.000", None), ("-1", None), ("+1", None),
        ("1e6", None), ("350000 VND", None), ("", None), ("\u0663", None), ("1" * 20, None),
        ("1,35,000", None), ("350000.0", None),
    ],
)  # fmt: skip
def test_an_amount_is_whole_dong_plain_or_in_groups(text: str, expected: int | None) -> None:
    assert expected == amount_of(text)


@given(some.integers(min_value=0, max_value=10**15), some.sampled_from(["", ",", "."]))
def test_however_it_is_grouped_it_is_the_same_amount(amount: int, mark: str) -> None:
    assert amount == amount_of(f"{amount:,}".replace(",", mark))


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-11T09:02:11+07:00", "2026-03-11T02:02:11+00:00", "2026-03-11T09:02:11",
        "2026-03-11 09:02:11", "11/03/2026 09:02:11",
    ],
)  # fmt: skip
def test_an_instant_without_a_zone_is_of_hanoi(text: str) -> None:
    assert datetime(2026, 3, 11, 2, 2, 11, tzinfo=UTC) == instant_of(text)


def test_a_day_alone_begins_at_midnight() -> None:
    assert datetime(2026, 3, 10, 17, tzinfo=UTC) == instant_of("11/03/2026")


@pytest.mark.parametrize("text", ["", "03/31/2026", "yesterday", "0001-01-01T00:00:00+07:00", "1"])
def test_what_is_no_instant_is_none(text: str) -> None:
    assert instant_of(text) is None


@given(some.text(max_size=30))
def test_no_text_is_too_strange(text: str) -> None:
    amount_of(text)
    instant_of(text)
