import csv
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from stdnum import iso6346
from stdnum.cn import uscc
from stdnum.vn import mst

from app.domain.identifiers import RULES, SENTENCES, Kind, Status, read

VECTORS = Path(__file__).parent.parent / "vectors" / "identifiers.csv"
with VECTORS.open(encoding="utf-8", newline="") as vectors:
    ROWS = list(csv.DictReader(vectors))

KINDS = st.sampled_from(Kind)
ANY_TEXT = st.text(st.characters(), max_size=40)
# Signs that identifiers are made of, so that generated text comes near to valid ones.
NEAR_TEXT = st.text("0123456789CRUZOFVNPHHTGđ桂挂 .-·\t\xa0", max_size=14)
DIGITS = "0123456789"


def changed(text: str, place: int, sign: str) -> str:
    return text[:place] + sign + text[place + 1 :]


def test_all_vectors_are_here() -> None:
    assert 60 == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_every_vector_reads_as_expected(row: dict[str, str]) -> None:
    reading = read(row["kind"], row["value"])

    assert (row["expected"], row["normalised"] or None, row["reason"] or None) == (
        reading.status,
        reading.normalised,
        reading.reason,
    )
    assert row["value"] == reading.raw


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("raw", [None, "", " \t\n", "\u3000\u2029"])
def test_nothing_typed_is_invalid(kind: Kind, raw: str | None) -> None:
    assert Status.INVALID is read(kind, raw).status


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_rule_with_labels_and_sentences(kind: Kind) -> None:
    rule = RULES[kind]

    assert kind is rule.kind
    assert all(rule.label.values())
    assert all(all(SENTENCES[kind, doubt.code].values()) for doubt in rule.doubts)


def test_an_unknown_kind_is_a_fault_of_the_caller() -> None:
    with pytest.raises(KeyError, match="passport"):
        read("passport", "1")


@given(KINDS, ANY_TEXT | NEAR_TEXT)
@example(Kind.PLATE_VN, "12C\u0387000\u038717")  # a look-alike that NFC makes the middle dot
@example(Kind.GROWING_AREA_CODE, "e \u0301")  # white space between a letter and its accent
@example(Kind.GROWING_AREA_CODE, "\u01f0\u0345\u0390")  # upper case decomposes
def test_reading_what_was_normalised_changes_nothing(kind: Kind, raw: str) -> None:
    once = read(kind, raw)
    if once.normalised is None:
        return
    twice = read(kind, once.normalised)

    assert once.normalised == twice.normalised
    assert Status.INVALID is not twice.status


@given(KINDS, ANY_TEXT | NEAR_TEXT)
def test_a_reading_is_of_one_of_three_shapes(kind: Kind, raw: str) -> None:
    reading = read(kind, raw)

    shape = (reading.normalised is not None, reading.reason is not None)
    expected = {
        Status.VALID: (True, False),
        Status.WARNING: (True, True),
        Status.INVALID: (False, False),
    }
    assert expected[reading.status] == shape
    assert reading.reason is None or (kind, reading.reason) in SENTENCES


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("12C-000\x0017", id="NUL"),
        pytest.param("12C-000\ud80017", id="a lone surrogate"),
        pytest.param("VN-TGOR-0095\x00", id="NUL in a code kept as typed"),
    ],
)
def test_text_that_no_database_holds_is_invalid(kind: Kind, raw: str) -> None:
    assert Status.INVALID is read(kind, raw).status


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("text", ["1" * 10_000, "A" * 10_000, "-" * 10_000, "é\u0301" * 5_000])
def test_long_text_is_read_and_never_valid(kind: Kind, text: str) -> None:
    assert Status.VALID is not read(kind, text).status


@pytest.mark.parametrize(
    ("kind", "usual"),
    [
        (Kind.PLATE_VN, "12C00017"),
        (Kind.PLATE_CN, "桂F00012"),
        (Kind.TAX_CODE, "9900123459"),
        (Kind.CONTAINER, "CSQU3054383"),
        (Kind.PERSONAL_TAX_NUMBER, "020299000017"),
        (Kind.CUSTOMS_DECLARATION_EXPORT, "309900000015"),
        (Kind.HS_CODE, "08106000"),
        (Kind.GROWING_AREA_CODE, "VN-TGOR-0095"),
    ],
)
@pytest.mark.parametrize("zero", ["\u0660", "\u0966", "\uff10", "\U0001d7ce"])
def test_only_ascii_digits_are_digits(kind: Kind, usual: str, zero: str) -> None:
    foreign = "".join(chr(ord(zero) + int(sign)) if sign in DIGITS else sign for sign in usual)

    assert Status.VALID is read(kind, usual).status
    assert Status.VALID is not read(kind, foreign).status


@given(st.text(DIGITS, min_size=10, max_size=10), st.sampled_from(["", "000", "001", "999"]))
def test_tax_codes_agree_with_the_public_validator(number: str, branch: str) -> None:
    code = number + branch

    assert mst.is_valid(code) is (Status.VALID is read(Kind.TAX_CODE, code).status)


@given(
    st.sampled_from(["91", "92", "12"]),
    st.text(DIGITS, min_size=6, max_size=6),
    st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=9, max_size=9),
)
def test_credit_codes_agree_with_the_public_validator(kind: str, region: str, rest: str) -> None:
    codes = [kind + region + rest + last for last in "0123456789ABCDEFGHJKLMNPQRTUWXY"]
    right = [one for one in codes if uscc.is_valid(one)]

    assert 1 == len(right)
    assert right == [one for one in codes if read(Kind.CREDIT_CODE, one).status is Status.VALID]


@example(nine="010000000")
@given(st.text(DIGITS, min_size=9, max_size=9))
def test_at_most_one_tenth_digit_is_right(nine: str) -> None:
    right = [digit for digit in DIGITS if mst.is_valid(nine + digit)]

    assert right == [d for d in DIGITS if read(Kind.TAX_CODE, nine + d).status is Status.VALID]
    assert len(right) <= 1


@given(st.from_regex(r"\A[A-Z]{3}[UJZ][0-9]{7}\Z"))
def test_containers_agree_with_the_public_validator(number: str) -> None:
    reading = read(Kind.CONTAINER, number)

    assert iso6346.is_valid(number) is (Status.VALID is reading.status)
    assert reading.reason in (None, "check-digit")


@given(st.from_regex(r"\A[A-Z]{3}[UJZ][0-9]{6}\Z"), st.integers(4, 9), st.sampled_from(DIGITS))
def test_one_wrong_digit_of_a_container_shows(number: str, place: int, digit: str) -> None:
    right = number + iso6346.calc_check_digit(number)
    wrong = changed(right, place, digit)
    if wrong == right or iso6346.calc_check_digit(wrong[:10]) == right[-1]:
        return  # The standard's own weakness: remainders 0 and 10 share a digit.

    assert Status.VALID is read(Kind.CONTAINER, right).status
    assert "check-digit" == read(Kind.CONTAINER, wrong).reason
