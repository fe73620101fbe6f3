from datetime import UTC, date, datetime, timedelta, timezone
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from app.api.schemas.types import (
    Amount,
    Code,
    Day,
    In,
    Instant,
    Label,
    Open,
    Out,
    Patch,
    RawIdentifier,
    Remark,
)
from app.domain.vocabulary import Lane


class TruckPatch(Patch):
    plate: RawIdentifier | None = None
    remark: Remark | None = None


@pytest.mark.parametrize(
    "text",
    ["\x00", "a\x00b", "a\nb", "\x85", "\u202eabc", "\ud800", "\u2066x", "", "   ", "a" * 201],
)
def test_a_label_refuses_what_no_line_should_hold(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Label).validate_python(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Nguyễn Văn A ", "Nguyễn Văn A"),
        ("Nguye\u0302\u0303n", "Nguyễn"),
        ("广西\u3000凭祥", "广西\u3000凭祥"),
        ("🚛", "🚛"),
    ],
)
def test_a_label_is_trimmed_and_composed(text: str, expected: str) -> None:
    assert TypeAdapter(Label).validate_python(text) == expected


def test_composing_never_makes_a_text_too_long() -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Label).validate_python("\ufb2c" * 100)  # composes to three characters each


def test_a_raw_identifier_is_kept_as_typed() -> None:
    assert TypeAdapter(RawIdentifier).validate_python(" 29C\t-1\n") == " 29C\t-1\n"
    with pytest.raises(ValidationError):
        TypeAdapter(RawIdentifier).validate_python("29C\x00")


@pytest.mark.parametrize("text", ["", "-a", "a b", "ä", "a/b", "a" * 65, "a\n"])
def test_a_code_is_of_plain_characters(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Code).validate_python(text)


@pytest.mark.parametrize(
    "value",
    [0, 1.5, True, None, "21/02/2026", "2026-2-1", "2026-02-30", "2026-02-21T00:00:00Z",
     "1989-12-31", "2200-01-01", "\uff12026-02-21", datetime(2026, 2, 21, tzinfo=UTC)],
)  # fmt: skip
def test_a_day_is_one_text_and_nothing_else(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Day).validate_python(value)


@pytest.mark.parametrize("value", ["1990-01-01", "2199-12-31", date(2026, 2, 21)])
def test_a_day_is_read(value: object) -> None:
    assert str(TypeAdapter(Day).validate_python(value)) == str(value)


@pytest.mark.parametrize(
    "value",
    [0, None, "2026-02-21", "2026-02-21T08:00:00", "2026-02-21 08:00:00Z", "2026-02-21T24:00:00Z",
     "2026-02-21T08:00:60Z", "2026-02-21T08:00Z", "2026-02-21T08:00:00+7", "0001-01-01T00:00:00Z",
     "2026-02-21T08:00:00+99:00", "1990-01-01T00:00:00+14:00", "2199-12-31T23:59:59-14:00",
     "\uff12026-02-21T08:00:00Z", datetime(2026, 2, 21)],  # noqa: DTZ001 - what is refused
)  # fmt: skip
def test_an_instant_has_an_offset(value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Instant).validate_python(value)


@given(st.integers(-1_400, 1_400), st.integers(631_238_400, 7_258_031_999))
def test_an_instant_is_the_same_after_it_was_sent(offset: int, seconds: int) -> None:
    adapter = TypeAdapter(Instant)
    at = datetime.fromtimestamp(seconds, timezone(timedelta(minutes=offset)))
    sent = adapter.dump_python(at, mode="json")

    assert adapter.validate_python(sent) == at
    assert sent.endswith("+07:00")


def test_an_amount_is_whole_and_has_its_currency() -> None:
    assert Amount.vnd(390_000).model_dump() == {"amount": 390_000, "currency": "VND"}
    with pytest.raises(ValidationError):
        Amount.vnd(2**63)


def test_an_answer_cannot_leave_fields_out() -> None:
    with pytest.raises(TypeError, match="plate"):

        class Loose(Out):
            plate: str | None = None


def test_open_stands_on_the_enumeration_itself() -> None:
    class Misplaced(Out):
        lane: Annotated[Lane | None, Open]

    with pytest.raises(TypeError, match="Annotated"):
        Misplaced.model_json_schema()


def test_a_change_keeps_null_and_absence_apart() -> None:
    assert TruckPatch.model_validate({"plate": None}).changes() == {"plate": None}
    with pytest.raises(ValidationError, match="at least one"):
        TruckPatch.model_validate({})


def test_a_request_is_not_changed_after_it_was_read() -> None:
    class Fixed(In):
        n: int

    with pytest.raises(ValidationError):
        Fixed(n=1).n = 2  # type: ignore[misc] # what is refused
