"""Money that came in: what its text names, what it pays, what may be done with it."""

import unicodedata
from datetime import date
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.domain.money_in import (
    Owed,
    OwedState,
    PaymentState,
    ReviewKind,
    Settlement,
    codes_in,
    match,
    settlement_of,
    state_of,
    suggestions,
    total_of,
)

CODE = "20260311-0C3FHMFY6"
OTHER = "20261231-ZZ9K1AB7C"
DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
A_CODE = some.builds(
    "{:%Y%m%d}-{}".format,
    some.dates(min_value=date(2022, 1, 1), max_value=date(2099, 12, 31)),
    some.text(DIGITS, min_size=9, max_size=9),
)


def owed(amount_vnd: int = 300_000, state: OwedState = OwedState.DUE, number: int = 1) -> Owed:
    return Owed(UUID(int=number), CODE, amount_vnd, state)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(CODE, [CODE], id="as it is shown"),
        pytest.param("202603110C3FHMFY6", [CODE], id="without the hyphen"),
        pytest.param("2026 0311 - 0c3f hmfy6", [CODE], id="with spaces, in small letters"),
        pytest.param(f"Nộp phí cửa khẩu {CODE} xe 12C-000.17", [CODE], id="words around it"),
        pytest.param(f"MBVCB.5571.{CODE}.CT tu 0011 toi 0022", [CODE], id="a bank's own words"),
        pytest.param("PHI202603110C3FHMFY6FT26070123", [CODE], id="nothing between the words"),
        pytest.param("20260311-OC3FHMFY6", [CODE], id="O for 0"),
        pytest.param("2O26O3ll-0C3FHMFY6", [CODE], id="letters for figures of the day"),
        pytest.param(f"{CODE} {CODE}", [CODE], id="twice the same"),
        pytest.param(f"{CODE},{OTHER}", [CODE, OTHER], id="two of them"),
        pytest.param("20260311-0C3FHMF", [], id="cut off"),
        pytest.param("20261311-0C3FHMFY6", [], id="no such month"),
        pytest.param("20260311-0C3FUMFY6", [], id="U is in no code"),
        pytest.param("phí cửa khẩu", [], id="words only"),
        pytest.param("", [], id="nothing"),
    ],
)  # fmt: skip
def test_a_code_is_found_whatever_a_bank_makes_of_it(text: str, expected: list[str]) -> None:
    assert expected == [one for one in codes_in(text) if one in {CODE, OTHER}]


@given(
    A_CODE,
    some.text(max_size=40),
    some.text(max_size=40),
    some.sampled_from(["-", "", " ", ". ", " - "]),
    some.booleans(),
)
def test_no_words_around_a_code_hide_it(
    code: str, before: str, after: str, between: str, small: bool
) -> None:
    mangled = code.replace("-", between)
    text = f"{before} {mangled.lower() if small else mangled} {after}"
    assert code in codes_in(text)
    assert code in codes_in(unicodedata.normalize("NFD", text))


@given(some.text(max_size=200))
def test_whatever_is_read_as_a_code_looks_like_one(text: str) -> None:
    for code in codes_in(text):
        day, _, number = code.partition("-")
        assert (8, 9) == (len(day), len(number))
        assert day.isdecimal()
        assert set(number) <= set(DIGITS)


@pytest.mark.parametrize(
    ("amount_vnd", "named", "expected"),
    [
        pytest.param(300_000, [owed()], None, id="exactly what is due"),
        pytest.param(299_999, [owed()], ReviewKind.UNDERPAID, id="a dong less"),
        pytest.param(300_001, [owed()], ReviewKind.OVERPAID, id="a dong more"),
        pytest.param(300_000, [], ReviewKind.UNKNOWN_CODE, id="nobody's code"),
        pytest.param(300_000, [owed(state=OwedState.PAID)], ReviewKind.DOUBLE, id="paid before"),
        pytest.param(
            300_000, [owed(state=OwedState.SUPERSEDED)], ReviewKind.SUPERSEDED, id="repriced"
        ),
        pytest.param(
            300_000, [owed(state=OwedState.CANCELLED)], ReviewKind.CANCELLED, id="cancelled"
        ),
        pytest.param(
            300_000, [owed(state=OwedState.BROKEN)], ReviewKind.BUNDLE_BROKEN, id="broken"
        ),
        pytest.param(
            600_000, [owed(), owed(number=2)], ReviewKind.AMBIGUOUS, id="two, and the sum of both"
        ),
    ],
)
def test_money_pays_exactly_what_it_names_or_needs_a_review(
    amount_vnd: int, named: list[Owed], expected: ReviewKind | None
) -> None:
    found = match(amount_vnd, named)
    assert expected == found.review
    assert (named[0] if len(named) == 1 else None) == found.owed


AMOUNTS = some.integers(min_value=1, max_value=2**62)
SEVERAL = some.lists(
    some.builds(
        owed, some.integers(min_value=0, max_value=10**9), some.just(OwedState.DUE),
        some.integers(min_value=1),
    ),
    max_size=6,
)  # fmt: skip


@given(AMOUNTS, SEVERAL)
def test_what_is_suggested_never_spends_more_than_came_nor_leaves_any_out(
    amount_vnd: int, due: list[Owed]
) -> None:
    ways = suggestions(amount_vnd, due)
    assert ways[-1].refund_vnd == amount_vnd
    assert all(amount_vnd == total_of(one.pays) + one.refund_vnd for one in ways)
    assert all(0 <= one.refund_vnd for one in ways)
    assert all(set(one.pays) <= set(due) for one in ways)


def test_of_several_all_are_suggested_where_the_money_is_enough_else_each() -> None:
    one, other = owed(100), owed(200, number=2)
    assert [((one, other), 50), ((one,), 250), ((other,), 150), ((), 350)] == [
        (way.pays, way.refund_vnd) for way in suggestions(350, [one, other])
    ]
    assert [((one,), 50), ((), 150)] == [
        (way.pays, way.refund_vnd) for way in suggestions(150, [one, other])
    ]


@pytest.mark.parametrize(
    ("paid", "refund", "expected"),
    [
        (300, 0, Settlement.APPLIED),
        (0, 300, Settlement.REFUNDED),
        (200, 100, Settlement.SPLIT),
    ],
)
def test_a_review_ends_by_where_the_money_went(
    paid: int, refund: int, expected: Settlement
) -> None:
    assert expected is settlement_of(paid, refund)
    assert expected.value == state_of(reviewed=True, settlement=expected).value


def test_money_that_needed_no_review_is_applied() -> None:
    assert PaymentState.APPLIED is state_of(reviewed=False, settlement=None)
    assert PaymentState.UNDER_REVIEW is state_of(reviewed=True, settlement=None)
